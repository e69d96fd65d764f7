export interface Actor {
  /** User id, or `key:<id>` for an API key. */
  readonly id: string;
  readonly name: string;
  /** By which a person is logged in. */
  readonly sessionId?: string | null;
  /** What the audit log says besides, of whoever this is. */
  readonly audited?: Readonly<Record<string, unknown>>;
}

/** What an API key does is no act of a person. */
export function isByProgram({ id }: Actor): boolean {
  return id.startsWith('key:');
}
