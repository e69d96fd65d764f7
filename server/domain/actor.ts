export interface Actor {
  /** User id, or `key:<id>` for an API key. */
  readonly id: string;
  readonly name: string;
  /** What the audit log says besides, of whoever this is. */
  readonly audited?: Readonly<Record<string, unknown>>;
}

/** What an API key does is no act of a person. */
export function isByProgram({ id }: Actor): boolean {
  return id.startsWith('key:');
}
