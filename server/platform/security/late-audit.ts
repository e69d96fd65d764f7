import { VigiaError } from '../../../protocol/error.ts';
import type { AuditEntry } from '../store/audit/log.ts';

export interface Audit {
  append(entry: AuditEntry): Promise<void>;
}

const MAX_KEPT = 1_000;

/**
 * An audit log for what must not fail because nothing can be written: logins while the disk is full. What could not be written is
 * kept in memory, in order and with its time, and written with the next entry.
 */
export function lateAudit(audit: Audit, clock: () => number): Audit {
  const kept: AuditEntry[] = [];
  let writing: Promise<void> = Promise.resolve();

  async function write(entry: AuditEntry): Promise<void> {
    try {
      for (let late = kept[0]; late; late = kept[0]) {
        await audit.append(late);
        kept.shift();
      }
      await audit.append(entry);
    } catch (cause) {
      if (!(cause instanceof VigiaError && cause.code === 'unavailable') || kept.length >= MAX_KEPT) throw cause;
      const happenedAt = new Date(clock()).toISOString();
      kept.push({ ...entry, detail: { ...entry.detail, happenedAt } });
    }
  }

  return {
    append(entry) {
      const written = writing.then(() => write(entry));
      writing = written.catch(() => undefined);
      return written;
    },
  };
}
