import { type CheckHistory, freshHistory } from '../check-ledger.ts';
import type { Observation } from '../check-result.ts';
import { type CheckAlarm, freshAlarm } from './check.ts';

/** What must survive a restart of one check. Plain data, kept as JSON: with its device, or by itself if the server runs it. */
export interface CheckMemory {
  readonly history: CheckHistory;
  readonly alarm: CheckAlarm;
  /** What it said last, whether or not that proves anything. */
  seen: Observation | null;
}

export const freshCheckMemory = (): CheckMemory => ({ history: freshHistory(), alarm: freshAlarm(), seen: null });
