import { join } from 'node:path';
import { ownSeries } from '../../server/app/own-series.ts';
import { openSeries } from '../../server/platform/series/open-series.ts';
import { openStore } from '../../server/platform/store/store.ts';
import { CURSOR_SETTING } from '../../server/watch/saved-memories.ts';
import type { FleetFolder } from './fleet-folder.ts';
import { generate } from './generated-series.ts';

/** The run of all reports of the past. */
export const PAST_RUN = 'ad'.repeat(16);

const DAY_MS = 86_400_000;
const INTERVAL_MS = 600_000;
const BATCH = 2_500;

/**
 * Gives the devices of a fresh folder days of history, none of it rolled up or expired yet: a server that starts on it has both
 * to do for a while. @returns how many reports that are
 */
export async function writePast({ dataDir, deviceIds }: FleetFolder, days: number): Promise<number> {
  const toMs = Date.now() - INTERVAL_MS;
  let now = toMs - days * DAY_MS;
  const series = await openSeries({
    ...ownSeries,
    path: join(dataDir, 'series.db'),
    now: () => now,
    onFatal: (cause) => {
      throw cause;
    },
  });
  let position = 0;
  let written = 0;
  try {
    const past = { hosts: deviceIds.length, deviceIds, runId: PAST_RUN, fromMs: now, toMs, intervalMs: INTERVAL_MS };
    for (const reports of generate(past, BATCH)) {
      now = reports.at(-1)?.at ?? now;
      position = await series.append(reports);
      written += reports.length;
    }
  } finally {
    await series.close();
  }
  // Rules have nothing to say of it.
  const store = await openStore({ path: join(dataDir, 'state.db'), clock: Date.now });
  await store.commit([store.settings.setStatement(CURSOR_SETTING, position)]);
  await store.close();
  return written;
}
