import { setFlagsFromString } from 'node:v8';
import t from 'tap';
import { describe } from '../../../protocol/wire/metric.ts';
import type { DeviceRecord } from '../../../server/fleet/device-record.ts';
import type { OfferedReport } from '../../../server/fleet/offered-report.ts';
import { WaitingReports } from '../../../server/watch/waiting-report.ts';

setFlagsFromString('--allow-natives-syntax');
const hasHoles = new Function('array', 'return %HasHoleyElements(array)') as (array: readonly unknown[]) => boolean;

const record = { info: { id: 'd1' } } as DeviceRecord;
const from = { acknowledge: () => undefined, refuse: () => undefined };

function offered(scaled: (number | null)[]): OfferedReport {
  const clocks = { wallMs: 1, monotonicMs: 2, bootMs: 3 };
  const frame = { type: 'report', run: 0, schema: 0, sequence: 1, backfill: false, clocks, scaled } as const;
  const metrics = scaled.map(() => describe('cpu.busy'));
  return { record, receivedAt: 5, frame, runId: 'r', bootId: 'b', metrics, from };
}

t.test('a report that is used again holds what was offered, of whatever length, and never becomes slow', async (t) => {
  const reports = new WaitingReports();
  const grown: unknown[] = [null];
  grown.length = 55;
  t.ok(hasHoles(grown), 'what it is kept from');
  for (const scaled of [[1, null, 3], Array.from({ length: 55 }, (_, index) => index), [], [null, 2 ** 40], [7.5]]) {
    const given = offered(scaled);
    const report = reports.take(given, 10, 0);
    t.same(report.scaled, scaled);
    t.not(report.scaled, scaled, 'a copy');
    t.notOk(hasHoles(report.scaled), `${scaled.length} values`);
    t.match(report, { deviceId: 'd1', runId: 'r', sequence: 1, at: 10, receivedAt: 5, clocks: given.frame.clocks });
    reports.giveBack(report);
    t.match(report, { record: null, from: null });
  }
});
