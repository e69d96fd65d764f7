import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import t, { type Test } from 'tap';
import {
  enrolmentAnswerMessage,
  enrolmentRequestMessage,
  readEnrolmentToken,
} from '../../../../protocol/api/enrolment.ts';
import { serverProofMessage } from '../../../../protocol/wire/frame.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { startHttp, type TestHttpOptions, type TestServer } from '../../../support/http.ts';

function sha256(bytes: Uint8Array): Promise<Buffer> {
  return crypto.subtle.digest('SHA-256', new Uint8Array(bytes)).then((digest) => Buffer.from(digest));
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));

function isSigned(identityKey: string, message: Uint8Array, signature: string): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: identityKey }, format: 'jwk' });
  return verify(null, message, key, Buffer.from(signature, 'base64url'));
}

async function prepare(t: Test, over: TestHttpOptions & { uses?: number } = {}) {
  const { uses = 1, ...deps } = over;
  const server = await startHttp(t, deps);
  const headers = await server.keyed('admin');
  const body = { clientName: 'Acme', siteName: 'HQ', kind: 'workstation', uses, expiresInMs: 3_600_000 };
  const { token } = (await server.request('POST', '/api/v1/tokens', { headers, body })).body;
  return { server, token: token as string };
}

const agent = generateKeyPairSync('ed25519');

function enrolment(
  server: TestServer,
  token: string,
  { keys = agent, ...over }: Record<string, unknown> & { keys?: typeof agent } = {},
) {
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const nonce = randomBytes(32);
  return {
    token,
    publicKey: publicKey.toString('base64url'),
    nonce: nonce.toString('base64url'),
    hostname: 'till-1',
    machineId: 'machine',
    os: 'Debian 12',
    agentVersion: '0.1.0',
    wallMs: server.clock.nowMs,
    signature: sign(null, enrolmentRequestMessage(token, nonce, publicKey), keys.privateKey).toString('base64url'),
    ...over,
  };
}

t.test('the server proves itself, then the machine joins', async (t) => {
  const certificateHash = new Uint8Array(randomBytes(32));
  const certificate = () => ({ certificateHash, spkiPin: 'sha256//x', selfSigned: true });
  const { server, token } = await prepare(t, { certificate });
  const nonce = randomBytes(32);

  const proof = (await server.request('GET', `/enroll?nonce=${nonce.toString('base64url')}`)).body;
  t.equal((await sha256(bytes(proof.identityKey))).toString('base64url'), readEnrolmentToken(token)?.fingerprint);
  t.strictSame(bytes(proof.certificateHash), certificateHash);
  t.ok(isSigned(proof.identityKey, serverProofMessage(nonce, new Uint8Array(32), certificateHash), proof.signature));
  t.equal(proof.serverTimeMs, server.clock.nowMs);

  const request = enrolment(server, token);
  const answer = await server.request('POST', '/enroll', { body: request });
  t.match(answer, {
    status: 200,
    body: { wsPath: '/agent', kind: 'workstation', clientName: 'Acme', siteName: 'HQ', intervalMs: 60_000 },
  });
  const message = enrolmentAnswerMessage(bytes(request.nonce), bytes(request.publicKey), certificateHash);
  t.ok(isSigned(proof.identityKey, message, answer.body.signature));
  const device = await server.store.scoped(everyClient).devices.get(answer.body.deviceId);
  t.match(device, { hostname: 'till-1', kind: 'workstation', os: 'Debian 12', retired_at: null });
  t.ok(server.ports.calls.includes(`deviceChanged ${answer.body.deviceId}`));

  const repeated = await server.request('POST', '/enroll', { body: enrolment(server, token) });
  t.equal(repeated.body.deviceId, answer.body.deviceId, 'an answer that was lost may be asked for again');
});

t.test('what hinders it has its code and sentence', async (t) => {
  const { server, token } = await prepare(t);
  const attempt = (over: Parameters<typeof enrolment>[2] = {}, text = token) =>
    server.request('POST', '/enroll', { body: enrolment(server, text, over) });
  const f = async (name: string, response: Promise<unknown>, status: number, code: string, message = /./) =>
    t.match(await response, { status, body: { error: { code, message } } }, name);

  await f('garbled token', attempt({}, 'vig1_short'), 401, 'token_invalid', /Copy it again/);
  await f('foreign token', attempt({}, `vig1_${'A'.repeat(22)}_${token.slice(28)}`), 401, 'token_invalid');
  await f('clock behind', attempt({ wallMs: server.clock.nowMs - 301_000 }), 400, 'clock_skew', /301 s behind/);
  await f('clock ahead', attempt({ wallMs: server.clock.nowMs + 4e5 }), 400, 'clock_skew', /400 s ahead of/);
  t.equal((await attempt({ wallMs: 0 })).body.error.details.serverTimeMs, server.clock.nowMs);
  await f('forged signature', attempt({ signature: randomBytes(64).toString('base64url') }), 401, 'signature_invalid');
  await f('no host name', attempt({ hostname: '' }), 400, 'validation_failed', /"hostname"/);
  await f('control characters', attempt({ os: 'a\u0007b' }), 400, 'validation_failed', /"os"/);
  await f('short key', attempt({ publicKey: 'AAAA' }), 400, 'validation_failed', /"publicKey"/);
  await f('short nonce', server.request('GET', '/enroll?nonce=AAAA'), 400, 'validation_failed', /"nonce"/);
  await f('no nonce', server.request('GET', '/enroll'), 400, 'validation_failed', /"nonce" is missing/);

  t.equal(
    (await attempt({ wallMs: server.clock.nowMs + 299_000 })).status,
    200,
    'a clock that is nearly right will do',
  );
  const other = generateKeyPairSync('ed25519');
  await f('used up', attempt({ keys: other }), 401, 'token_used_up');
  server.clock.nowMs += 3_600_001;
  await f('expired', attempt({ keys: other }), 401, 'token_expired');
});

t.test('attempts are limited', async (t) => {
  const { server, token } = await prepare(t, { limits: { enrolment: 2 } });
  for (let index = 0; index < 2; index += 1)
    await server.request('POST', '/enroll', { body: enrolment(server, token) });
  t.match(await server.request('POST', '/enroll', { body: enrolment(server, token) }), {
    status: 429,
    body: { error: { code: 'rate_limited', message: /Wait \d+ s/ } },
  });
});
