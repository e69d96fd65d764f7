import t from 'tap';
import { createStoragePort } from '../../../../server/features/devices/storage-port.ts';
import type { DeviceRecord } from '../../../../server/fleet/device-record.ts';
import { openTestSeries } from '../../../support/open-test-series.ts';
import { at, START } from '../../platform/series/conformance.ts';

const HOUR = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

t.test('what is held, for how long and since when, and whose parts are damaged', async (t) => {
  let now = START;
  const { series } = await openTestSeries(t, { now: () => now, retention: { raw: 48 * HOUR } });
  const devices = new Map([['d1', { info: { name: 'db-1' } } as DeviceRecord]]);
  const port = createStoragePort({ devices }, series, { all: () => [] });
  t.match(await port.usage(), {
    resolutions: [
      { resolution: 'raw', retentionMs: 48 * HOUR, bytes: 0, from: null },
      { resolution: 'fiveMinute', bytes: 0, from: null },
      { resolution: 'hour', bytes: 0, from: null },
    ],
    ...{ damaged: [], damagedCount: 0, lost: [], lostCount: 0 },
  });
  for (let n = 0; n < 400; n += 1) {
    now = START + n * 60_000;
    await series.append([at(n * 60_000)]);
  }
  now = START + 30 * HOUR;
  await series.settle();
  const { resolutions, fileBytes } = await port.usage();
  t.same(
    resolutions.map(({ from }) => from),
    [iso(START), iso(START), iso(Math.floor(START / (720 * HOUR)) * 720 * HOUR)],
    'roll-ups begin with their day and their 30 days',
  );
  const bytes = resolutions.reduce((sum, each) => sum + each.bytes, 0);
  t.ok(resolutions.every((each) => each.bytes > 0) && bytes < fileBytes, `${bytes} of ${fileBytes}`);

  const usage = await series.usage();
  const parts = [
    { deviceId: null, fromMs: null, toMs: null },
    { deviceId: 'gone', fromMs: START, toMs: null },
    { deviceId: 'd1', fromMs: START, toMs: START + HOUR },
  ].map((part) => ({ source: 'raw' as const, foundAt: START, ...part }));
  const damaged = [...Array.from({ length: 200 }, () => parts[0]!), ...parts];
  const lost = damaged.toReversed().map((part) => ({ kind: 'missing' as const, ...part }));
  const told = await createStoragePort(
    { devices },
    { usage: async () => ({ ...usage, damaged }) },
    { all: () => lost },
  ).usage();
  t.equal(told.damagedCount, 203);
  t.equal(told.damaged.length, 100);
  t.same(told.damaged.slice(0, 3), [
    { deviceId: 'd1', deviceName: 'db-1', from: iso(START), to: iso(START + HOUR), foundAt: iso(START) },
    { deviceId: 'gone', deviceName: null, from: iso(START), to: null, foundAt: iso(START) },
    { deviceId: null, deviceName: null, from: null, to: null, foundAt: iso(START) },
  ]);
  t.equal(told.lostCount, 203);
  t.same(
    told.lost,
    told.damaged.map((part) => ({ kind: 'missing', ...part })),
  );
});
