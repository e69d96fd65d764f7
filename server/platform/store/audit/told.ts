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

/** All heads in a text, whatever is around them: lines of the log, bodies of webhooks. */
export function headsIn(text: string): AuditHead[] {
  const found = [...text.matchAll(/(?<![\w:])(\d{1,15}):([\da-f]{64})(?![\w:])/g)];
  return found.map(([, id, hash]) => ({ id: Number(id), hash: String(hash) }));
}
