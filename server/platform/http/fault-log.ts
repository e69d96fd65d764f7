import type { ErrorCode } from '../../../protocol/error.ts';
import { QuietLog, type WriteLine } from '../fairness/quiet-log.ts';

/** Faults of our own that anybody can meet: of each code one line a minute, with a count. */
export interface FaultLog {
  note(code: ErrorCode, fields: object, message: string): void;
  /** Writes what is not told yet. */
  close(): void;
}

export function createFaultLog(write: WriteLine): FaultLog {
  const byCode = new Map<ErrorCode, QuietLog>();
  return {
    note(code, fields, message) {
      const log = byCode.get(code) ?? new QuietLog(write);
      byCode.set(code, log);
      log.note(fields, message);
    },
    close() {
      for (const log of byCode.values()) log.close();
      byCode.clear();
    },
  };
}
