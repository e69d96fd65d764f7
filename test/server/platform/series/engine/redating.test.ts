import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import type { StoredReport } from '../../../../../server/platform/series/series-store.ts';
import { openTestSeries } from '../../../../support/open-test-series.ts';
import { tempDir } from '../../../../support/temp-dir.ts';
import { at, START } from '../conformance.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const devices = ['d1', 'd2'];

/** A store with a clock that can be set. What it stamps while it is ahead is ahead as well. */
async function setUp(t: Pick<Test, 'teardown' | 'fail'> & Parameters<typeof tempDir>[0]) {
  const path = join(tempDir(t), 'series.db');
  let now = START;
  let aheadMs = 0;
  const opened = async () => (await openTestSeries(t, { path, now: () => now + aheadMs, expiryNow: () => now })).series;
  let series = await opened();
  const moved = (report: StoredReport): StoredReport => ({
    ...report,
    at: report.at + aheadMs,
    receivedAt: report.receivedAt + aheadMs,
  });
  return {
    path,
    get series() {
      return series;
    },
    append: (reports: readonly StoredReport[]) => series.append(reports.map(moved)),
    async reopen() {
      await series.close();
      series = await opened();
    },
    set(ms: number) {
      aheadMs = ms;
    },
    async liveTo(ms: number) {
      now = START + ms;
      await series.settle();
      await series.settle();
    },
    async shown(deviceId: string) {
      const answers = [];
      for (const stepMs of [MINUTE, 5 * MINUTE, HOUR, 24 * HOUR]) {
        const request = { deviceId, metrics: ['cpu.busy', 'net.rxBytes[eth0]', 'fs.available[/]'], stepMs };
        const range = { fromMs: START - 24 * HOUR, toMs: START + 48 * HOUR };
        answers.push(await series.query({ ...request, ...range }));
      }
      return answers;
    },
  };
}

/** A minute of both machines; now and then one was cut off and sends what it has kept. */
function minuteOf(minute: number): StoredReport[] {
  const scaled = [(minute * 37) % 100, minute * 60, 4_096 + minute];
  const live = at(minute * MINUTE, { scaled, clockOffsetMs: 0 });
  const ofSecond: StoredReport[] = [{ ...live, deviceId: 'd2' }];
  if (minute % 90 > 70) return [live];
  if (minute % 90 === 0) {
    for (let past = Math.max(0, minute - 19); past < minute; past += 1) {
      ofSecond.push({ ...at(past * MINUTE, { scaled: [past, past * 60, past] }), deviceId: 'd2', backfill: true });
    }
  }
  return [live, ...ofSecond];
}

type Story = { setAt: number; forMinutes: number; sizeMs: number; settleEvery: number; ending: string };

const since = (minute: number, sizeMs: number) => START + minute * MINUTE + sizeMs;

t.test('what was stamped by a clock that was ahead is, once that is taken back, as if it never had been', async (t) => {
  const story = fc.record({
    setAt: fc.integer({ min: 1, max: 200 }),
    forMinutes: fc.integer({ min: 1, max: 300 }),
    sizeMs: fc.oneof(fc.integer({ min: MINUTE, max: 6 * HOUR }), fc.constant(HOUR), fc.constant(400 * 24 * HOUR)),
    settleEvery: fc.integer({ min: 20, max: 90 }),
    ending: fc.constantFrom('at once', 'after a start', 'told twice'),
  });
  const live = async ({ setAt, forMinutes, sizeMs, settleEvery, ending }: Story) => {
    const [wrong, right] = [await setUp(t), await setUp(t)];
    const undone = { kind: 'undone', since: since(setAt, sizeMs), sizeMs: -sizeMs } as const;
    for (let minute = 0; minute < setAt + forMinutes + 90; minute += 1) {
      if (minute === setAt) {
        wrong.set(sizeMs);
        await wrong.series.clockSet({ kind: 'ahead', since: undone.since });
      }
      if (minute === setAt + forMinutes) {
        wrong.set(0);
        if (ending === 'after a start') await wrong.reopen();
        await wrong.series.clockSet(undone);
      }
      for (const store of [wrong, right]) {
        await store.append(minuteOf(minute));
        if (minute % settleEvery === 0) await store.liveTo(minute * MINUTE);
      }
    }
    if (ending === 'told twice') {
      await wrong.reopen();
      await wrong.series.clockSet(undone);
    }
    for (const store of [wrong, right]) await store.liveTo(30 * HOUR);
    for (const deviceId of devices) t.same(await wrong.shown(deviceId), await right.shown(deviceId), deviceId);
    for (const store of [wrong, right]) await store.series.close();
  };
  await t.resolves(fc.assert(fc.asyncProperty(story, live), { numRuns: 4, seed: 20_260_301 }));
});

t.test('a step that is taken back while it is being dated anew goes on after a crash', async (t) => {
  const store = await setUp(t);
  store.set(HOUR);
  await store.series.clockSet({ kind: 'ahead', since: START + HOUR });
  for (let minute = 0; minute < 600; minute += 1) await store.append(minuteOf(minute));
  store.set(0);
  await store.series.clockSet({ kind: 'undone', since: START + HOUR, sizeMs: -HOUR });
  // The thread ends between two slices: what it had not done is written down.
  await store.reopen();
  await store.liveTo(600 * MINUTE);
  const request = { deviceId: 'd1', metrics: ['fs.available[/]'], aggregation: 'last', stepMs: MINUTE } as const;
  const [line] = await store.series.query({ ...request, fromMs: START, toMs: START + 720 * MINUTE });
  t.same(
    line?.values,
    Array.from({ length: 720 }, (_, minute) => (minute < 600 ? 4_096 + minute : null)),
  );
  const database = new DatabaseSync(store.path, { readOnly: true });
  t.teardown(() => database.close());
  const left = database.prepare("SELECT key FROM meta WHERE key LIKE 'redate%' OR key LIKE 'step%'").all();
  t.same(left, []);
});

t.test('a step that nobody knows changes nothing', async (t) => {
  const store = await setUp(t);
  for (let minute = 0; minute < 200; minute += 1) await store.append(minuteOf(minute));
  const before = await store.shown('d1');
  await store.series.clockSet({ kind: 'undone', since: START, sizeMs: -HOUR });
  await store.series.clockSet({ kind: 'ahead', since: START + 200 * MINUTE });
  await store.series.clockSet({ kind: 'undone', since: START + 200 * MINUTE + 1, sizeMs: -HOUR });
  await store.series.settle();
  t.same(await store.shown('d1'), before);
});
