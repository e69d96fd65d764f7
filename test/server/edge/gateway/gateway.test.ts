import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { mock } from 'node:test';
import pino from 'pino';
import t, { type Test } from 'tap';
import { rawPublicKey, verifySignature } from '../../../../agent/identity/keys.ts';
import { VigiaError } from '../../../../protocol/error.ts';
import { ChainWriter } from '../../../../protocol/wire/chain.ts';
import { encodeFrame } from '../../../../protocol/wire/codec.ts';
import {
  Feature,
  type Frame,
  type HelloFrame,
  MAX_FRAME_BYTES,
  type ReportFrame,
  serverProofMessage,
} from '../../../../protocol/wire/frame.ts';
import { describe, type MetricDescriptor } from '../../../../protocol/wire/metric.ts';
import { Gateway, type GatewayOptions } from '../../../../server/edge/gateway/gateway.ts';
import type { Link } from '../../../../server/edge/gateway/link.ts';
import type { Registry } from '../../../../server/edge/gateway/link-terms.ts';
import { trustProxies } from '../../../../server/platform/net/trusted-proxies.ts';
import { GatewayClient, Machine } from '../../../support/gateway-client.ts';
import { until } from '../../../support/until.ts';

const NOW = Date.UTC(2026, 2, 1);

interface Device {
  readonly id: string;
  isRetired: boolean;
}

async function setUp(t: Test, over: Partial<GatewayOptions<Device>> = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const identityKey = rawPublicKey(publicKey);
  const devices = new Map<string, Device>();
  /** What the frames caused, in order. */
  const seen: string[] = [];
  const log: string[] = [];
  const links: Link<Device>[] = [];
  const reports: ReportFrame[] = [];
  const refused: string[] = [];
  const registry: Registry<Device> = {
    find: (key) => {
      const device = devices.get(Buffer.from(key).toString('hex'));
      if (!device) throw new VigiaError('agent_unknown');
      if (device.isRetired) throw new VigiaError('agent_retired');
      return device;
    },
    id: ({ id }) => id,
    machineId: () => 'machine-1',
    intervalMs: () => 10_000,
  };
  const gateway = new Gateway<Device>({
    registry,
    proof: {
      publicKey: identityKey,
      sign: (message) => sign(null, message, privateKey),
      certificateHash: () => new Uint8Array(0),
    },
    verify: verifySignature,
    now: () => NOW,
    logger: pino({ level: 'info' }, { write: (line) => void log.push(JSON.parse(line).msg) }),
    onConnected: (device, hello, link) => {
      seen.push(`connected ${device.id} ${hello.machineId}`);
      links.push(link);
      return {
        onHeard: () => undefined,
        onClocks: (bootId, clocks) => seen.push(`clocks ${bootId} ${clocks.bootMs}`),
        onReport: (frame, run, metrics) => {
          if (frame.sequence === 666) throw new Error('a defect');
          // It is valid until the next one comes.
          reports.push(structuredClone(frame));
          seen.push(`report ${run.runId.slice(0, 4)} ${run.bootId} ${frame.sequence} ${metrics.length}`);
        },
        onGap: ({ from, to }) => seen.push(`gap ${from}-${to}`),
        onInventory: (json) => seen.push(`inventory ${json}`),
        onProcesses: (processes) => seen.push(`processes ${processes.length}`),
        onTaskResult: ({ outcome }) => seen.push(`task_result ${outcome}`),
        onTaskFile: ({ bytes }) => seen.push(`task_file ${bytes.length}`),
        onGoodbye: (reason) => seen.push(`goodbye ${reason}`),
        onRefused: ({ message }) => refused.push(message),
      };
    },
    onDisconnected: (device, saidGoodbye) => seen.push(`disconnected ${device.id}${saidGoodbye ? ' politely' : ''}`),
    ...over,
  });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients: GatewayClient[] = [];
  t.teardown(async () => {
    for (const { socket } of clients) socket.terminate();
    await gateway.close(0);
    server.close();
    server.closeAllConnections();
  });
  const client = async (): Promise<GatewayClient> => {
    const opened = new GatewayClient(port);
    clients.push(opened);
    return opened.open();
  };
  const enrol = (machine = new Machine(), id = 'd1'): Machine => {
    devices.set(Buffer.from(machine.publicKey).toString('hex'), { id, isRetired: false });
    return machine;
  };
  return { gateway, registry, identityKey, devices, seen, refused, log, links, reports, port, client, enrol };
}

const metrics: readonly MetricDescriptor[] = [describe('cpu.busy'), describe('load.1')];
const clocks = { wallMs: 1_000, monotonicMs: 10, bootMs: 20 };
const report = (sequence: number, over: Partial<ReportFrame> = {}): ReportFrame => ({
  type: 'report',
  run: 0,
  schema: 1,
  sequence,
  backfill: false,
  clocks,
  scaled: [5_000, null],
  ...over,
});
const schema: Frame = { type: 'schema', run: 0, schema: 1, metrics };

/** The fault that ends a connection, and that it ends. */
async function faultOf(client: GatewayClient) {
  const { code, fatal, retryInMs, message } = await client.next('error');
  t.equal(fatal, true);
  t.equal(await client.closed(), 1008);
  return { code, retryInMs, message };
}

t.test('the handshake proves both sides', async (t) => {
  const { gateway, identityKey, seen, client, enrol } = await setUp(t);
  const machine = enrol();
  const link = await client();
  t.equal(link.socket.protocol, 'vigia.1');
  const hello = machine.hello();
  link.send(hello);
  const challenge = await link.next('challenge');
  t.same(challenge.identityKey, identityKey);
  t.equal(challenge.serverTimeMs, NOW);
  const message = serverProofMessage(hello.nonce, challenge.nonce, challenge.certificateHash);
  t.ok(verifySignature(identityKey, message, challenge.signature), 'the server signed both nonces');
  t.same(gateway.halfOpen(), { length: 1, limit: 2_000 });
  t.equal(gateway.connected, 0);
  link.send(machine.proof(hello, challenge));
  t.same(await link.next('welcome'), {
    type: 'welcome',
    deviceId: 'd1',
    features: 0,
    intervalMs: 10_000,
    serverTimeMs: NOW,
  });
  t.equal(gateway.connected, 1);
  t.equal(gateway.halfOpen().length, 0);
  t.same(seen, ['connected d1 machine-1']);
});

t.test('who cannot prove the key is refused', async (t) => {
  const { seen, client, enrol, devices } = await setUp(t);
  const machine = enrol();
  const refused = async (act: (link: GatewayClient) => Promise<void> | void) => {
    const link = await client();
    await act(link);
    return faultOf(link);
  };
  const prove =
    (hello: HelloFrame, signer: Machine, claim = hello) =>
    async (link: GatewayClient) => {
      link.send(hello);
      link.send(signer.proof(claim, await link.next('challenge')));
    };

  t.match(await refused(prove(machine.hello(), new Machine())), { code: 'signature_invalid', retryInMs: 0 });
  const hello = machine.hello();
  const anotherRun = { ...hello, runId: Buffer.alloc(16, 9) };
  t.match(await refused(prove(hello, machine, anotherRun)), { code: 'signature_invalid' }, 'a proof is of its run');
  const anotherNonce = { ...hello, nonce: Buffer.alloc(32, 9) };
  t.match(await refused(prove(hello, machine, anotherNonce)), { code: 'signature_invalid' }, 'and of its connection');

  const unknown = new Machine();
  t.match(
    await refused(prove(unknown.hello(), unknown)),
    { code: 'agent_unknown', retryInMs: 300_000 },
    'after the server proved itself: a stranger in its place could say so too',
  );
  t.match(await refused((link) => link.send(machine.hello({ versionMin: 2, versionMax: 3 }))), {
    code: 'version_unsupported',
    retryInMs: 300_000,
    message: 'The agent speaks versions 2 to 3, the server 1 to 1. Upgrade the server.',
  });
  t.match(await refused((link) => link.send(machine.hello({ versionMin: 0, versionMax: 0 }))), {
    message: 'The agent speaks versions 0 to 0, the server 1 to 1. Upgrade the agent.',
  });
  const [device] = devices.values();
  // Retired between its hello and its proof.
  const late = refused(async (link) => {
    const { nonce, runId } = hello;
    link.send(machine.hello({ nonce, runId }));
    const challenge = await link.next('challenge');
    device!.isRetired = true;
    link.send(machine.proof(hello, challenge));
  });
  t.match(await late, { code: 'agent_retired', retryInMs: 300_000 });
  t.match(await refused(prove(hello, machine)), { code: 'agent_retired' });
  t.same(seen, []);
});

t.test('what is no frame, or not the one expected, ends the connection', async (t) => {
  const { client, enrol, seen } = await setUp(t);
  const machine = enrol();
  const f = async (what: Frame | Uint8Array | string, want: string, isAuthenticated = false) => {
    const link = await client();
    if (isAuthenticated) await link.authenticate(machine);
    link.send(what);
    t.equal((await faultOf(link)).code, want);
    await until('it left', () => !isAuthenticated || seen.at(-1)?.startsWith('disconnected'));
  };
  await f('text', 'frame_malformed');
  await f(Buffer.of(), 'frame_malformed');
  await f(Buffer.of(0xff, 1, 2, 3), 'frame_malformed');
  await f(encodeFrame(machine.hello()).slice(0, -1), 'frame_malformed');
  await f(Buffer.concat([encodeFrame(machine.hello()), Buffer.of(0)]), 'frame_malformed');
  await f(schema, 'frame_unexpected');
  await f({ type: 'proof', signature: Buffer.alloc(64) }, 'frame_unexpected');
  await f({ type: 'ping', id: 1 }, 'frame_unexpected');

  await f('text', 'frame_malformed', true);
  await f(Buffer.of(0xff), 'frame_malformed', true);
  await f(machine.hello(), 'frame_unexpected', true);
  await f({ type: 'ack', run: 0, ranges: [] }, 'frame_unexpected', true);
  await f(report(1), 'schema_unknown', true);
  await f(report(666, { run: 5 }), 'schema_unknown', true);
  await f({ type: 'run', run: 0, runId: Buffer.alloc(16), bootId: 'b' }, 'frame_unexpected', true);
});

t.test('a name costs no link, and a metric that is refused is named to whoever looks at the device', async (t) => {
  const { client, enrol, seen, refused } = await setUp(t);
  const link = await (await client()).authenticate(enrol());
  link.send({
    type: 'schema',
    run: 0,
    schema: 1,
    metrics: [describe('disk.busy', 'sdb'), describe('disk.busy', 'sdb')],
  });
  link.send(report(1));
  await until('its report', () => seen.some((one) => one.startsWith('report')));
  t.same(refused, []);
  link.send({ type: 'schema', run: 0, schema: 2, metrics: [{ ...describe('disk.busy', 'sdb'), decimals: 9 }] });
  t.equal((await faultOf(link)).code, 'schema_invalid');
  t.match(refused, [/^The metric "disk\.busy\[sdb\]" has 9 decimal places/]);
});

t.test('a frame beyond every bound is not even read', async (t) => {
  const { client, enrol, log } = await setUp(t);
  const link = await (await client()).authenticate(enrol());
  link.send(Buffer.alloc(MAX_FRAME_BYTES + 1));
  t.match(await link.next('error'), { code: 'frame_too_large', fatal: true });
  t.equal(await link.closed(), 1009);
  t.match(log.at(-1), /A frame has at most 131072 bytes/);
});

t.test('a stranger’s frame is refused by its head, before its bytes are there, until the key is proved', async (t) => {
  const { client, enrol, log, seen } = await setUp(t);
  const machine = enrol();
  /** The head of a masked message of so many bytes, and nothing of it. */
  const headOf = (bytes: number) => Buffer.of(0x82, 0xff, 0, 0, 0, 0, 0, bytes >> 16, bytes >> 8, bytes, 1, 2, 3, 4);
  const announce = (link: GatewayClient, bytes: number) =>
    (link.socket as unknown as { _socket: Socket })._socket.write(headOf(bytes));

  const stranger = await client();
  announce(stranger, 1_025);
  t.match(await stranger.next('error'), { code: 'frame_too_large', fatal: true, message: /has at most 1024 bytes/ });
  t.equal(await stranger.closed(), 1009);

  const halfway = await client();
  halfway.send(machine.hello());
  await halfway.next('challenge');
  announce(halfway, 1_025);
  t.match(await halfway.next('error'), { code: 'frame_too_large' }, 'also between hello and proof');

  const pieces = await client();
  pieces.socket.send(Buffer.alloc(1_000), { fin: false });
  pieces.socket.send(Buffer.alloc(25), { fin: true });
  t.match(await pieces.next('error'), { code: 'frame_too_large' }, 'all pieces of a message count together');

  const known = await (await client()).authenticate(machine);
  announce(known, MAX_FRAME_BYTES + 1);
  t.match(await known.next('error'), { code: 'frame_too_large', message: /has at most 131072 bytes/ });
  t.match(log.at(-1), /A frame has at most 131072 bytes/);
  await until('it left', () => seen.at(-1) === 'disconnected d1');
  const welcome = await (await client()).authenticate(machine);
  welcome.send({ type: 'inventory', json: 'x'.repeat(90_000) });
  await until('a large frame of one that is known', () => seen.at(-1)?.startsWith('inventory'));
});

t.test('after a fault nothing more is taken', async (t) => {
  const { client, enrol, seen } = await setUp(t);
  const machine = enrol();
  const link = await client();
  const hello = machine.hello();
  link.send(hello);
  const challenge = await link.next('challenge');
  link.send({ type: 'proof', signature: Buffer.alloc(64, 1) });
  link.send(machine.proof(hello, challenge));
  link.send(schema);
  link.send(report(1));
  t.equal((await faultOf(link)).code, 'signature_invalid');
  const open = await (await client()).authenticate(machine);
  open.send(Buffer.of(0xff));
  open.send(schema);
  open.send(report(1));
  t.equal((await faultOf(open)).code, 'frame_malformed');
  await until('it left', () => seen.includes('disconnected d1'));
  t.same(seen, ['connected d1 machine-1', 'disconnected d1']);
});

t.test('a defect behind a frame ends its connection and no other', async (t) => {
  const { client, enrol, gateway } = await setUp(t);
  const [one, two] = [enrol(new Machine(), 'd1'), enrol(new Machine(), 'd2')];
  const [bad, good] = [await (await client()).authenticate(one), await (await client()).authenticate(two)];
  bad.send(schema);
  bad.send(report(666));
  t.equal((await faultOf(bad)).code, 'internal');
  await until('it left', () => gateway.connected === 1);
  good.send({ type: 'ping', id: 9 });
  t.same(await good.next('pong'), { type: 'pong', id: 9, clocks: { wallMs: NOW, monotonicMs: 0, bootMs: 0 } });
});

t.test('the frames of an open connection reach those who act on them', async (t) => {
  const { client, enrol, seen } = await setUp(t);
  const link = await (await client()).authenticate(enrol());
  link.send(schema);
  link.send(report(1));
  link.send({ type: 'run', run: 1, runId: Buffer.alloc(16, 0xab), bootId: 'boot-0' });
  link.send({ ...schema, run: 1, metrics: metrics.slice(0, 1) });
  link.send(report(40, { run: 1, scaled: [1], backfill: true }));
  link.send({ type: 'gap', run: 1, from: 41, to: 50, cause: 'spool_full' });
  link.send({ type: 'inventory', json: '{}' });
  link.send({ type: 'processes', clocks, processes: [{ name: 'x', cpuRatio: 1, memoryBytes: 2, count: 3 }] });
  link.send({ type: 'pong', id: 1, clocks });
  link.send({ type: 'error', code: 'internal', message: 'x', fatal: false, retryInMs: 0 });
  link.send(report(2, { scaled: [1] }));
  t.match(await faultOf(link), { code: 'report_invalid', message: 'The report has 1 values, its schema 2.' });
  t.same(seen.slice(1, 7), [
    'report 0707 boot-1 1 2',
    'report abab boot-0 40 1',
    'gap 41-50',
    'inventory {}',
    'processes 1',
    'clocks boot-1 20',
  ]);
});

t.test('reports told by their changes arrive as those that were meant, in two lanes', async (t) => {
  const { client, enrol, reports } = await setUp(t);
  const machine = enrol();
  const link = await client();
  const known = Feature.deltaReports | Feature.checks | Feature.briefPongs;
  const hello = machine.hello({ features: known | (2 ** 40) });
  link.send(hello);
  link.send(machine.proof(hello, await link.next('challenge')));
  t.equal((await link.next('welcome')).features, known, 'granted as far as known');
  link.send(schema);
  link.send({ type: 'run', run: 1, runId: Buffer.alloc(16, 0xab), bootId: 'boot-0' });
  link.send({ ...schema, run: 1 });
  const lanes = [new ChainWriter(), new ChainWriter()];
  const meant: ReportFrame[] = [];
  const types = new Set<string>();
  for (let n = 1; n <= 300; n += 1) {
    const isLive = n % 3 !== 0;
    const one = report(n, {
      ...(isLive ? {} : { run: 1, backfill: true }),
      clocks: { wallMs: 1_000 * n, monotonicMs: 10 + 999 * n, bootMs: 20 + 1_001 * n },
      scaled: [n % 2, n % 7 === 0 ? null : n],
    });
    meant.push(one);
    const frame = (lanes[isLive ? 0 : 1] as ChainWriter).next(one);
    types.add(frame.type);
    link.send(frame);
  }
  await until('all of them', () => reports.length === meant.length);
  t.same(reports, meant);
  t.same([...types], ['report', 'report_delta']);
});

t.test('changes that do not follow end the connection; none of them is taken', async (t) => {
  const { client, enrol, reports } = await setUp(t);
  const machine = enrol();
  const f = async (want: string, features: number, choose: (frames: readonly Frame[]) => readonly Frame[]) => {
    const link = await (await client()).authenticate(machine, { features });
    const chain = new ChainWriter();
    link.send(schema);
    for (const frame of choose([1, 2, 3, 4].map((n) => chain.next(report(n))))) link.send(frame);
    t.equal((await faultOf(link)).code, want);
  };
  const delta = Feature.deltaReports;
  await f('frame_unexpected', 0, (frames) => frames);
  t.equal(reports.length, 1);
  await f('report_base_unknown', delta, ([, second]) => [second!]);
  t.equal(reports.length, 1);
  await f('report_base_unknown', delta, ([first, , third]) => [first!, third!]);
  t.equal(reports.length, 2);
  await f('report_base_unknown', delta, ([first, second, , fourth]) => [first!, second!, second!, fourth!]);
  t.equal(reports.length, 4);
  await f('report_base_unknown', delta, ([first, second, third]) => [first!, third!, second!]);
  await f('report_base_unknown', delta, ([first, second]) => [
    first!,
    { ...second!, changes: Buffer.of() } as Frame,
    first!,
  ]);
  t.equal(reports.length, 6);
});

t.test('results of tasks are taken where tasks were agreed on, and end the connection elsewhere', async (t) => {
  const { client, enrol, seen } = await setUp(t);
  const machine = enrol();
  const id = new Uint8Array(16);
  const result = { type: 'task_result', id, outcome: 'done', ageMs: 0, dropped: 0, fileBytes: 3, json: '{}' } as const;
  const part = { type: 'task_file', id, offset: 0, bytes: new Uint8Array(3) } as const;
  const now = await (await client()).authenticate(machine, { features: Feature.tasks });
  now.send(result);
  now.send(part);
  await until('both', () => seen.filter((line) => line.startsWith('task')).length === 2);
  t.same(seen.slice(-2), ['task_result done', 'task_file 3']);
  for (const frame of [result, part]) {
    const then = await (await client()).authenticate(machine, { features: Feature.deltaReports });
    then.send(frame);
    t.equal((await faultOf(then)).code, 'frame_unexpected');
  }
  const confused = await (await client()).authenticate(machine, { features: Feature.tasks });
  confused.send({ type: 'task_taken', id });
  t.equal((await faultOf(confused)).code, 'frame_unexpected', 'only a server says that');
});

t.test('runs and schemas of a connection are bounded', async (t) => {
  const { client, enrol, seen } = await setUp(t);
  const machine = enrol();
  const link = await (await client()).authenticate(machine);
  for (let n = 1; n <= 65; n += 1) link.send({ type: 'schema', run: 0, schema: n, metrics });
  link.send(report(1, { schema: 2 }));
  link.send(report(2, { schema: 65 }));
  link.send(report(3, { schema: 1 }));
  t.equal((await faultOf(link)).code, 'schema_unknown', 'the first was forgotten');
  t.equal(seen.filter((line) => line.startsWith('report')).length, 2);
  await until('it left', () => seen.at(-1) === 'disconnected d1');
  const another = await (await client()).authenticate(machine);
  for (let run = 1; run <= 256; run += 1) another.send({ type: 'run', run, runId: Buffer.alloc(16, run), bootId: 'b' });
  t.match(await faultOf(another), { message: 'A connection may announce 255 runs, numbered from 1.' });
});

t.test('the same machine replaces its older link at once', async (t) => {
  const { gateway, client, enrol, seen } = await setUp(t);
  const machine = enrol();
  const older = await (await client()).authenticate(machine);
  const newer = await (await client()).authenticate(machine, { runId: Buffer.alloc(16, 8) });
  t.equal((await faultOf(older)).code, 'replaced');
  newer.send(schema);
  newer.send(report(1));
  await until('its report', () => seen.at(-1) === 'report 0808 boot-1 1 2');
  t.equal(gateway.connected, 1);
  t.same(seen.slice(0, 2), ['connected d1 machine-1', 'connected d1 machine-1'], 'the device was never gone');
});

/** Hello and proof, and no word yet. */
async function knock(client: GatewayClient, machine: Machine, over: Partial<HelloFrame> = {}): Promise<GatewayClient> {
  const hello = machine.hello(over);
  client.send(hello);
  client.send(machine.proof(hello, await client.next('challenge')));
  return client;
}

t.test(
  'its own older link of the same run, half open, gives way as soon as it has had its chance to answer',
  async (t) => {
    const { gateway, client, enrol, seen, links } = await setUp(t);
    const machine = enrol();
    const older = await (await client()).authenticate(machine);
    const newer = await (await client()).authenticate(machine);
    t.ok((await older.next('ping')).id >= 2 ** 40);
    t.equal((await faultOf(older)).code, 'replaced');
    newer.send(schema);
    newer.send(report(1));
    await until('its report', () => seen.at(-1) === 'report 0707 boot-1 1 2');
    t.equal(gateway.connected, 1);
    t.equal(links.length, 2);
    t.same(seen.slice(0, 2), ['connected d1 machine-1', 'connected d1 machine-1'], 'the device was never gone');
  },
);

t.test('a link that ends lets the one in that waits for it', async (t) => {
  const { client, enrol, seen, devices, gateway } = await setUp(t);
  const machine = enrol();
  const older = await (await client()).authenticate(machine);
  const newer = await knock(await client(), machine);
  await older.next('ping');
  older.socket.terminate();
  await newer.next('welcome');
  t.same(seen, ['connected d1 machine-1', 'disconnected d1', 'connected d1 machine-1']);
  const third = await knock(await client(), machine);
  await newer.next('ping');
  const fourth = await knock(await client(), machine);
  t.equal((await faultOf(third)).code, 'replaced', 'of those that wait, the newest');
  const device = [...devices.values()][0] as Device;
  device.isRetired = true;
  gateway.disconnect(device, new VigiaError('agent_retired'), 0);
  t.equal((await faultOf(newer)).code, 'agent_retired');
  t.equal((await faultOf(fourth)).code, 'agent_retired', 'what happened meanwhile counts');
});

t.test('a run that goes on elsewhere is sent to begin a new one; the first keeps its link', async (t) => {
  const clones: string[] = [];
  const { gateway, client, enrol, seen } = await setUp(t, {
    onCloned: ({ id }, address, which) => clones.push(`${id} ${address} ${which}`),
  });
  const machine = enrol();
  const first = await (await client()).authenticate(machine);
  const copy = await knock(await client(), machine, { features: Feature.newRun });
  const { id } = await first.next('ping');
  first.send(schema);
  first.send({ type: 'pong', id: 1, clocks });
  first.send(report(1));
  await until('the first is heard all the while', () => seen.at(-1) === 'report 0707 boot-1 1 2');
  t.equal(copy.received.length, 1, 'any other answer proves nothing');
  first.send({ type: 'pong', id, clocks });
  t.match(await faultOf(copy), { code: 'run_forked', retryInMs: 0 });
  t.same(clones, [], 'it shows itself by its new run');
  const old = await knock(await client(), machine);
  first.send({ type: 'pong', id: (await first.next('ping')).id, clocks });
  t.match(await faultOf(old), { code: 'run_forked', retryInMs: 60_000 }, 'one that cannot asks again later');
  t.same(clones, ['d1 127.0.0.1 machine']);
  first.send(report(2));
  await until('the first goes on', () => seen.at(-1) === 'report 0707 boot-1 2 2');
  t.equal(gateway.connected, 1);
  t.equal(seen.filter((line) => line.startsWith('connected')).length, 1);
});

t.test('another machine than the one enrolled is refused, whichever comes first', async (t) => {
  const clones: string[] = [];
  const { gateway, client, enrol, seen } = await setUp(t, {
    onCloned: ({ id }, address, which) => clones.push(`${id} ${address} ${which}`),
  });
  const machine = enrol();
  const refused = async () => {
    const clone = await client();
    const hello = machine.hello({ machineId: 'machine-2' });
    clone.send(hello);
    clone.send(machine.proof(hello, await clone.next('challenge')));
    return faultOf(clone);
  };
  t.match(await refused(), { code: 'run_conflict', retryInMs: 60_000 }, 'although nobody else is there');
  const original = await (await client()).authenticate(machine);
  t.equal((await refused()).code, 'run_conflict');
  for (let n = 0; n < 80; n += 1) await refused();
  original.send({ type: 'ping', id: 1 });
  await original.next('pong');
  original.socket.close();
  await until('the first is gone', () => gateway.connected === 0);
  t.equal((await refused()).code, 'run_conflict', 'nor does it take over');
  await (await client()).authenticate(machine);
  t.same(seen, ['connected d1 machine-1', 'disconnected d1', 'connected d1 machine-1']);
  const guess = { machineId: 'another network card', features: Feature.guessedMachineId };
  await (await client()).authenticate(machine, guess);
  t.same(new Set(clones), new Set(['d1 127.0.0.1 machine']));
});

t.test('a machine that lives beside the one judged has links of its own', async (t) => {
  const clones: string[] = [];
  const beside: string[] = [];
  const [first, second] = [Buffer.alloc(16, 0xaa), Buffer.alloc(16, 0xbb)];
  const { gateway, devices, client, enrol, seen, registry } = await setUp(t, {
    onCloned: ({ id }, address, which) => clones.push(`${id} ${address} ${which}`),
    onBeside: (device, _hello, link) => ({
      onHeard: () => undefined,
      onClocks: () => undefined,
      onReport: (frame) => beside.push(`report ${device.id} ${link.runId.slice(0, 4)} ${frame.sequence}`),
      onGap: () => undefined,
      onInventory: () => undefined,
      onProcesses: () => undefined,
      onGoodbye: () => undefined,
    }),
  });
  const machine = enrol();
  const device = [...devices.values()][0] as Device;
  const twin = await (await client()).authenticate(machine, { runId: second });
  t.same(clones, [], 'it may be the same machine after a restart of its agent');
  let isKnown = false;
  registry.place = (_device, hello) => {
    const isNews = !isKnown;
    isKnown = true;
    return { isBeside: hello.runId[0] === 0xbb, isNews };
  };
  const original = await (await client()).authenticate(machine, { runId: first });
  t.equal((await faultOf(twin)).code, 'replaced', 'it comes back beside');
  t.same(clones, ['d1 127.0.0.1 twin']);
  const again = await (await client()).authenticate(machine, { runId: second });
  for (const one of [original, again]) {
    one.send(schema);
    one.send(report(1));
  }
  await until('the reports of the first', () => seen.at(-1) === 'report aaaa boot-1 1 2');
  await until('those of the other', () => beside.length === 1);
  t.same(beside, ['report d1 bbbb 1']);
  t.equal(gateway.connected, 1);
  const newer = await (await client()).authenticate(machine, { runId: second });
  t.equal((await faultOf(again)).code, 'replaced', 'its own half-open link gives way');
  for (let n = 0; n < 80; n += 1) newer.send({ type: 'inventory', json: '{}' });
  gateway.disconnectRuns(device, (runId) => runId.startsWith('bb'), new VigiaError('identity_given_up'), 300_000);
  t.match(await faultOf(newer), { code: 'identity_given_up', retryInMs: 300_000, message: /delete its data folder/ });
  original.send({ type: 'ping', id: 1 });
  await original.next('pong');
  gateway.disconnect(device, new VigiaError('agent_retired'), 0);
  t.equal((await faultOf(original)).code, 'agent_retired');
});

t.test('more machines beside one than anybody has are turned away', async (t) => {
  const { client, enrol, registry } = await setUp(t, {
    onBeside: () => ({
      onHeard: () => undefined,
      onClocks: () => undefined,
      onReport: () => undefined,
      onGap: () => undefined,
      onInventory: () => undefined,
      onProcesses: () => undefined,
      onGoodbye: () => undefined,
    }),
  });
  const machine = enrol();
  registry.place = () => ({ isBeside: true, isNews: false });
  for (let n = 0; n < 8; n += 1) await (await client()).authenticate(machine, { runId: Buffer.alloc(16, n) });
  const ninth = await client();
  const hello = machine.hello({ runId: Buffer.alloc(16, 99) });
  ninth.send(hello);
  ninth.send(machine.proof(hello, await ninth.next('challenge')));
  t.equal((await faultOf(ninth)).code, 'too_many_connections');
});

t.test('a silent stranger is sent away at the handshake’s deadline', async (t) => {
  const { gateway, client, enrol } = await setUp(t, { timing: { handshakeMs: 2_000 } });
  const [silent, halfway] = [await client(), await client()];
  halfway.send(enrol().hello());
  await halfway.next('challenge');
  t.equal((await faultOf(silent)).code, 'handshake_timeout');
  t.equal((await faultOf(halfway)).code, 'handshake_timeout');
  await until('both are gone', () => gateway.halfOpen().length === 0);
});

/** A stranger that opens a WebSocket and says nothing. */
async function halfOpen(port: number, forwardedFor: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  socket.write(
    `GET /agent HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Forwarded-For: ${forwardedFor}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  await once(socket, 'data');
  return socket;
}

t.test('who holds all half-open connections makes room for everybody, the oldest first', async (t) => {
  const { gateway, client, port, enrol, log } = await setUp(t, {
    addressOf: trustProxies(['127.0.0.1']).addressOf,
    timing: { handshakeMs: 300_000 },
  });
  const machine = enrol();
  // Behind a proxy: one customer's network with many addresses, and an honest link that is slow.
  const slow = await client();
  const sockets = [...(await Promise.all(Array.from({ length: 5 }, () => halfOpen(port, '203.0.113.9'))))];
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  const fates: string[] = [];
  for (let n = 0; n < 2_100; n += 100) {
    const flood = await Promise.all(
      Array.from({ length: 100 }, (_, index) => halfOpen(port, `2001:db8:0:1::${(n + index).toString(16)}`)),
    );
    sockets.push(...flood);
    for (const socket of flood) socket.once('close', () => fates.push(`flood ${n}`));
  }
  t.equal(gateway.halfOpen().length, 2_000);
  await until('the oldest of the flood are gone', () => fates.length >= 106);
  t.ok(
    fates.every((fate) => ['flood 0', 'flood 100'].includes(fate)),
    'the oldest of those, and nobody else',
  );
  t.equal(slow.closeCode, null);
  await slow.authenticate(machine);
  await (await client()).authenticate(enrol(new Machine(), 'd2'));
  t.equal(gateway.connected, 2, 'those who prove a key get in');
  const lines = log.filter((line) => /Too many connections/.test(line));
  t.equal(lines.length, 1, 'one line in the log for a hundred that were sent away');
  for (const socket of sockets.splice(0)) socket.destroy();
  await until('room', () => gateway.halfOpen().length === 0);
});

t.test('an idle agent is asked, a dead one is given up', async (t) => {
  const timing = { pingAfterMs: 200, closeAfterMs: 3_500 };
  const { gateway, client, enrol, seen } = await setUp(t, { timing });
  const link = await (await client()).authenticate(enrol());
  const { id } = await link.next('ping');
  link.send({ type: 'pong', id, clocks });
  await until('its clocks', () => seen.includes('clocks boot-1 20'));
  await link.next('ping');
  const askedAtMs = performance.now();
  t.equal(await link.closed(), 1006, 'cut off without a word, because nobody is there');
  t.ok(performance.now() - askedAtMs > 1_000, 'not before its time');
  await until('it is known', () => seen.at(-1) === 'disconnected d1');
  t.equal(gateway.connected, 0);
});

t.test('links are looked at a fiftieth at a time, each in its turn', async (t) => {
  const { client, enrol, links } = await setUp(t);
  for (let n = 0; n < 25; n += 1) await (await client()).authenticate(enrol(new Machine(), `d${n}`));
  const turns: number[][] = [];
  let turn: number[] | null = null;
  for (const [n, link] of links.entries()) {
    link.checkLiveness = () => {
      if (turn === null) {
        turn = [];
        turns.push(turn);
        queueMicrotask(() => {
          turn = null;
        });
      }
      turn.push(n);
    };
  }
  await until('two rounds', () => turns.flat().length >= 50);
  t.ok(
    turns.every((those) => those.length === 1),
    `${Math.max(...turns.map((those) => those.length))} at once`,
  );
  const seen = turns.flat();
  const round = seen.slice(seen.indexOf(0), seen.indexOf(0) + 25);
  t.same(
    [...round].sort((a, b) => a - b),
    [...links.keys()],
    'nobody is left out',
  );
});

t.test('an agent that does not read is cut off', async (t) => {
  const { client, enrol, links, log } = await setUp(t, { timing: { maxBufferedBytes: 100_000 } });
  const link = await (await client()).authenticate(enrol());
  link.socket.pause();
  const large: Frame = { type: 'error', code: 'internal', message: 'x'.repeat(500), fatal: false, retryInMs: 0 };
  await until('the warning', () => {
    for (let n = 0; n < 20_000; n += 1) links[0]!.send(large);
    return log.some((line) => line === 'an agent does not read; closing its link');
  });
  link.socket.resume();
  t.equal(await link.closed(), 1006);
});

t.test('reports are acknowledged one by one or many at a time, and always before the end', async (t) => {
  const { gateway, client, enrol, links } = await setUp(t, { timing: { ackGatherMs: 1e6 } });
  const one = await (await client()).authenticate(enrol());
  const two = await (await client()).authenticate(enrol(new Machine(), 'd2'));
  const [first, second] = links as [Link<Device>, Link<Device>];
  first.acknowledge(0, 1, false);
  t.same(await one.next('ack'), { type: 'ack', run: 0, ranges: [[1, 1]] });
  for (const link of [first, second]) for (let n = 2; n <= 9; n += 1) link.acknowledge(0, n, false);
  t.same(await two.next('ack'), { type: 'ack', run: 0, ranges: [[2, 9]] });
  second.acknowledge(0, 10, false);
  two.send(Buffer.of(0xff));
  t.same(await two.next('ack'), { type: 'ack', run: 0, ranges: [[10, 10]] }, 'before it is sent away');
  await two.next('error');
  const three = await (await client()).authenticate(enrol(new Machine(), 'd3'));
  for (const sequence of [1, 2]) links[2]?.acknowledge(0, sequence, false);
  three.send({ type: 'goodbye', reason: 'reboot', returnInMs: 0 });
  t.same(await three.next('ack'), { type: 'ack', run: 0, ranges: [[1, 2]] }, 'before the agent leaves');
  const closing = gateway.close(0);
  t.same(await one.next('ack'), { type: 'ack', run: 0, ranges: [[2, 9]] }, 'before the server leaves');
  await one.next('goodbye');
  await closing;
});

t.test('a ping takes along what waits to be acknowledged', async (t) => {
  const { client, enrol, links } = await setUp(t, { timing: { pingAfterMs: 200, ackGatherMs: 1e6 } });
  const link = await (await client()).authenticate(enrol());
  links[0]?.acknowledge(0, 1, false);
  await link.next('ack');
  links[0]?.acknowledge(0, 2, false);
  t.same(await link.next('ack'), { type: 'ack', run: 0, ranges: [[2, 2]] });
  await link.next('ping');
});

t.test('what an agent sends takes along what is soon to be acknowledged', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  let aheadMs = 0;
  const monotonicMs = performance.now.bind(performance);
  mock.method(performance, 'now', () => monotonicMs() + aheadMs);
  t.teardown(() => {
    mock.timers.reset();
    mock.restoreAll();
  });
  const timing = { pingAfterMs: 1e9, closeAfterMs: 1e9, ackGatherMs: 1e6 };
  const { client, enrol, links } = await setUp(t, { timing });
  const link = await (await client()).authenticate(enrol());
  links[0]?.acknowledge(0, 1, false);
  await link.next('ack');
  links[0]?.acknowledge(0, 2, false);
  link.send({ type: 'ping', id: 1 });
  t.match(await link.next('pong'), { id: 1 }, 'not yet');
  aheadMs = 0.7 * timing.ackGatherMs;
  mock.timers.tick(timing.ackGatherMs / 40);
  link.send({ type: 'ping', id: 2 });
  t.match(await link.next('pong'), { id: 2 });
  t.same(await link.next('ack'), { type: 'ack', run: 0, ranges: [[2, 2]] });
});

t.test('a goodbye is passed on, and the silence after it is no loss', async (t) => {
  const { client, enrol, seen } = await setUp(t);
  const link = await (await client()).authenticate(enrol());
  link.send({ type: 'goodbye', reason: 'reboot', returnInMs: 900_000 });
  t.equal(await link.closed(), 1000);
  await until('it left', () => seen.length === 3);
  t.same(seen, ['connected d1 machine-1', 'goodbye reboot', 'disconnected d1 politely']);
});

t.test('a device that is retired loses its link with a reason', async (t) => {
  const { gateway, client, enrol, devices } = await setUp(t);
  const link = await (await client()).authenticate(enrol());
  gateway.disconnect({ id: 'never connected', isRetired: true }, new VigiaError('agent_retired'), 1);
  gateway.disconnect([...devices.values()][0]!, new VigiaError('agent_retired'), 300_000);
  t.match(await faultOf(link), { code: 'agent_retired', retryInMs: 300_000 });
});

t.test('closing tells everybody when to return, also who is not yet known', async (t) => {
  const { gateway, client, enrol } = await setUp(t);
  const machine = enrol();
  const open = await (await client()).authenticate(machine);
  const halfway = await client();
  const deaf = await (await client()).authenticate(enrol(new Machine(), 'd2'));
  deaf.socket.pause();
  const closing = gateway.close(3_000);
  const goodbye = { type: 'goodbye', reason: 'server_restart', returnInMs: 3_000 };
  t.same(await open.next('goodbye'), goodbye);
  t.same(await halfway.next('goodbye'), goodbye);
  t.equal(await open.closed(), 1001);
  t.equal(await halfway.closed(), 1001);
  await t.rejects(client(), /503/);
  await closing;
  t.equal(gateway.connected, 0, 'one that does not answer is cut off');
  deaf.socket.resume();
  await deaf.closed();
});

t.test('a large fleet is given longer to return than a small one', async (t) => {
  const { gateway, client, enrol } = await setUp(t);
  const agents = [];
  for (const id of ['d1', 'd2', 'd3']) agents.push(await (await client()).authenticate(enrol(new Machine(), id)));
  const closing = gateway.close(5);
  for (const agent of agents) {
    t.same(await agent.next('goodbye'), { type: 'goodbye', reason: 'server_restart', returnInMs: 9 });
  }
  await closing;
});

t.test('a device that sends too much of one kind is sent away, over all its connections; others are not', async (t) => {
  const { client, enrol, gateway, seen } = await setUp(t);
  const [loud, quiet] = [enrol(new Machine(), 'loud'), enrol(new Machine(), 'quiet')];
  const good = await (await client()).authenticate(quiet);
  const bad = await (await client()).authenticate(loud);
  for (let id = 0; id < 20_000; id += 1) bad.send({ type: 'pong', id, clocks: null });
  t.equal(await bad.closed(), 1008);
  t.match(bad.received.at(-1), { type: 'error', code: 'too_many_frames', retryInMs: 60_000 });
  await until('it left', () => gateway.connected === 1);
  const again = await (await client()).authenticate(loud);
  again.send({ type: 'inventory', json: '{}' });
  await until('of other kinds it may still send', () => seen.includes('inventory {}'));
  good.send({ type: 'ping', id: 9 });
  await good.next('pong');
});

t.test('who sends a little too fast is read more slowly, and nothing is lost', async (t) => {
  const { client, enrol, reports } = await setUp(t);
  const link = await (await client()).authenticate(enrol());
  link.send(schema);
  const startedAt = performance.now();
  for (let n = 1; n <= 6_000; n += 1) link.send(report(n === 666 ? 6_666 : n));
  await until('what was read at once', () => reports.length > 5_000);
  for (let n = 0; n < 3_000; n += 1) link.send(report(10_000 + n));
  await until('all of them', () => reports.length === 9_000);
  const tookMs = performance.now() - startedAt;
  t.ok(tookMs >= 1_500, `${Math.round(tookMs)} ms, for 4,000 above the 5,000, at 500 a second with what is on the way`);
});

for (const [what, over] of [
  ['as a new run each time', () => ({ runId: randomBytes(16) })],
  ['as a run whose older link is being asked', () => ({})],
] as const) {
  t.test(`connecting again and again is counted too, ${what}`, async (t) => {
    const { client, enrol } = await setUp(t);
    const machine = enrol();
    const all: GatewayClient[] = [];
    const refusal = () => all.flatMap(({ received }) => received).find(isTooMany);
    while (!refusal() && all.length < 500) all.push(await knock(await client(), machine, over()));
    t.match(refusal(), { code: 'too_many_frames', retryInMs: 60_000 });
    t.ok(all.length > 60, `after ${all.length}`);
  });
}

const isTooMany = (frame: Frame): boolean => frame.type === 'error' && frame.code === 'too_many_frames';
