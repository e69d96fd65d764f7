import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import type { StoredReport } from '../../../../server/platform/series/series-store.ts';
import { FIXTURE_OPEN, FIXTURE_REPORTS, fixtureMetrics, fixtureReports } from '../../../support/fixture-reports.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { readColumn } from './format/columns.ts';
import { type ReadReport, readBlocks, readJournal, readNames, readRollUps } from './format/file.ts';

/** A file that is kept, read by what the document says and by nothing of the package. */

const devices = new Map([
  ['first', fixtureReports('first', 7)],
  ['second', fixtureReports('second', 99)],
]);

function openFixture(t: Test): DatabaseSync {
  const path = join(tempDir(t), 'series.db');
  writeFileSync(path, gunzipSync(readFileSync(new URL('../../../fixtures/series-4.db.gz', import.meta.url))));
  const file = new DatabaseSync(path, { readOnly: true });
  t.teardown(() => file.close());
  return file;
}

/** As a report of the document. */
const told = (report: StoredReport): ReadReport => ({
  device: report.deviceId,
  runId: report.runId,
  bootId: report.bootId,
  sequence: report.sequence,
  backfill: report.backfill,
  at: report.at,
  clocks: { receivedAt: report.receivedAt, clockOffsetMs: report.clockOffsetMs, ...report.clocks },
  scaled: new Map(
    report.scaled.flatMap((value, at): [string, number][] =>
      value === null ? [] : [[fixtureMetrics[at]?.name ?? '', value]],
    ),
  ),
});

t.test('every report lies in a block or in the journal as the document says', async (t) => {
  const file = openFixture(t);
  t.equal(file.prepare('PRAGMA user_version').get()?.user_version, 4);
  const names = readNames(file);
  const sealed = readBlocks(file, names);
  const open = readJournal(file, names);
  t.ok(open.length >= 2 * (FIXTURE_OPEN - 1), `${open.length} in the journal`);
  for (const [device, reports] of devices) {
    const read = [...sealed, ...open].filter((report) => report.device === device).sort((a, b) => a.at - b.at);
    t.equal(read.length, FIXTURE_REPORTS);
    const known = reports.map(told);
    t.same(
      read.map(({ clocks, ...report }) => report),
      known.map(({ clocks, ...report }) => report),
    );
    for (const [index, { clocks, at }] of read.entries()) {
      if (clocks) t.same(clocks, known[index]?.clocks, `clocks of ${at}`);
    }
  }
});

t.test('roll-ups hold of each bucket what the reports in it say', async (t) => {
  const file = openFixture(t);
  const names = readNames(file);
  const ids = new Map([...names.metric].map(([id, name]) => [name, id]));
  // Reports came after these hours were rolled up: they are to be rolled up again.
  const stale = new Set(
    file
      .prepare('SELECT * FROM stale')
      .all()
      .map(({ host, hour }) => `${names.device.get(Number(host))} ${hour}`),
  );
  t.equal(stale.size, devices.size);
  for (const table of ['five_minute', 'hour'] as const) {
    let buckets = 0;
    for (const { device, bucketMs, columns } of readRollUps(file, table, names)) {
      t.equal(bucketMs, table === 'hour' ? 3_600_000 : 300_000);
      for (const [index, start] of (columns.get(0) ?? []).entries()) {
        if (stale.has(`${device} ${Math.floor((start ?? 0) / 3_600_000) * 3_600_000}`)) continue;
        const inside = (devices.get(device) ?? []).filter(
          ({ at }) => start !== null && at >= start && at < start + bucketMs,
        );
        t.equal(columns.get(1)?.[index], inside.length, `${table} of ${device} at ${start}`);
        for (const [position, { name, kind, unit, decimals }] of fixtureMetrics.entries()) {
          const values = inside.map(({ scaled }) => scaled[position]).filter((value) => typeof value === 'number');
          const first = 8 * ((ids.get(name) ?? 0) + 1);
          const part = (offset: number) => columns.get(first + offset)?.[index] ?? null;
          if (kind === 'counter') t.equal(part(5), values.at(-1) ?? null, `last of ${name}`);
          else {
            t.equal(part(1), values.length === 0 ? null : Math.min(...values), `least of ${name}`);
            t.equal(part(2), values.length === 0 ? null : Math.max(...values), `greatest of ${name}`);
            const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
            const half = unit === 'bytes' ? 0.5 : 0.5 / 10 ** (Math.max(4, decimals) - decimals);
            if (values.length > 0) t.ok(Math.abs((part(0) ?? Number.NaN) - mean) <= half + 1e-9, `mean of ${name}`);
            t.equal(inside.length - (part(3) ?? 0), values.length, `count of ${name}`);
          }
        }
        buckets += 1;
      }
    }
    t.ok(buckets >= (table === 'hour' ? 2 : 100), `${buckets} buckets`);
  }
});

t.test('the examples of columns are read as they are told', async (t) => {
  const document = readFileSync(new URL('../../../../server/platform/series/FORMAT.md', import.meta.url), 'utf8');
  const rows = [...document.matchAll(/^\| `([^`]+)` \| `?((?:[0-9a-f]{2} ?)*)`? ?\|$/gm)];
  t.ok(rows.length >= 15, `${rows.length} examples`);
  for (const [, values = '', hex = ''] of rows) {
    const column = values.split(' ').map((value) => (value === 'gap' ? null : Number(value)));
    t.same(readColumn(Buffer.from(hex.replaceAll(' ', ''), 'hex'), column.length), column, values);
  }
});
