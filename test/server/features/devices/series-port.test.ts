import t, { type Test } from 'tap';
import { describe } from '../../../../protocol/wire/metric.ts';
import { everyClient, ofClients, type Scope } from '../../../../server/domain/scope.ts';
import { createSeriesPort } from '../../../../server/features/devices/series-port.ts';
import { identify } from '../../../../server/fleet/device-identity.ts';
import { Fleet } from '../../../../server/fleet/fleet.ts';
import type { FleetRequest, SeriesRequest } from '../../../../server/platform/series/series-store.ts';
import { metricsOf } from '../../../support/reading.ts';
import { addTenant, tempStore } from '../../../support/store.ts';
import { storedReport } from '../../../support/stored-report.ts';

const START = Date.UTC(2026, 2, 1);
const reported = { 'cpu.busy': 2_500, 'fs.size[/]': 1_000, 'fs.available[/]': 900, 'net.rxBytes[eth0]': 5 };
const metrics = metricsOf(reported);
const range = { fromMs: START, toMs: START + 20_000, stepMs: 10_000 };

async function setUp(t: Test) {
  const store = await tempStore(t, { nowMs: START });
  const [acme, globex] = [await addTenant(store, 'Acme'), await addTenant(store, 'Globex')];
  const fleet = new Fleet(store);
  await fleet.load();
  const asked: (SeriesRequest | FleetRequest)[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const port = createSeriesPort(fleet, {
    query: async (request, signal) => {
      asked.push(request);
      signals.push(signal);
      if (!request.metrics.includes('cpu.busy')) return [];
      const aggregation = request.aggregation ?? 'mean';
      return [
        { metric: 'cpu.busy', descriptor: describe('cpu.busy'), aggregation, resolution: 'hour', values: [null, 0.25] },
      ];
    },
    queryFleet: async (request) => {
      asked.push(request);
      const { kind } = request.across;
      if (kind === 'mean') return { kind, resolution: 'raw', values: [1, null], devices: [2, 0] };
      if (kind === 'heat') return { kind, resolution: 'raw', counts: [[1], [2]] };
      return { kind, resolution: 'hour', lines: [{ deviceId: 'x', overall: 1, values: [1] }] };
    },
  });
  const report = (tenant: typeof acme) =>
    fleet.setLatest(
      fleet.require(tenant.device.id),
      storedReport({ at: START, metrics, scaled: Object.values(reported), deviceId: tenant.device.id }),
    );
  return { acme, globex, fleet, port, asked, signals, report };
}

t.test('a name that never was is a mistake, one that is silent is empty', async (t) => {
  const { acme, globex, port, report, signals } = await setUp(t);
  const query = { ...range, deviceId: acme.device.id };
  await t.rejects(port.query(everyClient, { ...query, metrics: ['load.1'] }), {
    code: 'metric_unknown',
    message: 'acme-srv reports no metric "load.1".',
  });
  report(acme);
  const { signal } = new AbortController();
  const found = await port.query(everyClient, { ...query, metrics: ['cpu.busy', 'fs.size[/]'] }, signal);
  t.same(found.items, [
    { metric: 'cpu.busy', unit: 'ratio', kind: 'gauge', aggregation: 'mean', values: [null, 0.25] },
    { metric: 'fs.size[/]', unit: 'bytes', kind: 'gauge', aggregation: 'mean', values: [null, null] },
  ]);
  t.equal(found.resolution, 'hour');
  t.equal(signals.at(-1), signal, 'whoever goes away takes the question along');
  await t.rejects(port.query(everyClient, { ...query, metrics: ['fs.size[/nope]'] }), {
    message: 'acme-srv reports no metric "fs.size[/nope]". It reports fs.size[/], fs.available[/] and more.',
  });
  await t.rejects(port.query(everyClient, { ...query, metrics: ['load.1'] }), { message: /It reports cpu\.busy, / });
  const foreign = { ...query, deviceId: globex.device.id, metrics: ['cpu.busy'] };
  await t.rejects(port.query(ofClients(acme.client.id), foreign), { code: 'not_found' });
});

t.test('each kind of metric has its own aggregations', async (t) => {
  const { acme, port, report, asked } = await setUp(t);
  report(acme);
  const f = async (metric: string, aggregation: 'rate' | 'mean' | 'p95' | 'last' | 'max', refusal?: RegExp) => {
    const machine = port.query(everyClient, { ...range, deviceId: acme.device.id, metrics: [metric], aggregation });
    const fleet = port.queryFleet(everyClient, {
      ...range,
      machines: {},
      metric,
      aggregation,
      across: { kind: 'mean' },
    });
    for (const answer of [machine, fleet] as Promise<unknown>[]) {
      if (refusal)
        await t.rejects(answer, { code: 'validation_failed', message: refusal }, `${aggregation} of ${metric}`);
      else t.ok(await answer, `${aggregation} of ${metric}`);
    }
  };
  await f(
    'cpu.busy',
    'rate',
    /^"cpu\.busy" goes up and down, so it has no rate\. Ask for mean, min, max, p95 or last\.$/,
  );
  await f('net.rxBytes[eth0]', 'mean', /is a counter, which only grows\. Ask for its rate, or for the last reading\.$/);
  await f('net.rxBytes[eth0]', 'p95', /is a counter/);
  await f('cpu.busy', 'p95');
  await f('net.rxBytes[eth0]', 'rate');
  await f('net.rxBytes[eth0]', 'last');
  t.equal(asked.length, 6, 'what is refused is not asked');
});

t.test('many machines: those that fit and that one may see', async (t) => {
  const { acme, globex, fleet, port, report, asked } = await setUp(t);
  for (const tenant of [acme, globex]) report(tenant);
  const device = fleet.require(acme.device.id);
  identify(device, { ...device.info, tags_json: '["db"]' });
  const query = { ...range, metric: 'cpu.busy', across: { kind: 'mean' } as const };
  const f = async (scope: Scope, machines: object, want: string[]) => {
    const answer = await port.queryFleet(scope, { ...query, machines });
    t.same((asked.at(-1) as FleetRequest).deviceIds, want, JSON.stringify(machines));
    t.equal(answer.machines, want.length);
  };
  const both = [acme.device.id, globex.device.id].sort();
  const ofAcme = ofClients(acme.client.id);
  await f(everyClient, {}, both);
  await f(ofAcme, {}, [acme.device.id]);
  await f(everyClient, { clientId: globex.client.id }, [globex.device.id]);
  await f(everyClient, { siteId: acme.site.id }, [acme.device.id]);
  await f(everyClient, { tag: 'db' }, [acme.device.id]);
  await f(everyClient, { deviceIds: [...both].reverse() }, both);
  const refused = (scope: Scope, machines: object, message: RegExp) =>
    t.rejects(port.queryFleet(scope, { ...query, machines }), { code: 'not_found', message });
  await refused(ofAcme, { clientId: globex.client.id }, /no such client/);
  await refused(ofAcme, { siteId: globex.site.id }, /no such site/);
  await refused(ofAcme, { deviceIds: both }, /no such device/);
  await refused(everyClient, { clientId: acme.client.id, siteId: globex.site.id }, /No machine fits/);
  await refused(everyClient, { tag: 'web' }, /No machine fits/);
  await t.rejects(port.queryFleet(everyClient, { ...query, machines: {}, metric: 'cpu.bizzy' }), {
    code: 'metric_unknown',
    message: 'None of these machines reports a metric "cpu.bizzy". They report cpu.busy and more.',
  });
});

t.test('each way of putting machines together has its own fields', async (t) => {
  const { acme, port, report } = await setUp(t);
  report(acme);
  const query = { ...range, metric: 'cpu.busy', machines: {} };
  const head = { metric: 'cpu.busy', unit: 'ratio', kind: 'gauge', aggregation: 'mean', stepMs: 10_000, machines: 2 };
  const times = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-01T00:00:20.000Z' };
  t.same(await port.queryFleet(everyClient, { ...query, across: { kind: 'mean' } }), {
    ...{ ...head, ...times, resolution: 'raw', across: 'mean', values: [1, null], reporting: [2, 0] },
  });
  t.same(await port.queryFleet(everyClient, { ...query, across: { kind: 'heat', bounds: [0.5] } }), {
    ...{ ...head, ...times, resolution: 'raw', across: 'heat', bounds: [0.5], counts: [[1], [2]] },
  });
  t.same(await port.queryFleet(everyClient, { ...query, across: { kind: 'top', count: 1, lowest: false } }), {
    ...{ ...head, ...times, resolution: 'hour', across: 'top' },
    lines: [{ deviceId: 'x', overall: 1, values: [1] }],
  });
});
