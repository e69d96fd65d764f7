import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import t from 'tap';
import { WebSocket } from 'ws';
import { type Identity, loadOrCreateIdentity } from '../../agent/identity/identity.ts';
import { readEnrolmentToken } from '../../protocol/api/enrolment.ts';
import { type ErrorCode, errorCodes } from '../../protocol/error.ts';
import { encodeFrame } from '../../protocol/wire/codec.ts';
import { agentProofMessage, MAX_FRAME_BYTES, MAX_FRAME_BYTES_BEFORE_AUTH } from '../../protocol/wire/frame.ts';
import { freePort } from '../support/free-port.ts';
import { helloFrame, RawLink } from '../support/raw-link.ts';
import { startServer } from '../support/story.ts';
import { enrol, runAgentCommand } from '../support/story-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

const invalidKey = new Uint8Array(32);

t.test('a machine that cannot join is told why', async (t) => {
  const server = await startServer(t);
  const elsewhere = await startServer(t);
  const token = await server.token('server');
  const { fingerprint, secret } = readEnrolmentToken(token)!;
  const f = async (what: string, given: string, address: string, is: ErrorCode, says: RegExp) => {
    const dataDir = tempDir(t);
    const args = ['enroll', '--server', address, '--token', given, '--data-dir', dataDir, '--json'];
    const { code, stdout, stderr } = await runAgentCommand(args);
    t.match({ code, ...JSON.parse(stdout) }, { code: 1, error: { code: is, message: says } }, what);
    t.match(stderr, `(${is})`);
  };
  const forged = `vig1_${randomBytes(16).toString('base64url')}_${fingerprint}`;
  const { address } = server;
  await Promise.all([
    f('no token at all', 'letmein', address, 'token_invalid', /starts with vig1_ and has 71 characters/),
    f('a made-up token', forged, address, 'token_invalid', /not one of this server/),
    f('a token of another server', token, elsewhere.address, 'fingerprint_mismatch', /./),
    f('nobody there', token, `http://127.0.0.1:${await freePort()}`, 'server_unreachable', /Nothing listens at/),
    f('no TLS', token, 'http://vigia.example.com', 'plaintext_refused', /over TLS only/),
  ]);
  t.equal(secret.length, 22);
  const run = (environment: NodeJS.ProcessEnv) =>
    runAgentCommand(['run', '--data-dir', tempDir(t), '--json'], environment);
  t.match(await run({ VIGIA_TOKEN: 'x' }), { code: 1, stdout: /config_unknown_name.*VIGIA_TOKEN is no setting/ });
  t.match(await run({ VIGIA_REPORT_INTERVAL: '1' }), { code: 1, stdout: /config_bad_value.*200ms to 60m/ });
  t.match(await run({}), { code: 1, stdout: /not_enrolled/ });
});

t.test('bytes at /agent that are no frames, or not yet, or too many', async (t) => {
  const server = await startServer(t);
  const { deviceId, dataDir } = await enrol(t, server);
  const known = loadOrCreateIdentity(dataDir).publicKey;
  const stranger = loadOrCreateIdentity(tempDir(t));
  const frame = { type: 'report', run: 0, schema: 1, sequence: 1, backfill: false, scaled: [] } as const;
  const clocks = { wallMs: 0, monotonicMs: 0, bootMs: 0 };

  const refused = async (what: string, link: RawLink, is: ErrorCode, says: RegExp | string = errorCodes[is]) => {
    const closeCode = is === 'frame_too_large' ? 1009 : 1008;
    t.match(await link.untilFrame('error'), { code: is, message: says, fatal: true }, what);
    await until(`${what}: closed`, () => link.closeCode);
    t.equal(link.closeCode, closeCode, what);
  };
  const f = async (what: string, message: Parameters<RawLink['send']>[0], is: ErrorCode, says?: RegExp) => {
    const link = await RawLink.open(t, server.address);
    link.send(message);
    await refused(what, link, is, says);
  };
  await f('text', 'hello', 'frame_malformed', /Frames are binary/);
  await f('nothing', new Uint8Array(), 'frame_malformed', /ends too early/);
  await f('an unknown tag', Uint8Array.of(0xff, 1, 2), 'frame_malformed', /Unknown frame tag 0xff/);
  await f('half a hello', encodeFrame(helloFrame(known)).subarray(0, 60), 'frame_malformed', /ends too early/);
  await f('too much for a stranger', new Uint8Array(MAX_FRAME_BYTES_BEFORE_AUTH + 1), 'frame_too_large', /1024 bytes/);
  await f('a report before hello', { ...frame, clocks }, 'frame_unexpected', /A report frame is not expected here/);
  await f('another version', helloFrame(known, { versionMin: 7, versionMax: 9 }), 'version_unsupported', /7 to 9/);

  const proved = async (what: string, publicKey: Uint8Array, signer: Identity, is: ErrorCode) => {
    const link = await RawLink.open(t, server.address);
    const hello = helloFrame(publicKey);
    link.send(hello);
    const { identityKey, nonce } = await link.untilFrame('challenge');
    const signature = signer.sign(agentProofMessage(identityKey, nonce, hello.nonce, hello.runId));
    link.send({ type: 'proof', signature });
    await refused(what, link, is);
  };
  await proved('a stranger', stranger.publicKey, stranger, 'agent_unknown');
  await proved('a key that is none', invalidKey, stranger, 'signature_invalid');

  const forger = await RawLink.open(t, server.address);
  forger.send(helloFrame(known));
  await forger.untilFrame('challenge');
  forger.send({ type: 'proof', signature: randomBytes(64) });
  await refused('a forged proof', forger, 'signature_invalid');

  const after = async (what: string, message: Parameters<RawLink['send']>[0], is: ErrorCode, says?: RegExp) => {
    const link = await RawLink.open(t, server.address);
    await link.authenticate(dataDir);
    link.send(message);
    await refused(what, link, is, says);
  };
  await after('noise from a known agent', randomBytes(300).fill(0xee, 0, 1), 'frame_malformed', /0xee/);
  await after('a report without its schema', { ...frame, clocks }, 'schema_unknown', /run 0 and schema 1/);
  await after('a second hello', helloFrame(known), 'frame_unexpected', /A hello frame is not expected/);

  const flooder = await RawLink.open(t, server.address);
  await flooder.authenticate(dataDir);
  flooder.send(new Uint8Array(MAX_FRAME_BYTES + 1));
  await until('the flooder is cut', () => flooder.closeCode);
  t.equal(flooder.closeCode, 1009, 'the WebSocket itself says "message too big"');
  t.match(
    server.log.find(({ code, stage }) => code === 'frame_too_large' && stage === 'open'),
    { msg: /^closing a link to an agent: A frame has at most 131072 bytes\.$/ },
    'and the log says why',
  );

  t.same(server.reports(deviceId), [], 'nothing of it was kept');
  t.match(await server.get('/api/v1/overview'), { server: { warnings: [] } }, 'and the server is well');
});

t.test('a page of somebody else gets no live connection', async (t) => {
  const server = await startServer(t);
  const token = new URL(server.app.firstRunLink() ?? '').hash.slice('#token='.length);
  const account = { token, name: 'Ana', email: 'ana@acme.test', password: 'correct horse battery' };
  const made = await fetch(`${server.address}/api/v1/first-run`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.address },
    body: JSON.stringify(account),
  });
  t.equal(made.status, 200);
  const cookie = made.headers.get('set-cookie')?.split(';', 1)[0] ?? '';

  const live = new URL('/live', server.address.replace(/^http/, 'ws'));
  const foreign = new WebSocket(live, { headers: { cookie, origin: 'https://evil.example' } });
  const [, response] = await once(foreign, 'unexpected-response');
  const body = JSON.parse(Buffer.concat(await Array.fromAsync(response)).toString());
  t.match(
    { status: response.statusCode, body },
    { status: 403, body: { error: { code: 'origin_refused', message: errorCodes.origin_refused } } },
  );
  const own = new WebSocket(live, { headers: { cookie, origin: server.address } });
  await once(own, 'open');
  own.terminate();

  const again = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(account) };
  const refused = await fetch(`${server.address}/api/v1/first-run`, again);
  t.match([refused.status, await refused.json()], [410, { error: { code: 'first_run_closed' } }]);
});

t.test('questions that make no sense', async (t) => {
  const server = await startServer(t, { reportInterval: '200ms' });
  const machine = await enrol(t, server);
  machine.start();
  const { deviceId } = machine;
  await server.untilDevice(deviceId, 'reports', ({ lastReportAt }) => lastReportAt !== null);
  const series = `/api/v1/devices/${deviceId}/series`;
  const f = async (path: string, is: ErrorCode, says: RegExp) =>
    t.match(await server.ask('GET', path), { status: 400, body: { error: { code: is, message: says } } }, path);

  await f(`${series}?metric=cpu.bussy`, 'metric_unknown', /reports no metric "cpu\.bussy"\. It reports cpu\.busy/);
  await f(`${series}?metric=fs.size[/nowhere]`, 'metric_unknown', /It reports fs\.size\[/);
  await f(series, 'validation_failed', /"metric" is missing/);
  await f(`${series}?metric=cpu.busy&step=soon`, 'validation_failed', /"step" must be a duration such as 60s/);
  await f(`${series}?metric=cpu.busy&from=2026-13-01`, 'validation_failed', /"from" must be a time such as/);
  await f(`${series}?metric=cpu.busy&from=2&to=1`, 'validation_failed', /"from" must be before "to"/);
  await f(`${series}?metric=cpu.busy&from=0&step=1s`, 'range_too_large', /at least \d+s/);
  await f('/api/v1/devices?limit=many', 'validation_failed', /"limit" must be integer/);
  await f('/api/v1/incidents?status=open', 'validation_failed', /"status" is not known here/);
  const { status, body } = await server.ask('GET', '/api/v1/devices/nobody');
  t.match([status, body], [404, { error: { code: 'not_found' } }]);
});
