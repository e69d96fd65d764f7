import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createChecks } from '../../../../agent/tasks/checks/checks.ts';
import type { CheckOutcome } from '../../../../protocol/check/outcome.ts';
import { checkReasons } from '../../../../protocol/check-reason.ts';
import { MAX_METRICS_PER_SCHEMA } from '../../../../protocol/wire/metric.ts';
import type { PlannedCheck } from '../../../../protocol/wire/plan.ts';
import { machineMetrics, makeIdentity, recordingLog } from '../../../support/agent-machine.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { until } from '../../../support/until.ts';

const passed: CheckOutcome = { up: true, reason: 'ok', durationMs: 12, httpStatus: 204, certificateLeftMs: 86_400_000 };
const measurement = { metrics: machineMetrics, values: [0.5, 1000, 500] };
const plan = (...checks: Partial<PlannedCheck>[]) =>
  JSON.stringify({
    checks: checks.map((check, index) => ({
      id: `c${index}`,
      target: { kind: 'process', name: 'nginx' },
      intervalMs: 1_000,
      timeoutMs: 500,
      ...check,
    })),
  });

function start(t: Test, run: (check: PlannedCheck) => Promise<CheckOutcome>, dataDir = tempDir(t)) {
  const { log, lines } = recordingLog();
  let bootMs = 0;
  const clocks = () => ({ wallMs: bootMs, monotonicMs: bootMs, bootMs });
  const { publicKey } = makeIdentity();
  const checks = createChecks({ dataDir, publicKey, clocks, log, run });
  t.teardown(() => checks.stop());
  return { checks, lines, dataDir, sleep: (ms: number) => (bootMs += ms) };
}

t.test('results join the measurement with their age', async (t) => {
  const { checks, sleep } = start(t, async () => passed);
  t.equal(checks.addTo(measurement), measurement, 'nothing is planned');
  checks.take(plan({}, { target: { kind: 'http', url: 'https://shop.test/' } }));
  const before = checks.addTo(measurement);
  t.same(
    before.metrics.slice(3).map(({ name }) => name),
    [
      ...['up', 'reason', 'duration', 'age'].map((one) => `check.${one}[c0]`),
      ...['up', 'reason', 'duration', 'age', 'status', 'certificateLeft'].map((one) => `check.${one}[c1]`),
    ],
  );
  t.same(before.values.slice(3), new Array(10).fill(null), 'not run yet');
  await until('both ran', () => !checks.addTo(measurement).values.includes(null));
  sleep(2_500);
  const after = checks.addTo(measurement);
  t.equal(after.metrics, before.metrics, 'the same list');
  t.same(after.values, [0.5, 1000, 500, 1, 0, 0.012, 2.5, 1, 0, 0.012, 2.5, 204, 86_397]);
});

t.test('a check never runs twice at once, and the others do not wait for it', async (t) => {
  const running = new Map<string, number>();
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  let most = 0;
  const runs: string[] = [];
  const { checks } = start(t, async ({ id }) => {
    runs.push(id);
    running.set(id, (running.get(id) ?? 0) + 1);
    most = Math.max(most, ...running.values());
    if (id === 'c0') await held;
    running.set(id, (running.get(id) ?? 0) - 1);
    return passed;
  });
  checks.take(plan({}, {}));
  const runsOf = (id: string) => runs.filter((one) => one === id).length;
  await until('the other at its own pace', () => runsOf('c1') >= 4);
  t.equal(runsOf('c0'), 1, 'one that is still running is not begun again');
  release();
  await until('it to run again', () => runsOf('c0') >= 2);
  t.equal(most, 1);
});

t.test('a run that fails in itself proves nothing', async (t) => {
  const { checks, lines } = start(t, async () => {
    throw new Error('broken');
  });
  checks.take(plan({}));
  await until('it ran', () => checks.addTo(measurement).values[4] !== null);
  t.same(checks.addTo(measurement).values.slice(3, 5), [null, checkReasons.indexOf('failed')]);
  t.match(lines.join(), /could not be run/);
});

t.test('a new plan keeps what did not change and ends the rest', async (t) => {
  const { checks } = start(t, async () => passed);
  checks.take(plan({}, {}));
  await until('both ran', () => !checks.addTo(measurement).values.includes(null));
  checks.take(plan({}, { intervalMs: 2_000 }));
  const { values } = checks.addTo(measurement);
  t.not(values[3], null, 'the result stays');
  t.equal(values[7], null, 'this one begins anew');
  checks.take(plan());
  t.equal(checks.addTo(measurement), measurement);
});

t.test('the plan outlives the agent, and a damaged one is left behind', async (t) => {
  const first = start(t, async () => passed);
  first.checks.take(plan({ id: 'kept' }));
  first.checks.stop();
  const second = start(t, async () => passed, first.dataDir);
  await until('it runs', () => second.checks.addTo(measurement).values[3] === 1);
  t.match(second.checks.addTo(measurement).metrics[3], { name: 'check.up[kept]' });
  second.checks.stop();
  writeFileSync(join(first.dataDir, 'plan.json'), '{"checks":');
  const third = start(t, async () => passed, first.dataDir);
  t.equal(third.checks.addTo(measurement), measurement);
  t.match(third.lines.join(), /plan on disk cannot be read/);
});

t.test('checks never push a report over its bound', async (t) => {
  const { checks } = start(t, async () => passed);
  checks.take(plan({}));
  const many = new Array(MAX_METRICS_PER_SCHEMA).fill(machineMetrics[0]);
  const full = { metrics: many, values: many.map(() => 1) };
  t.equal(checks.addTo(full), full);
});
