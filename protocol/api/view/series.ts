import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../../document.ts';

/** What a step says of the values in it. `rate` is per second, and of counters only; these know only `last` besides. */
export const Aggregation = Type.Enum(['last', 'mean', 'min', 'max', 'rate', 'p95']);
export type Aggregation = Static<typeof Aggregation>;

/** What values were made from: reports as they came, or sums over five minutes or an hour. */
export const Resolution = Type.Enum(['raw', 'fiveMinute', 'hour']);
export type Resolution = Static<typeof Resolution>;

export const Series = Type.Object({
  from: Time,
  to: Time,
  stepMs: Type.Integer(),
  /** The coarsest that was read. */
  resolution: Resolution,
  items: Type.Array(
    Type.Object({
      metric: Type.String(),
      unit: Type.String(),
      kind: Type.String(),
      aggregation: Aggregation,
      /** One value per step from `from`, null where nothing is known. */
      values: Type.Array(Nullable(Type.Number())),
    }),
  ),
});
export type Series = Static<typeof Series>;

/** One metric of many machines. Which of the last fields are there follows from `across`. */
export const FleetSeries = Type.Object({
  metric: Type.String(),
  unit: Type.String(),
  kind: Type.String(),
  aggregation: Aggregation,
  from: Time,
  to: Time,
  stepMs: Type.Integer(),
  resolution: Resolution,
  /** How many machines were asked for. */
  machines: Type.Integer(),
  across: Type.Enum(['mean', 'top', 'heat']),
  /** `mean`: one line, and how many machines reported in each step. */
  values: Type.Optional(Type.Array(Nullable(Type.Number()))),
  reporting: Type.Optional(Type.Array(Type.Integer())),
  /** `top`: the foremost machines first, each with its figure over the whole range and its line. */
  lines: Type.Optional(
    Type.Array(
      Type.Object({
        deviceId: Type.String(),
        overall: Type.Number(),
        values: Type.Array(Nullable(Type.Number())),
      }),
    ),
  ),
  /** `heat`: machines below the first bound, between two, and from the last one on; one row each, with one count a step. */
  bounds: Type.Optional(Type.Array(Type.Number())),
  counts: Type.Optional(Type.Array(Type.Array(Type.Integer()))),
});
export type FleetSeries = Static<typeof FleetSeries>;
