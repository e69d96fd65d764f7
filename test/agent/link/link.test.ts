import { randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import t, { type Test } from 'tap';
import { readClocks } from '../../../agent/collect/clocks.ts';
import type { Identity } from '../../../agent/identity/identity.ts';
import { createBackoff } from '../../../agent/link/backoff.ts';
import { serverPath } from '../../../agent/link/channel.ts';
import { Link, type LinkEnd, type LinkOptions } from '../../../agent/link/link.ts';
import { reconnectDelayMs } from '../../../agent/link/reconnect.ts';
import { encodeFrame } from '../../../protocol/wire/codec.ts';
import {
  type ErrorFrame,
  Feature,
  type Frame,
  type HelloFrame,
  type ReportFrame,
  serverProofMessage,
} from '../../../protocol/wire/frame.ts';
import { machineMetrics, makeIdentity, reportFrame, schemaFrame } from '../../support/agent-machine.ts';
import { Peer, type PeerOptions, refusal } from '../../support/agent-peer.ts';
import { PATIENCE_MS } from '../../support/until.ts';

const deadlines = { handshakeMs: PATIENCE_MS, silenceMs: PATIENCE_MS, answerMs: PATIENCE_MS };

function hello(identity: Identity): HelloFrame {
  return {
    type: 'hello',
    versionMin: 1,
    versionMax: 1,
    features: Feature.briefPongs,
    publicKey: identity.publicKey,
    nonce: randomBytes(32),
    runId: randomBytes(16),
    machineId: 'machine',
    bootId: 'boot',
    agentVersion: '0.0.0',
    intervalMs: 10_000,
    clocks: readClocks(),
  };
}

async function startPeer(t: Test, options: PeerOptions = {}): Promise<Peer> {
  const peer = await Peer.start(options);
  t.teardown(() => peer.stop());
  return peer;
}

function dial(t: Test, peer: Peer, options: Partial<LinkOptions> = {}) {
  const identity = options.identity ?? makeIdentity();
  peer.devices.add(Buffer.from(identity.publicKey).toString('base64url'));
  const url = serverPath(new URL(peer.url), '/agent');
  url.protocol = url.protocol.replace('http', 'ws');
  const received: Frame[] = [];
  const link = new Link({
    url,
    hello: hello(identity),
    identity,
    pinnedKey: peer.identityKey,
    clocks: readClocks,
    useAuthorities: false,
    deadlines,
    onFrame: (frame) => received.push(frame),
    ...options,
  });
  t.teardown(() => link.close({ type: 'goodbye', reason: 'service_stop', returnInMs: 0 }, 100));
  return { link, received };
}

/** How a link ends that must not open. */
async function endOf(t: Test, link: Link): Promise<LinkEnd> {
  await t.rejects(link.welcomed);
  return await link.closed;
}

for (const tls of [false, true]) {
  t.test(`the handshake, ${tls ? 'over TLS' : 'plain on loopback'}`, async (t) => {
    const peer = await startPeer(t, { tls });
    const { link, received } = dial(t, peer);
    const welcome = await link.welcomed;
    t.equal(welcome.deviceId, 'device-1');
    link.send(schemaFrame());
    link.send(reportFrame(1));
    await peer.until('a report', () => peer.reports.length === 1);
    t.same(peer.reports[0]?.metrics, machineMetrics);
    const taken = Promise.withResolvers<void>();
    link.confirm(taken.resolve);
    await taken.promise;
    t.same(
      received,
      [{ type: 'ack', run: 0, ranges: [[1, 1]] }],
      'what was sent before the answer is answered before it',
    );
    peer.broadcast({ type: 'ping', id: 7 });
    await peer.until('a pong', () => peer.framesOf('pong').length === 1);
    t.equal(peer.framesOf('pong')[0]?.id, 7);
    t.ok((peer.framesOf('pong')[0]?.clocks?.bootMs ?? 0) > 0, 'with the clocks of the agent');
    await link.close({ type: 'goodbye', reason: 'reboot', returnInMs: 900_000 }, PATIENCE_MS);
    await peer.until('the goodbye', () => peer.framesOf('goodbye').length > 0);
    t.same(peer.framesOf('goodbye'), [{ type: 'goodbye', reason: 'reboot', returnInMs: 900_000 }]);
    t.match(await link.closed, { code: 'closed', message: 'The agent left.' });
  });
}

t.test('a pong is brief where the server takes that and a live report told the clocks', async (t) => {
  const f = async (features: number, sent: readonly ReportFrame[], want: 'brief' | 'full') => {
    const peer = await startPeer(t);
    peer.manners.features = features;
    const { link } = dial(t, peer);
    await link.welcomed;
    link.send(schemaFrame());
    for (const report of sent) link.send(report);
    peer.broadcast({ type: 'ping', id: 7 });
    await peer.until('a pong', () => peer.framesOf('pong').length === 1);
    t.equal(peer.framesOf('pong')[0]?.clocks === null ? 'brief' : 'full', want);
  };
  const backfill = { ...reportFrame(1), backfill: true };
  await f(Feature.briefPongs, [reportFrame(1)], 'brief');
  await f(Feature.briefPongs, [], 'full');
  await f(Feature.briefPongs, [backfill], 'full');
  await f(0, [reportFrame(1)], 'full');
});

t.test('talks to nobody but the server it was enrolled with', async (t) => {
  const refused = async (t: Test, peer: Peer, options: Partial<LinkOptions>, sentence: RegExp) => {
    const { link } = dial(t, peer, options);
    t.match(await endOf(t, link), { code: 'server_identity_mismatch', message: sentence });
    t.same(peer.framesOf('proof'), [], 'it gets no signature');
  };
  t.test('another key', async (t) => {
    const other = makeIdentity();
    await refused(t, await startPeer(t), { pinnedKey: other.publicKey }, /another key/);
  });
  t.test('the right key without its signature', async (t) => {
    const peer = await startPeer(t);
    peer.manners.challenge = (challenge) => ({ ...challenge, signature: randomBytes(64) });
    await refused(t, peer, {}, /signature/);
  });
  t.test('a challenge that was recorded earlier', async (t) => {
    const peer = await startPeer(t);
    let recorded: Frame | undefined;
    peer.manners.challenge = (challenge) => {
      recorded ??= challenge;
      return recorded;
    };
    const first = dial(t, peer);
    await first.link.welcomed;
    const { link } = dial(t, peer);
    t.match(await endOf(t, link), { code: 'server_identity_mismatch', message: /signature/ });
  });
  t.test('somebody in between, with a certificate of their own', async (t) => {
    const real = await startPeer(t, { tls: true });
    const between = await startPeer(t, { tls: true });
    // It relays what the real server signs: for the real server's certificate.
    between.manners.challenge = (challenge) => {
      const { certificateHash } = real.manners;
      const nonce = between.hellos.at(-1)?.nonce ?? new Uint8Array();
      const message = serverProofMessage(nonce, challenge.nonce, certificateHash);
      const signature = sign(null, message, real.identity.privateKey);
      return { ...challenge, identityKey: real.identityKey, certificateHash, signature };
    };
    await refused(t, between, { pinnedKey: real.identityKey }, /certificate/);
  });
  t.test('an empty certificate hash, as behind a TLS proxy that no authority vouches for', async (t) => {
    const peer = await startPeer(t, { tls: true });
    peer.manners.certificateHash = new Uint8Array();
    await refused(t, peer, { useAuthorities: true }, /certificate/);
  });
});

t.test('every wait ends', async (t) => {
  t.test('a server that says nothing after the upgrade', async (t) => {
    const peer = await startPeer(t);
    peer.manners.mute = true;
    const { link } = dial(t, peer, { deadlines: { ...deadlines, handshakeMs: 200 } });
    t.match(await endOf(t, link), { code: 'server_unreachable', message: /handshake in time/ });
  });
  t.test('a server that does not even answer the upgrade', async (t) => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.teardown(() => silent.close());
    const { port } = silent.address() as { port: number };
    const peer = await startPeer(t);
    const url = new URL(`ws://127.0.0.1:${port}/agent`);
    const { link } = dial(t, peer, { url, deadlines: { ...deadlines, handshakeMs: 200 } });
    t.match(await endOf(t, link), { code: 'server_unreachable' });
  });
  t.test('a server that falls silent', async (t) => {
    const peer = await startPeer(t);
    peer.manners.deaf = true;
    const { link } = dial(t, peer, { deadlines: { ...deadlines, silenceMs: 150, answerMs: 150 } });
    await link.welcomed;
    t.match(await link.closed, { code: 'server_unreachable', message: /silent/ });
    t.equal(peer.framesOf('ping').length, 1, 'after one question');
  });
  t.test('a silence that is answered does no harm', async (t) => {
    const peer = await startPeer(t);
    const { link } = dial(t, peer, { deadlines: { ...deadlines, silenceMs: 50, answerMs: 6_000 } });
    await link.welcomed;
    await peer.until('two questions', () => peer.framesOf('ping').length >= 2);
    t.ok(link.isOpen);
  });
  t.test('a link that slept is asked at once', async (t) => {
    const peer = await startPeer(t);
    const { link } = dial(t, peer);
    await link.welcomed;
    link.check();
    await peer.until('a question', () => peer.framesOf('ping').length === 1);
    t.ok(link.isOpen, 'and lives on if there is an answer');
  });
  t.test('a connection that is cut', async (t) => {
    const peer = await startPeer(t);
    const { link } = dial(t, peer);
    await link.welcomed;
    peer.drop();
    t.match(await link.closed, { code: 'closed' });
  });
  t.test('a server that does not close in its turn', async (t) => {
    const peer = await startPeer(t);
    const { link } = dial(t, peer);
    await link.welcomed;
    peer.pauseReading();
    await link.close({ type: 'goodbye', reason: 'service_stop', returnInMs: 0 }, 200);
    t.pass('it is left all the same');
  });
});

t.test('what the server says about staying away', async (t) => {
  const leave = async (frame: Frame) => {
    const peer = await startPeer(t);
    const { link } = dial(t, peer);
    await link.welcomed;
    peer.broadcast(frame);
    return await link.closed;
  };
  const goodbye = await leave({ type: 'goodbye', reason: 'server_restart', returnInMs: 4_000 });
  t.match(goodbye, { code: 'going_away', returnInMs: 4_000 });
  t.match(await leave(refusal('agent_retired', 60_000)), { code: 'agent_retired', returnInMs: 60_000 });
  t.match(await leave(refusal('replaced')), { code: 'replaced', returnInMs: undefined });
  t.match(await leave(refusal('overloaded', 86_400_000)), { returnInMs: 3_600_000 }, 'for an hour at most');
});

t.test('who has not proved to be the server cannot mute the agent', async (t) => {
  const words: readonly Frame[] = [
    refusal('agent_unknown', 86_400_000),
    refusal('agent_retired', 300_000),
    refusal('too_many_connections', 86_400_000),
    { type: 'error', code: 'overloaded', message: 'Later.', fatal: false, retryInMs: 300_000 },
    { type: 'goodbye', reason: 'server_restart', returnInMs: 86_400_000 },
  ];
  for (const word of words) {
    const peer = await startPeer(t);
    peer.manners.challenge = () => word;
    const end = await endOf(t, dial(t, peer).link);
    t.match(end, { code: 'server_unproven', returnInMs: undefined });
    const said = word.type === 'error' ? word.code : 'going_away';
    t.match(end.message, new RegExp(`^What answers at 127\\.0\\.0\\.1:\\d+ has not proved .* It says ${said}: `));
    const delayMs = reconnectDelayMs(
      end,
      createBackoff(() => 0.999),
      () => 0.999,
    );
    t.ok(delayMs <= 1_000, `the next try comes as ever, after ${delayMs} ms`);
    t.same(peer.framesOf('proof'), [], 'it gets no signature');
  }
  const peer = await startPeer(t);
  peer.manners.refusal = refusal('agent_unknown', 300_000);
  t.match(await endOf(t, dial(t, peer).link), { code: 'agent_unknown', returnInMs: 300_000 }, 'the server itself may');
});

t.test('a fault that is not fatal leaves the link open', async (t) => {
  const peer = await startPeer(t);
  const { link, received } = dial(t, peer);
  await link.welcomed;
  const frame: ErrorFrame = { type: 'error', code: 'overloaded', message: 'Later.', fatal: false, retryInMs: 100 };
  peer.broadcast(frame);
  const answered = Promise.withResolvers<void>();
  link.confirm(answered.resolve);
  await answered.promise;
  t.same(received, [frame]);
});

t.test('hostile bytes end the link with a reason, and nothing else', async (t) => {
  const bytes: readonly (readonly [string, Uint8Array, string])[] = [
    ['nothing', new Uint8Array(), 'frame_malformed'],
    ['an unknown tag', Buffer.from('ff', 'hex'), 'frame_malformed'],
    ['a cut frame', encodeFrame({ type: 'ack', run: 0, ranges: [[1, 2]] }).slice(0, -1), 'frame_malformed'],
    ['a frame of agents', encodeFrame(reportFrame(1)), 'frame_unexpected'],
    [
      'a second welcome',
      encodeFrame({ type: 'welcome', deviceId: 'x', features: 0, intervalMs: 1, serverTimeMs: 1 }),
      'frame_unexpected',
    ],
    ['a million bytes', new Uint8Array(1_000_000), 'frame_too_large'],
  ];
  for (const [what, data, code] of bytes) {
    const peer = await startPeer(t);
    const { link } = dial(t, peer);
    await link.welcomed;
    peer.broadcast(data);
    t.match(await link.closed, { code }, what);
    // Its end is said by the close code of the WebSocket.
    if (code === 'frame_too_large') continue;
    await peer.until('the error', () => peer.framesOf('error').length > 0);
    t.match(peer.framesOf('error'), [{ code, fatal: true }], 'the server is told');
  }
  for (const [what, data, code] of [
    ['a challenge that is too large', new Uint8Array(2_000), 'frame_too_large'],
    [
      'a welcome out of turn',
      encodeFrame({ type: 'welcome', deviceId: 'x', features: 0, intervalMs: 1, serverTimeMs: 1 }),
      'frame_unexpected',
    ],
  ] as const) {
    const peer = await startPeer(t);
    peer.manners.challenge = () => data;
    t.match(await endOf(t, dial(t, peer).link), { code }, what);
  }
});

t.test('a flood that is not answered for is cut off', async (t) => {
  const peer = await startPeer(t);
  const { link } = dial(t, peer);
  await link.welcomed;
  peer.pauseReading();
  const megabyte = JSON.stringify('x'.repeat(90_000));
  for (let count = 0; count < 400 && link.isOpen; count += 1) link.send({ type: 'inventory', json: megabyte });
  t.match(await link.closed, { code: 'server_unreachable', message: /taken nothing/ });
});
