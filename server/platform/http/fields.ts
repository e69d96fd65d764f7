import { Type } from 'typebox';

/** Fields that several requests share. Requests know all their fields: an unknown one is refused. */
export const strict = { additionalProperties: false } as const;

const oneLine = '^[^\\u0000-\\u001f\\u007f]*$';

export const Id = Type.String({ minLength: 1, maxLength: 64 });
export const Name = Type.String({ minLength: 1, maxLength: 120, pattern: oneLine });
export const Email = Type.String({ maxLength: 254, format: 'email' });
/** Longer than any person types; the upper bound keeps hashing cheap. */
export const NewPassword = Type.String({ minLength: 12, maxLength: 256 });
export const IdParams = Type.Object({ id: Id }, strict);
export const Nothing = Type.Object({}, strict);

/** Milliseconds since 1970 as the documents show a time. */
export function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
