import { Type } from 'typebox';

/** ISO 8601, UTC. */
export const Time = Type.String({ format: 'date-time' });

/** The schema, or null. */
export const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);
