import { ownSeries } from '../../server/app/own-series.ts';
import { openSeries } from '../../server/platform/series/open-series.ts';
import { storedReport } from './stored-report.ts';

/**
 * Appends reports of a few devices for ever, and says which were acknowledged: run `n` of this process has reports of rounds, each a
 * round later. The time runs a thousand times as fast, so that sealing, rolling up and expiring go on meanwhile.
 */
const [, , path = '', run = '1'] = process.argv;
const HOSTS = 20;
const ROUND_MS = 10_000;
const start = Date.UTC(2026, 2, 1) + Number(run) * 40 * 86_400_000;
let now = start;
const fatal = (cause: Error): never => {
  throw cause;
};
const series = await openSeries({
  ...ownSeries,
  path,
  now: () => now,
  retention: { raw: 2 * 86_400_000 },
  onFatal: fatal,
});
process.send?.({ ready: true });
for (let round = 1; ; round += 1) {
  now += ROUND_MS;
  const reports = Array.from({ length: HOSTS }, (_, host) => {
    const isLate = round % 7 === 0 && host % 3 === 0;
    return storedReport({
      at: now - (isLate ? 3 * 3_600_000 : 0),
      deviceId: `d${host}`,
      runId: run.padStart(32, '0'),
      sequence: round,
      backfill: isLate,
      scaled: [round % 10_000, round * 1_000, round * 4_096 + host],
    });
  });
  const position = await series.append(reports);
  process.send?.({ round });
  if (round % 5 === 0) series.release(position - 3);
  // Hours go by in between, so that roll-ups are due.
  if (round % 60 === 0) now += 3_600_000;
}
