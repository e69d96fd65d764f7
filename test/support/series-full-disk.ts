import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ownSeries } from '../../server/app/own-series.ts';
import { openSeries } from '../../server/platform/series/open-series.ts';
import { storedReport } from './stored-report.ts';

/** Run with a folder on a small file system: fills it under an open series store, frees it again, and prints what happened. */

const folder = process.argv[2] ?? '';
const path = join(folder, 'series.db');
const fatal: string[] = [];
const options = { ...ownSeries, path, now: () => 1_000_000, onFatal: (cause: Error) => fatal.push(cause.message) };
const series = await openSeries(options);

const append = (at: number) =>
  series.append([storedReport({ at, scaled: [1, at, null] })]).then(
    (position) => `position ${position}`,
    (cause: { code?: string }) => String(cause.code),
  );
const kept = async () => {
  const sequences: number[] = [];
  for await (const { reports } of series.replay(0)) sequences.push(...reports.map(({ at }) => at));
  return sequences;
};

const before = await append(1);
const filler = openSync(join(folder, 'filler'), 'w');
try {
  for (;;) writeSync(filler, Buffer.alloc(4096));
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
}
// What SQLite had reserved is used up first.
let full = '';
let at = 2;
for (; at < 2_000 && full !== 'unavailable'; at += 1) full = await append(at);
const refusedAt = at - 1;
const again = await append(at);
const whileFull = await kept();
closeSync(filler);
rmSync(join(folder, 'filler'));
const afterwards = await append(5_000);
await series.close();
const reopened = await openSeries(options);
const newest = (await reopened.latest()).map(({ at }) => at);
await reopened.close();
process.stdout.write(
  JSON.stringify({
    before,
    full,
    again,
    keptAllBefore: whileFull.join() === Array.from({ length: refusedAt - 1 }, (_, n) => n + 1).join(),
    afterwards: afterwards === `position ${refusedAt}`,
    newest,
    fatal,
  }),
);
