import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unpackTar } from 'modern-tar/fs';
import t, { type Test } from 'tap';
import type { Frame } from '../../protocol/wire/frame.ts';
import { describe, type FamilyName, families, type MetricDescriptor } from '../../protocol/wire/metric.ts';
import { countTexts, hostileDocument, hostileNames, type JsonSchema } from '../support/hostile-names.ts';
import { RawLink } from '../support/raw-link.ts';
import { type StoryServer, startServer, storyClock } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

/** Everything that the outside can name is named so that it reaches for what all objects share; nobody else notices. */

t.setTimeout(900_000);

/** Own names of what all objects share, before anything came from outside. */
const shared = [Object.prototype, Array.prototype, Function.prototype].map(
  (prototype) => Reflect.ownKeys(prototype).length,
);

function untouched(t: Test, what: string): void {
  const now = [Object.prototype, Array.prototype, Function.prototype].map(
    (prototype) => Reflect.ownKeys(prototype).length,
  );
  t.same(now, shared, `${what}: nothing was written onto what all objects share`);
  t.ok(Object.isFrozen(Object.prototype), 'and nothing can be');
}

async function isWell(t: Test, server: StoryServer): Promise<void> {
  t.equal((await server.ask('GET', '/readyz')).status, 200, 'ready');
  const { body } = await server.ask('GET', '/api/v1/overview');
  t.same(body.server.warnings, [], 'without a warning');
  t.match(await server.get('/metrics'), /^vigia_device_info\{/m, 'and scraped');
}

const GiB = 1024 ** 3;

/** Every family that has instances, with this one. */
function hostileMetrics(name: string): MetricDescriptor[] {
  const named = (Object.keys(families) as FamilyName[]).filter((family) => 'instance' in families[family]);
  return [...named.map((family) => describe(family, name)), { name, unit: 'ratio', kind: 'gauge', decimals: 2 }];
}

const valuesOf = new Map([
  ['fs.size', 100 * GiB],
  ['fs.available', 40 * GiB],
  ['fs.readOnly', 0],
]);

/** Reports once more for each call, from one run. */
class HostileAgent {
  readonly #link: RawLink;
  #sequence = 0;

  constructor(link: RawLink) {
    this.#link = link;
    const runId = randomBytes(16);
    this.#link.send({ type: 'run', run: 1, runId, bootId: '__proto__' });
  }

  send(frame: Frame): void {
    this.#link.send(frame);
  }

  report(schema: number, metrics: readonly MetricDescriptor[], backfill: boolean): void {
    this.#sequence += 1;
    const bootMs = Math.round(process.uptime() * 1_000) + 1_000;
    const scaled = metrics.map(({ name }) => valuesOf.get(name.split('[')[0] ?? '') ?? 1);
    this.send({
      type: 'report',
      run: 1,
      schema,
      sequence: this.#sequence,
      backfill,
      clocks: { wallMs: Date.now(), monotonicMs: bootMs, bootMs },
      scaled,
    });
  }
}

t.test('an agent names all that it may', async (t) => {
  const clock = storyClock();
  const settings = { diskForMs: 0, presence: { judgeAfterStartMs: 0 } };
  const server = await startServer(t, { clock, settings });
  const attacker = await enrol(t, server);
  const honest = await enrol(t, server);
  const link = await RawLink.open(t, server.address);
  await link.authenticate(attacker.dataDir);
  const agent = new HostileAgent(link);
  let schema = 0;
  for (const name of hostileNames) {
    const metrics = hostileMetrics(name);
    schema += 1;
    agent.send({ type: 'schema', run: 1, schema, metrics });
    for (const backfill of [true, false, false]) agent.report(schema, metrics, backfill);
    agent.send({
      type: 'processes',
      clocks: { wallMs: Date.now(), monotonicMs: 1, bootMs: 1 },
      processes: [{ name, cpuRatio: 0.5, memoryBytes: 1, count: 1 }],
    });
    agent.send({
      type: 'probe_result',
      json: `{"${name}":{"size":1},"id":1,"outcome":"reached","detail":"${name}","tookMs":1}`,
    });
    agent.send({ type: 'inventory', json: inventoryOf(name) });
  }
  const taken = () => server.reports(attacker.deviceId).length >= 3 * hostileNames.length;
  await until('its reports are kept', taken);
  await server.untilDevice(attacker.deviceId, 'its last schema is shown', (device) =>
    JSON.stringify(device).includes('then'),
  );
  // Forecasts look every five minutes.
  clock.advance(5 * 60_000);
  const newest = hostileMetrics('__proto__');
  agent.send({ type: 'schema', run: 1, schema: schema + 1, metrics: newest });
  await until('the forecast has looked', async () => {
    agent.report(schema + 1, newest, false);
    const { fileSystems } = await server.device(attacker.deviceId);
    return fileSystems.some((system) => system.mountpoint === '__proto__' && system.forecast);
  });
  t.notOk(link.closeCode, 'it may be called what it likes');

  const other = await RawLink.open(t, server.address);
  await other.authenticate(honest.dataDir);
  const well = new HostileAgent(other);
  const disk = [describe('fs.size', '/'), describe('fs.available', '/'), describe('fs.readOnly', '/')];
  well.send({ type: 'schema', run: 1, schema: 1, metrics: disk });
  well.report(1, disk, false);
  valuesOf.set('fs.available', GiB);
  await until('its disk is told', async () => {
    well.report(1, disk, false);
    return (await server.incidents(honest.deviceId)).some(
      ({ rule, state }) => rule === 'disk.space' && state === 'open',
    );
  });
  untouched(t, 'an agent');
  await isWell(t, server);
});

function inventoryOf(name: string): string {
  const text = Object.fromEntries(
    ['agentVersion', 'hostname', 'platform', 'architecture', 'osName', 'osVersion', 'kernel', 'manufacturer', 'model']
      .concat(['serial', 'virtualisation', 'cpuModel'])
      .map((field) => [field, name]),
  );
  return JSON.stringify({
    ...text,
    cpuSockets: 1,
    cpuCores: 1,
    cpuThreads: 1,
    memoryBytes: 1,
    disks: [{ name, model: name, kind: name, sizeBytes: 1, serial: name }],
    interfaces: [{ name, mac: name, addresses: [name] }],
  }).replace('{', `{"${name}":{"size":1},`);
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: JsonSchema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
}

t.test('people and programs name all that they may, at every route', async (t) => {
  const server = await startServer(t);
  const { deviceId } = await enrol(t, server);
  const device = await server.device(deviceId);
  const paths = (await server.get('/api/v1/openapi.json')).paths as Record<string, Record<string, Operation>>;
  let asked = 0;
  let texts = 0;
  const faults: string[] = [];
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { parameters = [], requestBody }] of Object.entries(operations)) {
      // A session that was ended, or a device out of service, is what these are for.
      for (const name of hostileNames) {
        const query = parameters
          .filter((each) => each.in === 'query')
          .map((each) => `${each.name}=${encodeURIComponent(name)}`);
        const schema = requestBody && Object.values(requestBody.content)[0]?.schema;
        if (schema) texts += countTexts(schema);
        const places = [name, ...(name === '__proto__' ? [device.clientId, device.siteId, deviceId] : [])];
        for (const place of places) {
          const url = `${path.replaceAll(/\{[^}]+\}/g, encodeURIComponent(place))}${query.length > 0 && place === name ? `?${query.join('&')}` : ''}`;
          const isRemoval = method === 'delete' && place !== name;
          if (isRemoval) continue;
          asked += 1;
          const body = schema && hostileDocument(schema, name);
          const { status, text } = await server.ask(method.toUpperCase(), url, body);
          if (status >= 500) faults.push(`${method} ${url}: ${status} ${text.slice(0, 200)}`);
        }
      }
    }
  }
  t.same(faults, []);
  t.ok(asked > 500, `${asked} requests`);
  t.ok(texts > 300, `${texts} texts in their bodies`);
  untouched(t, 'the API');
  await isWell(t, server);
});

t.test('a body that names __proto__ is refused, wherever it stands', async (t) => {
  const server = await startServer(t);
  const admin = await server.key('admin');
  for (const body of [
    '{"__proto__":{"size":1}}',
    '{"name":"a","x":{"__proto__":1}}',
    '{"constructor":{"prototype":{"size":1}}}',
  ]) {
    const response = await fetch(`${server.address}/api/v1/clients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body,
    });
    t.equal(response.status, 400, body);
    t.match(await response.json(), { error: { code: /bad_request|validation_failed/ } });
  }
  untouched(t, 'a body');
});

/** What the first version left when a machine with a disk called `__proto__` had stopped all evaluation; it was killed then. */
const POISONED = new URL('../fixtures/poisoned-data-folder.tar.gz', import.meta.url);
const POISONED_UNTIL_MS = Date.UTC(2026, 11, 1, 5, 45);

t.test('a data folder that was poisoned by the first version starts well', async (t) => {
  const dataDir = tempDir(t);
  await pipeline(createReadStream(POISONED), createGunzip(), unpackTar(dataDir));
  const clock = storyClock(POISONED_UNTIL_MS);
  const settings = { diskForMs: 0, presence: { judgeAfterStartMs: 0 } };
  const server = await startServer(t, { dataDir, clock, settings });
  const [poisoned] = (await server.get('/api/v1/devices')).items;
  t.equal(server.reports(poisoned.id).length, 19, 'every acknowledged report is there');
  const seen = await server.untilDevice(poisoned.id, 'is looked at', ({ fileSystems }) => fileSystems.length === 2);
  t.same(seen.fileSystems.map(({ mountpoint }) => mountpoint).sort(), ['/', '__proto__']);
  clock.advance(5 * 60_000);
  const link = await RawLink.open(t, server.address);
  await link.authenticate(join(dataDir, 'the-agent'));
  const agent = new HostileAgent(link);
  const disk = [describe('fs.size', '/'), describe('fs.available', '/'), describe('fs.readOnly', '/')];
  agent.send({ type: 'schema', run: 1, schema: 1, metrics: disk });
  valuesOf.set('fs.available', 40 * GiB);
  agent.report(1, disk, false);
  valuesOf.set('fs.available', GiB);
  await until('a full disk is told', async () => {
    agent.report(1, disk, false);
    return (await server.incidents(poisoned.id)).some(({ rule, state }) => rule === 'disk.space' && state === 'open');
  });
  untouched(t, 'the folder');
  await isWell(t, server);
});
