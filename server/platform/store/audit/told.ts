import type { Settings } from '../settings.ts';
import type { AuditHead } from './check.ts';

/** The newest head that was told outside, by the server's own note. */
export interface ToldHead extends AuditHead {
  /** When, ms since 1970. */
  readonly at: number;
}

const TOLD_SETTING = 'audit.told';

export async function readTold(settings: Settings): Promise<ToldHead | null> {
  return ((await settings.get(TOLD_SETTING)) as ToldHead | undefined) ?? null;
}

export function writeTold(settings: Settings, head: ToldHead): Promise<void> {
  return settings.set(TOLD_SETTING, head);
}

/** A head as it is told: the row and its hash, `120:3f9a...`. */
export function headText({ id, hash }: AuditHead): string {
  return `${id}:${hash}`;
}

/**
 * All heads in a text: lines of the log, bodies of webhooks, or heads alone, one a line. What looks like one within another value counts for
 * nothing: a machine may have put it into a name, and the log is full of names.
 */
export function headsIn(text: string): AuditHead[] {
  const found = text.matchAll(/(?:^\s*|"(?:auditHead|head)"\s*:\s*")(\d{1,15}):([\da-f]{64})(?:"|\s*$)/gm);
  return [...found].map(([, id, hash]) => ({ id: Number(id), hash: String(hash) }));
}
