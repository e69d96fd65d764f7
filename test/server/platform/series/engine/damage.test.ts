import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import type { DamagedPart } from '../../../../../server/platform/series/series-store.ts';
import { openTestSeries } from '../../../../support/open-test-series.ts';
import { someMetrics } from '../../../../support/stored-report.ts';
import { tempDir } from '../../../../support/temp-dir.ts';
import { at, replayed, START } from '../conformance.ts';

const HOUR = 3_600_000;

/** Changes one byte of a blob of a closed database: the `index`-th of row `id`, counted from the end if below 0. */
function spoil(path: string, table: string, key: string, id: number, index: number): number {
  const db = new DatabaseSync(path);
  const row = db.prepare(`SELECT data FROM ${table} WHERE ${key} = ?`).get(id) as { data: Uint8Array };
  const data = Uint8Array.from(row.data);
  const place = index < 0 ? data.length + index : index;
  data[place] = data[place]! ^ 0x40;
  db.prepare(`UPDATE ${table} SET data = ? WHERE ${key} = ?`).run(data, id);
  db.close();
  return data.length;
}

t.test('a byte of the journal that changed is noticed wherever it is, and nothing is misread', async (t) => {
  const path = join(tempDir(t), 'series.db');
  const first = await openTestSeries(t, { path });
  const batches = Array.from({ length: 6 }, (_, n) => [
    at(n * 1_000),
    ...(n === 2 ? [] : [at(n * 1_000, { deviceId: 'd2', scaled: [n, n * 7, null] })]),
  ]);
  for (const reports of batches) await first.series.append(reports);
  await first.series.close();
  const length = spoil(path, 'journal', 'position', 3, 0);
  spoil(path, 'journal', 'position', 3, 0);
  for (let index = 0; index < length; index += 3) {
    spoil(path, 'journal', 'position', 3, index);
    const told: DamagedPart[] = [];
    const { series } = await openTestSeries(t, { path, onDamage: (part) => told.push(part) });
    const found = await replayed(series);
    t.same(
      found.map(({ reports }) => reports),
      [batches[0], batches[1], ...[3, 4, 5].map((n) => batches[n]?.filter(({ deviceId }) => deviceId === 'd2'))],
      `byte ${index}: what did not build on it is there`,
    );
    t.same(
      told.map(({ source, deviceId }) => [source, deviceId]),
      [
        ['journal', null],
        ['journal', 'd1'],
      ],
      `byte ${index}: said whose`,
    );
    t.same((await series.usage()).damaged, told);
    t.equal(told[1]?.fromMs, START + 1_000, 'and from when on');
    await series.close();
    // As it was.
    const db = new DatabaseSync(path);
    db.exec(
      'INSERT INTO journal (position, data) SELECT 3, data FROM damaged WHERE length(data) > 0; DELETE FROM damaged',
    );
    db.close();
    spoil(path, 'journal', 'position', 3, index);
  }
});

t.test('rows whose schema is missing are set aside, said whose and when, and everything else is there', async (t) => {
  const f = async (lose: string) => {
    const path = join(tempDir(t), 'series.db');
    const other = { deviceId: 'd2', metrics: someMetrics.slice(0, 2), scaled: [5, 7] };
    const first = await openTestSeries(t, { path });
    for (let n = 0; n < 5; n += 1) await first.series.append([at(n * 1_000), at(n * 1_000 + 500, other)]);
    await first.series.close();
    const db = new DatabaseSync(path);
    db.exec(lose);
    db.close();
    const told: DamagedPart[] = [];
    let now = START + 4_000;
    const { series } = await openTestSeries(t, { path, now: () => now, onDamage: (part) => told.push(part) });
    t.match(told, [{ source: 'journal', deviceId: 'd1', fromMs: START, toMs: START + 4_000 }], lose);
    const found = (await replayed(series)).flatMap(({ reports }) => reports);
    t.same(
      found.map(({ deviceId }) => deviceId),
      ['d2', 'd2', 'd2', 'd2', 'd2'],
      `${lose}: not evaluated`,
    );
    const newest = async () =>
      (await series.latest()).map(({ deviceId, at: when }) => `${deviceId} ${when - START}`).sort();
    t.same(await newest(), ['d2 4500'], lose);
    now = START + HOUR;
    await series.append([at(HOUR), at(HOUR, other)]);
    t.same(await newest(), [`d1 ${HOUR}`, `d2 ${HOUR}`], `${lose}: what comes later is taken`);
    now = START + 4 * HOUR;
    await series.settle();
    await series.append([at(4 * HOUR)]);
    await series.settle();
    t.equal((await series.usage()).damaged.length, 1, `${lose}: and sealed`);
    await series.close();
    const reader = new DatabaseSync(path, { readOnly: true });
    const [kept] = reader.prepare('SELECT length(data) AS bytes FROM damaged').all();
    reader.close();
    t.ok(Number(kept?.bytes) > 100, `${lose}: the rows are kept`);
    const again: DamagedPart[] = [];
    const { series: reopened } = await openTestSeries(t, {
      path,
      now: () => now,
      onDamage: (part) => again.push(part),
    });
    t.same(again, told, `${lose}: told again after a restart, once`);
    await reopened.close();
  };
  // The first schema is that of d1; the third metric is in no other.
  await f('DELETE FROM schema WHERE id = 1');
  await f('DELETE FROM metric WHERE id = 3');
});

t.test('a block that changed is set aside, said whose and when, and everything else is answered', async (t) => {
  const path = join(tempDir(t), 'series.db');
  let now = START;
  const first = await openTestSeries(t, { path, now: () => now });
  for (let n = 0; n < 700; n += 1) {
    now = START + n * 10_000;
    await first.series.append([at(n * 10_000), at(n * 10_000, { deviceId: 'd2' })]);
  }
  now = START + 30 * HOUR;
  await first.series.settle();
  const { held } = await first.series.usage();
  t.ok(held.raw.blocks > 8 && held.fiveMinute.blocks === 2 && held.hour.blocks === 2, 'of each some');
  await first.series.close();
  const clean = new DatabaseSync(path);
  // As after a crash: the newest blocks are checked before anything else.
  clean.exec('DELETE FROM meta');
  clean.close();
  spoil(path, 'raw', 'id', 1, -5);
  spoil(path, 'five_minute', 'id', 1, 9);
  const told: DamagedPart[] = [];
  const { series } = await openTestSeries(t, { path, now: () => now, onDamage: (part) => told.push(part) });
  t.match(told, [{ source: 'raw', foundAt: now }]);
  t.ok(told[0]?.fromMs !== null && (told[0]?.fromMs ?? 0) < START + HOUR);
  const values = async (deviceId: string, stepMs: number) => {
    const request = { metrics: ['cpu.busy'], fromMs: START, toMs: START + 2 * HOUR, stepMs };
    return (await series.query({ ...request, deviceId }))[0]?.values ?? [];
  };
  const spoilt = told[0]?.deviceId ?? '';
  const whole = spoilt === 'd1' ? 'd2' : 'd1';
  t.equal((await values(whole, 10_000)).filter((value) => value !== null).length, 700);
  const left = (await values(spoilt, 10_000)).filter((value) => value !== null).length;
  t.ok(left >= 700 - 240 && left < 700, `${left} are left`);
  const all = [...(await values('d1', 300_000)), ...(await values('d2', 300_000))];
  t.equal(told.length, 2, 'the row of roll-ups was found when it was read');
  t.match(told[1], { source: 'fiveMinute', fromMs: START, toMs: START + 24 * HOUR - 1 });
  t.ok(all.some((value) => value !== null));
  const after = await series.usage();
  t.equal(after.held.raw.blocks, held.raw.blocks - 1);
  t.equal(after.damaged.length, 2);
  await series.close();
  const again: DamagedPart[] = [];
  await openTestSeries(t, { path, now: () => now, onDamage: (part) => again.push(part) });
  t.same(again, told, 'it is told again after a restart');
});
