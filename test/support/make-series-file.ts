import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { ownSeries } from '../../server/app/own-series.ts';
import { openSeries } from '../../server/platform/series/open-series.ts';
import { FIXTURE_OPEN, FIXTURE_REPORTS, FIXTURE_START, fixtureReports } from './fixture-reports.ts';

/**
 * Makes the file that the test of the format reads, one for each format:
 *
 *   node test/support/make-series-file.ts test/fixtures/series-FORMAT.db.gz
 */
const [to] = process.argv.slice(2);
if (to === undefined) throw new Error('Give the path of a file.');
const path = `${to}.making`;
let now = FIXTURE_START;
const series = await openSeries({
  ...ownSeries,
  path,
  now: () => now,
  onFatal: (cause) => {
    throw cause;
  },
});
const devices = [fixtureReports('first', 7), fixtureReports('second', 99)];
for (let index = 0; index < FIXTURE_REPORTS; index += 1) {
  const batch = devices.flatMap((reports) => reports[index] ?? []);
  now = Math.max(...batch.map(({ receivedAt }) => receivedAt));
  if (index === FIXTURE_REPORTS - FIXTURE_OPEN) {
    now += 3 * 3_600_000;
    await series.settle();
  }
  const position = await series.append(batch);
  series.release(position);
  if (index % 20 === 0) await series.settle();
}
now += 60_000;
await series.settle();
await series.close();
const file = new DatabaseSync(path);
file.exec('PRAGMA journal_mode = DELETE; VACUUM');
file.close();
writeFileSync(to, gzipSync(readFileSync(path), { level: 9 }));
rmSync(path);
