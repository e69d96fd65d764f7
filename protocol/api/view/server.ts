import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../../document.ts';
import { BudgetAtRisk } from '../availability.ts';
import { MaintenanceOccurrence } from '../maintenance.ts';
import { AheadFigures } from '../person-report.ts';
import { SaidDocument } from '../said.ts';
import { Service } from '../service.ts';
import { User } from './access.ts';
import { Client, Site } from './catalogue.ts';
import { DeviceSummary } from './device.ts';
import { Incident } from './incident.ts';

/** How the server itself is. `judgingFrom`: until then absence is not judged, because the server has just started. */
export const ServerHealth = Type.Object({
  version: Type.String(),
  now: Time,
  startedAt: Time,
  judgingFrom: Time,
  timeZone: Type.String(),
  /** How often agents report that were not told otherwise where they run. */
  reportIntervalMs: Type.Object({ server: Type.Integer(), workstation: Type.Integer() }),
  agentsConnected: Type.Integer(),
  /** Empty when all is well, otherwise sentences that a person should read. */
  warnings: Type.Array(Type.String()),
  /** The same as facts. */
  warningsSaid: Type.Array(SaidDocument),
});
export type ServerHealth = Static<typeof ServerHealth>;

/** All that the first paint needs, in one answer. */
export const Overview = Type.Object({
  user: User,
  server: ServerHealth,
  clients: Type.Array(Client),
  sites: Type.Array(Site),
  users: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
  devices: Type.Array(DeviceSummary),
  /** Every open or acknowledged one, and those resolved in the last 24 h. */
  incidents: Type.Array(Incident),
  services: Type.Array(Service),
  /** Windows that run now or start within a day. */
  maintenance: Type.Array(
    Type.Interface([MaintenanceOccurrence], {
      title: Type.String(),
      clientId: Type.String(),
      /** What it covers is silent for most of every day. */
      isAlmostAlways: Type.Optional(Type.Boolean()),
    }),
  ),
  /** Hosts and services that have spent half of this month's budget or more, worst first; at most 20. */
  budgets: Type.Array(BudgetAtRisk),
  /** This month, of everything in scope. */
  ahead: Nullable(AheadFigures),
});
export type Overview = Static<typeof Overview>;

/** The shape of every error answer. */
export const ErrorBody = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    /** The same as a fact, where it has values. */
    said: Type.Optional(SaidDocument),
    details: Type.Optional(Type.Unknown()),
  }),
});
export type ErrorBody = Static<typeof ErrorBody>;
