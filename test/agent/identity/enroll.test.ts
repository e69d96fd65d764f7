import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type EnrolOptions, enroll } from '../../../agent/identity/enroll.ts';
import { readEnrolment, requireEnrolment } from '../../../agent/identity/identity.ts';
import { Peer, type PeerOptions } from '../../support/agent-peer.ts';
import { tempDir } from '../../support/temp-dir.ts';

async function startPeer(t: Test, options: PeerOptions = {}): Promise<Peer> {
  const peer = await Peer.start(options);
  t.teardown(() => peer.stop());
  return peer;
}

function optionsFor(t: Test, peer: Peer, options: Partial<EnrolOptions> = {}): EnrolOptions {
  return {
    dataDir: tempDir(t),
    server: peer.url,
    token: peer.createToken(),
    machineId: 'machine',
    agentVersion: '0.0.0',
    timeoutMs: 2_000,
    ...options,
  };
}

for (const tls of [false, true]) {
  t.test(`a machine joins, ${tls ? 'over TLS' : 'plain on loopback'}`, async (t) => {
    const peer = await startPeer(t, { tls });
    const options = optionsFor(t, peer, { name: 'web-1' });
    const enrolment = await enroll(options);
    t.match(enrolment, {
      server: peer.url,
      deviceId: 'device-1',
      kind: 'server',
      clientName: 'Acme',
      wsPath: '/agent',
    });
    t.same(readEnrolment(options.dataDir), enrolment);
    t.same(peer.requests, ['GET /enroll', 'POST /enroll'], 'the server proves itself before it gets the token');
    t.match(peer.enrolments[0], { hostname: 'web-1', machineId: 'machine', agentVersion: '0.0.0' });
    t.equal(peer.devices.size, 1);
    for (const name of ['identity.key', 'enrolment.json']) {
      t.equal(statSync(join(options.dataDir, name)).mode & 0o777, 0o600, `${name} is the agent's alone`);
    }
  });
}

t.test('a machine that has joined says so, unless it is forced; its key stays', async (t) => {
  const peer = await startPeer(t);
  const options = optionsFor(t, peer, { token: peer.createToken(5) });
  await enroll(options);
  const key = readFileSync(join(options.dataDir, 'identity.key'), 'utf8');
  await t.rejects(enroll(options), { code: 'already_enrolled', message: /--force/ });
  await enroll({ ...options, force: true });
  t.equal(readFileSync(join(options.dataDir, 'identity.key'), 'utf8'), key);
  t.equal(peer.devices.size, 1);
});

t.test('each way to fail has its sentence, and leaves no enrolment', async (t) => {
  const fails = async (t: Test, options: EnrolOptions, code: string, message: RegExp) => {
    await t.rejects(enroll(options), { code, message });
    t.notOk(existsSync(join(options.dataDir, 'enrolment.json')));
  };
  t.test('no address', async (t) => {
    await fails(t, optionsFor(t, await startPeer(t), { server: 'vigia.example.com' }), 'usage', /https:\/\//);
  });
  t.test('plain HTTP to another machine', async (t) => {
    const options = optionsFor(t, await startPeer(t), { server: 'http://192.0.2.1:8420' });
    await fails(t, options, 'plaintext_refused', /TLS only/);
  });
  t.test('no token', async (t) => {
    await fails(t, optionsFor(t, await startPeer(t), { token: 'vig1_short' }), 'token_invalid', /71 characters/);
  });
  t.test('a port where nothing listens', async (t) => {
    const peer = await startPeer(t);
    const options = optionsFor(t, peer);
    await peer.stop();
    await fails(t, options, 'server_unreachable', /refused. Is the server running/);
  });
  t.test('a name that nobody knows', async (t) => {
    const options = optionsFor(t, await startPeer(t), { server: 'https://vigia.invalid' });
    await fails(t, options, 'server_unreachable', /vigia\.invalid (is not known|could not be resolved)/);
  });
  t.test('a server that never answers', async (t) => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.teardown(() => silent.close());
    const { port } = silent.address() as { port: number };
    const options = optionsFor(t, await startPeer(t), { server: `http://127.0.0.1:${port}`, timeoutMs: 200 });
    await fails(t, options, 'server_unreachable', /did not answer in time/);
  });
  t.test('https where the server speaks http', async (t) => {
    const peer = await startPeer(t);
    const options = optionsFor(t, peer, { server: peer.url.replace('http', 'https') });
    await fails(t, options, 'server_not_vigia', /does not speak TLS/);
  });
  t.test('http where the server speaks https', async (t) => {
    const peer = await startPeer(t, { tls: true });
    const options = optionsFor(t, peer, { server: peer.url.replace('https', 'http') });
    await fails(t, options, 'server_unreachable', /https where it must be/);
  });
  t.test('another web server', async (t) => {
    for (const [status, body] of [
      [200, '<html>'],
      [404, ''],
      [200, '{}'],
      [500, '{"error":"no"}'],
      [200, '[]'],
      [200, 'null'],
      [302, '{"error":{"code":"constructor"}}'],
    ] as const) {
      const other = createHttpServer((_, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1');
      await once(other, 'listening');
      t.teardown(() => other.close());
      const { port } = other.address() as { port: number };
      const options = optionsFor(t, await startPeer(t), { server: `http://127.0.0.1:${port}` });
      await fails(t, options, 'server_not_vigia', /not a Vigia server/);
    }
  });
  t.test('a server that speaks no HTTP', async (t) => {
    const other = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.teardown(() => other.close());
    const { port } = other.address() as { port: number };
    const options = optionsFor(t, await startPeer(t), { server: `http://127.0.0.1:${port}` });
    await fails(t, options, 'server_not_vigia', /not HTTP/);
  });
  t.test('an answer without end', async (t) => {
    const other = createHttpServer((_, response) => {
      const pour = () => {
        while (response.write('x'.repeat(10_000)));
      };
      response.on('drain', pour);
      pour();
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.teardown(() => other.close());
    const { port } = other.address() as { port: number };
    const options = optionsFor(t, await startPeer(t), { server: `http://127.0.0.1:${port}` });
    await fails(t, options, 'server_not_vigia', /too large/);
  });
  t.test('a wrong path', async (t) => {
    const peer = await startPeer(t);
    await fails(t, optionsFor(t, peer, { server: `${peer.url}/vigia` }), 'server_not_vigia', /no \/vigia\/enroll/);
  });
  t.test('a token of another server', async (t) => {
    const peer = await startPeer(t);
    const other = await startPeer(t);
    const options = optionsFor(t, peer, { token: other.createToken() });
    await fails(t, options, 'fingerprint_mismatch', /another fingerprint/);
    t.same(peer.requests, ['GET /enroll'], 'the token is not sent');
  });
  t.test('a server that shows the key of another but cannot sign with it', async (t) => {
    const real = await startPeer(t);
    const thief = await startPeer(t);
    const { privateKey } = generateKeyPairSync('ed25519');
    Object.assign(thief, { identity: { publicKey: real.identity.publicKey, privateKey } });
    const options = optionsFor(t, thief, { token: real.createToken() });
    await fails(t, options, 'fingerprint_mismatch', /signature/);
    t.same(thief.requests, ['GET /enroll']);
  });
  t.test('somebody in between, with a certificate of their own', async (t) => {
    const real = await startPeer(t, { tls: true });
    const between = await startPeer(t, { tls: true });
    Object.assign(between, { identity: real.identity });
    between.manners.certificateHash = real.manners.certificateHash;
    const options = optionsFor(t, between, { token: real.createToken() });
    await fails(t, options, 'fingerprint_mismatch', /somebody in between/);
    t.same(between.requests, ['GET /enroll'], 'the token is not sent');
  });
  t.test('an answer that is not signed', async (t) => {
    const peer = await startPeer(t);
    peer.manners.enrolment = (answer) => ({ ...answer, signature: Buffer.alloc(64).toString('base64url') });
    await fails(t, optionsFor(t, peer), 'fingerprint_mismatch', /answer is not signed/);
  });
  t.test('an answer that lacks fields', async (t) => {
    for (const wrong of [{ deviceId: 7 }, { wsPath: 'https://elsewhere' }, { kind: 'toaster' }, { intervalMs: -1 }]) {
      const peer = await startPeer(t);
      peer.manners.enrolment = (answer) => ({ ...answer, ...wrong });
      await fails(t, optionsFor(t, peer), 'server_not_vigia', /lacks fields/);
    }
  });
  for (const [code, uses, expired] of [
    ['token_expired', 1, true],
    ['token_used_up', 0, false],
  ] as const) {
    t.test(code, async (t) => {
      const peer = await startPeer(t);
      await fails(t, optionsFor(t, peer, { token: peer.createToken(uses, expired) }), code, /Create a new one/);
    });
  }
  t.test('a token that the server does not know', async (t) => {
    const peer = await startPeer(t);
    const options = optionsFor(t, peer);
    peer.tokens.clear();
    await fails(t, options, 'token_invalid', /not one of this server/);
  });
  t.test('a clock that is far off', async (t) => {
    const peer = await startPeer(t);
    peer.manners.clockOffsetMs = 3 * 3_600_000;
    const options = optionsFor(t, peer);
    await fails(t, options, 'clock_skew', /3 hours behind the server's/);
    t.same(peer.requests, ['GET /enroll'], 'no use of the token is spent');
    peer.manners.clockOffsetMs = -400_000;
    await fails(t, options, 'clock_skew', /7 minutes ahead of the server's/);
    peer.manners.clockOffsetMs = 299_000;
    await enroll(options);
  });
  t.test('a folder that cannot be written', async (t) => {
    const file = join(tempDir(t), 'file');
    writeFileSync(file, '');
    const options = optionsFor(t, await startPeer(t), { dataDir: join(file, 'agent') });
    await fails(t, options, 'data_dir_unwritable', /file\/agent \(ENOTDIR\).*--data-dir/);
  });
});

t.test('a machine that has not joined', async (t) => {
  t.throws(() => requireEnrolment(tempDir(t)), { code: 'not_enrolled', message: /vigia-agent enroll --server/ });
});
