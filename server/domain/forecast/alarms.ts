import type { ForecastSettings } from '../settings.ts';
import { type Alarm, DAY_MS, type FillMemory } from './fill-memory.ts';
import type { Outlook } from './forecast.ts';

const HOUR_MS = 3_600_000;
/** What fills faster is a burst, and is over when it stops. */
const LONGEST_BURST_MS = 3 * HOUR_MS;
/** A tooth of a day, or growth of a day's working hours, is back by then. */
const A_DAY_MS = 30 * HOUR_MS;
/** And what rests over a weekend by then. */
const A_WEEKEND_MS = 80 * HOUR_MS;
/** So much more than before the leak has to be available. */
const LEAST_BACK = 0.005;
/** Less than this share of the size in a day is noise. */
const LEAST_FALL = 0.002;

/**
 * Notes in `memory` for which levels it is on its way to be full, and says for which of them that is not over although the
 * forecast is quiet at the moment: emptied as on other days, or standing still as it did before it went on. One leak is one
 * incident until it is cured: until more comes back than usual, or nothing of it is seen for longer than it ever rested.
 * @param level share of the size that is available
 */
export function heldLevels(
  memory: FillMemory,
  outlook: Outlook,
  nowMs: number,
  settings: ForecastSettings,
  level: number,
): boolean[] {
  const alarms = settings.levels.map(({ belowMs }, index): Alarm | null => {
    if (outlook.kind === 'full' && outlook.leadMs < belowMs)
      return [nowMs, level, outlook.basis === 'days' || outlook.spanMs > LONGEST_BURST_MS];
    const alarm = memory.alarms?.[index] ?? null;
    return alarm && !isCured(memory, alarm, level, nowMs) ? alarm : null;
  });
  if (alarms.some((alarm) => alarm !== null)) memory.alarms = alarms;
  else delete memory.alarms;
  return alarms.map((alarm) => alarm !== null);
}

function isCured(memory: FillMemory, [alarmAt, alarmLevel, isSlow]: Alarm, level: number, nowMs: number): boolean {
  const falling = fallingDays(memory);
  const isDaily = memory.resets.some(([at]) => at < alarmAt && alarmAt - at < A_DAY_MS);
  if (!isSlow && !isDaily && falling < 2) return true;
  const restMs = falling >= 3 ? A_WEEKEND_MS : A_DAY_MS;
  return nowMs - alarmAt >= restMs || level > backAt(memory, alarmAt, isDaily, alarmLevel);
}

/** The level from which on the leak is undone: what the day before had at its fullest, or after its rhythm had emptied it. */
function backAt({ days, tops = [], day }: FillMemory, alarmAt: number, isDaily: boolean, alarmLevel: number): number {
  const before = days.length - 2 - (day - Math.floor(alarmAt / DAY_MS));
  const known = (isDaily ? tops : days)[before] ?? alarmLevel;
  return Math.max(known, alarmLevel) + LEAST_BACK;
}

/** On how many of the last seven days it was fuller than ever before. */
function fallingDays({ days }: FillMemory): number {
  let [least, count] = [Number.POSITIVE_INFINITY, 0];
  for (const low of days.slice(-8)) {
    if (low === null) continue;
    if (low <= least - LEAST_FALL && least !== Number.POSITIVE_INFINITY) count += 1;
    least = Math.min(least, low);
  }
  return count;
}
