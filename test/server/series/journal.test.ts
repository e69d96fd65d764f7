import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { decodeEntry, encodeEntry } from '../../../server/series/entry.ts';
import { Journal } from '../../../server/series/journal.ts';
import { someMetrics, storedReport } from '../../support/stored-report.ts';
import { tempDir } from '../../support/temp-dir.ts';

const START = Date.UTC(2026, 2, 1);
const minute = 60_000;
const hour = 60 * minute;
const schemas = new Map([[1, someMetrics]]);

const at = (ms: number, deviceId = 'd1') => encodeEntry(storedReport({ at: START + ms, deviceId }), 1);

function temp(t: Test) {
  const path = join(tempDir(t), 'series.db');
  const open = (): Journal => {
    const journal = new Journal(path);
    t.teardown(() => journal.close());
    return journal;
  };
  const rows = (table: string): number => {
    const db = new DatabaseSync(path);
    const { n } = db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number };
    db.close();
    return n;
  };
  return { path, open, rows };
}

const times = (journal: Journal, deviceId = 'd1', fromMs = 0, toMs = 100 * hour): number[] =>
  journal.entries(deviceId, START + fromMs, START + toMs, 1e6).map((entry) => entry.at - START);
const positions = (journal: Journal, after = 0): number[] =>
  [...journal.batches(after)].map(({ position }) => position);

t.test('batches are numbered by one, replayed after any position, and survive a restart', async (t) => {
  const { open } = temp(t);
  const first = open();
  t.equal(first.append([at(0), at(0, 'd2')], schemas, START), 1);
  t.equal(first.append([at(10)], new Map(), START), 2);
  t.same(positions(first), [1, 2]);
  const second = open();
  t.equal(second.append([at(20)], new Map(), START), 3);
  t.same(positions(second), [1, 2, 3]);
  t.same(positions(second, 2), [3]);
  const decoded = [...second.batches(0)][0]?.entries.map((entry) => decodeEntry(entry, second.schemas));
  t.same(decoded, [storedReport({ at: START }), storedReport({ at: START, deviceId: 'd2' })]);
  t.same(times(second), [0, 10, 20]);
  t.same([...second.schemas], [[1, someMetrics]]);
});

t.test('pages take over from batches, and every report is readable exactly once all the time', async (t) => {
  const { open, rows } = temp(t);
  let journal = open();
  const want: number[] = [];
  for (let n = 0; n < 400; n += 1) {
    const ms = n * 10_000;
    journal.append([at(ms)], schemas, START + ms);
    want.push(ms);
    if (n % 7 === 0) {
      journal.release(journal.position);
      journal.tidy(START + ms, 48 * hour);
    }
    if (n % 50 === 0) journal = open();
    if (n % 13 === 0) t.same(times(journal), want);
  }
  t.same(times(journal), want);
  t.ok(rows('page') >= 5 && rows('page') < 20, `${rows('page')} pages`);
  t.ok(rows('batch') < 130, `${rows('batch')} batches are left`);
});

t.test('late reports are found by their own time', async (t) => {
  const { open } = temp(t);
  const journal = open();
  for (let n = 0; n < 200; n += 1) journal.append([at(hour + n * 10_000)], schemas, START + hour + n * 10_000);
  // The backlog of an hour ago arrives bit by bit.
  for (let n = 0; n < 30; n += 1) journal.append([at(n * 10_000)], schemas, START + 2 * hour);
  t.same(
    times(open(), 'd1', 0, 300_000),
    Array.from({ length: 30 }, (_, n) => n * 10_000),
  );
  t.same(times(journal, 'd1', hour + 5_000, hour + 25_000), [hour + 10_000, hour + 20_000]);
  t.throws(() => journal.entries('d1', START, START + 9 * hour, 229), RangeError);
  t.same(times(journal, 'd2'), []);
});

t.test('the newest report of each device, wherever it is kept', async (t) => {
  const { open } = temp(t);
  const journal = open();
  t.same([...journal.latest()], []);
  // d1 stopped long ago and its page is closed; d2 is in memory; a late report of d1 is not its newest.
  for (let n = 0; n < 61; n += 1) journal.append([at(n * 10_000)], schemas, START + n * 10_000);
  journal.append([at(5_000), at(hour, 'd2')], schemas, START + hour);
  for (const one of [journal, open()]) {
    const newest = [...one.latest()].map((entry) => [entry.deviceId, entry.at - START]).sort();
    t.same(newest, [
      ['d1', 600_000],
      ['d2', hour],
    ]);
  }
});

t.test('what is past its time goes; a batch that a start may still replay stays', async (t) => {
  const { open, rows } = temp(t);
  const journal = open();
  for (let n = 0; n < 70; n += 1) journal.append([at(n * 10_000)], schemas, START + n * 10_000);
  journal.append([at(30 * minute)], schemas, START + 30 * minute);
  journal.append([at(31 * minute)], schemas, START + 31 * minute);
  journal.tidy(START + 31 * minute, 48 * hour);
  t.equal(rows('batch'), 72, 'nothing is released yet');
  journal.release(60);
  journal.tidy(START + 31 * minute + 59_999, 48 * hour);
  t.equal(rows('batch'), 72, 'at most once a minute');
  journal.tidy(START + 32 * minute, 48 * hour);
  t.same(positions(journal)[0], 61);
  journal.release(1);
  journal.release(72);
  journal.tidy(START + 34 * minute, 48 * hour);
  t.same(positions(journal), [71, 72], 'what is in an open page has no other copy');
  journal.tidy(START + 49 * hour, 48 * hour);
  t.same(times(journal), [30 * minute, 31 * minute], 'pages expire');
});

t.test('positions are never used again, even when everything was pruned', async (t) => {
  const { open, rows } = temp(t);
  const journal = open();
  for (let n = 0; n < 3; n += 1) journal.append([at(n)], schemas, START);
  // The page closes with this commit, and the device is removed: nothing needs any batch.
  journal.append([at(11 * minute, 'd2')], schemas, START + 11 * minute);
  journal.remove('d2');
  journal.release(4);
  journal.tidy(START + 12 * minute, 48 * hour);
  t.equal(rows('batch'), 0);
  t.equal(open().append([at(0)], schemas, START + 13 * minute), 5);
});

t.test('a journal that was lost goes on after the positions that the state remembers', async (t) => {
  const { path } = temp(t);
  const journal = new Journal(path, 41);
  t.equal(journal.append([at(0)], schemas, START), 42);
  journal.close();
  const again = new Journal(path, 7);
  t.equal(again.append([at(1)], schemas, START), 43);
  again.close();
});

t.test('an entry whose schema is not known is refused, and nothing of its batch is kept', async (t) => {
  const { open } = temp(t);
  const journal = open();
  t.throws(() => journal.append([at(0)], new Map(), START), /schema 1/);
  t.same(positions(journal), []);
  t.equal(journal.append([at(0)], schemas, START), 1);
});

t.test('a removed device is gone', async (t) => {
  const { open } = temp(t);
  const journal = open();
  for (let n = 0; n < 70; n += 1) journal.append([at(n * 10_000), at(n * 10_000, 'd2')], schemas, START + n * 10_000);
  journal.remove('d1');
  t.same(times(journal), []);
  t.equal(times(journal, 'd2').length, 70);
  t.same(
    [...journal.latest()].map(({ deviceId }) => deviceId),
    ['d2'],
  );
});
