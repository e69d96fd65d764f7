import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../document.ts';
import { SaidDocument } from './said.ts';
import { SiteCard } from './site-card.ts';

/** A plan that would have to bring it back. */
const IfLostPlan = Type.Object({
  planId: Type.String(),
  plan: Type.String(),
  place: Type.String(),
  /** The work that would be lost, without closed days; null where no backup is known to be whole. */
  lossMs: Nullable(Type.Integer()),
  /** Start of the newest backup that is known to be whole. */
  newestAt: Nullable(Time),
  rtoMs: Nullable(Type.Integer()),
  /** How long a restore takes by the drills; null without one. */
  restoreMs: Nullable(Type.Integer()),
  /** A drill brought everything back, once at least. */
  isProven: Type.Boolean(),
});

/** If this machine or service died now: what is lost, when it is back, what stops, who is called and what is missing. */
export const IfLost = Type.Object({
  deviceId: Nullable(Type.String()),
  serviceId: Nullable(Type.String()),
  clientId: Type.String(),
  name: Type.String(),
  plans: Type.Array(IfLostPlan),
  /** By the plan that would lose the least; null: all of it. */
  lossMs: Nullable(Type.Integer()),
  /** By the plan that restores fastest; null: nobody knows. */
  restoreMs: Nullable(Type.Integer()),
  /** Services that count on it; one that has enough others does not stop. */
  services: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      stops: Type.Boolean(),
      /** The key process that stops with it. */
      blocks: Nullable(Type.String()),
    }),
  ),
  /** Whom to call: the card of its site; null where there is none. */
  siteCard: Nullable(SiteCard),
  /** What is missing for the day it fails. */
  missing: Type.Array(SaidDocument),
  sentences: Type.Array(Type.String()),
});
export type IfLost = Static<typeof IfLost>;
