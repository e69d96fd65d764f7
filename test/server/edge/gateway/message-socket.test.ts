import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { encodeMessage, FramingError, opcodes } from '../../../../protocol/socket/message.ts';
import type { AcceptSocket, MessageSocket } from '../../../../server/edge/gateway/message-socket.ts';
import { acceptOwn } from '../../../../server/edge/gateway/own-socket.ts';
import { until } from '../../../support/until.ts';
import { acceptByLibrary } from '../../../support/ws-socket.ts';

const MAX_BYTES = 100_000;

/** A server that takes WebSockets, and what happened on the newest of them. */
async function setUp(t: Test, accept: AcceptSocket) {
  const events: string[] = [];
  const messages: Buffer[] = [];
  const sockets: MessageSocket[] = [];
  const raw: Socket[] = [];
  const server = createServer();
  server.on('upgrade', (request, duplex, head) => {
    const socket = duplex as Socket;
    raw.push(socket);
    const agent = accept(request, socket, head, { subprotocol: 'vigia', maxMessageBytes: MAX_BYTES });
    if (agent === null) {
      events.push('refused');
      return;
    }
    sockets.push(agent);
    agent.listen({
      onMessage: (payload, isBinary) => {
        events.push(isBinary ? 'binary' : 'text');
        messages.push(Buffer.from(payload));
      },
      onFault: (cause) => events.push(`fault ${cause instanceof FramingError ? cause.closeCode : 'of the network'}`),
      onClose: () => events.push('close'),
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of raw) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const saw = (event: string) => until(`the server sees ${event}`, () => events.includes(event));
  const dial = async (): Promise<{ client: WebSocket; socket: MessageSocket }> => {
    const client = new WebSocket(`ws://127.0.0.1:${port}/agent`, 'vigia');
    t.teardown(() => client.terminate());
    client.on('error', () => undefined);
    await once(client, 'open');
    return { client, socket: sockets.at(-1) as MessageSocket };
  };
  return { port, events, messages, sockets, raw, saw, dial };
}

const upgrade = (over: string) =>
  `GET /agent HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${over}\r\n\r\n`;
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const VERSION = 'Sec-WebSocket-Version: 13';

/** What the server answers to these bytes until it says a whole head. */
async function answerTo(t: Test, port: number, request: string | Uint8Array) {
  const socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  let said: Buffer = Buffer.alloc(0);
  socket.on('data', (piece: Buffer) => {
    said = Buffer.concat([said, piece]);
  });
  socket.write(request);
  await until('the head of the answer', () => said.includes('\r\n\r\n'));
  return { socket, said: () => said };
}

/** Each is told of our own framing, and of the library's: whoever trusts one knows what the other does. */
function tell(what: string, story: (t: Test, accept: AcceptSocket) => Promise<void>): void {
  t.test(`ours: ${what}`, (t) => story(t, acceptOwn));
  t.test(`the library's: ${what}`, (t) => story(t, acceptByLibrary));
}

tell('the handshake of RFC 6455, section 1.3', async (t, accept) => {
  const { port } = await setUp(t, accept);
  const answer = async (...headers: string[]) =>
    (await answerTo(t, port, upgrade(headers.join('\r\n')))).said().toString();
  const accepted = await answer(KEY, VERSION, 'Sec-WebSocket-Protocol: other, vigia');
  t.match(accepted, /^HTTP\/1\.1 101 /);
  t.match(accepted, /Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/);
  t.match(accepted, /Sec-WebSocket-Protocol: vigia\r\n/);
  t.notMatch(await answer(KEY, VERSION, 'Sec-WebSocket-Protocol: other'), /Sec-WebSocket-Protocol/);
  t.notMatch(await answer(KEY, VERSION, 'Sec-WebSocket-Extensions: permessage-deflate'), /Extensions/);
  t.match(await answer(VERSION), /^HTTP\/1\.1 400 /, 'no key');
  t.match(await answer(VERSION, 'Sec-WebSocket-Key: short'), /^HTTP\/1\.1 400 /);
  t.match(await answer(KEY, 'Sec-WebSocket-Version: 7'), /^HTTP\/1\.1 400 [\s\S]*Sec-WebSocket-Version: 13\b/);
  const post = request({ port, method: 'POST', headers: { upgrade: 'websocket', connection: 'upgrade' } }).end();
  const [refusal] = await once(post, 'response');
  t.match(refusal.statusCode, /^40[05]$/, 'a bad request, or one with a wrong method');
  refusal.resume();
});

tell('several messages in one piece', async (t, accept) => {
  const { dial } = await setUp(t, accept);
  const { client, socket } = await dial();
  const got: string[] = [];
  client.on('message', (data: Buffer) => got.push(data.toString()));
  socket.sendTogether(['one', '', 'x'.repeat(70_000)].map((text) => Buffer.from(text)));
  await until('all of them', () => got.length === 3);
  t.same(got, ['one', '', 'x'.repeat(70_000)]);
  client.terminate();
  await until('the end', () => !socket.isOpen);
  socket.sendTogether([Buffer.from('too late')]);
});

tell('messages of every size, both ways', async (t, accept) => {
  const { messages, events, dial } = await setUp(t, accept);
  const { client, socket } = await dial();
  const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, MAX_BYTES];
  for (const size of sizes) client.send(Buffer.alloc(size, size));
  client.send('text');
  await until('all of them', () => messages.length === sizes.length + 1);
  t.same(
    messages.slice(0, -1),
    sizes.map((size) => Buffer.alloc(size, size)),
  );
  t.same(events, [...sizes.map(() => 'binary'), 'text']);
  const received: Buffer[] = [];
  client.on('message', (data: Buffer) => received.push(data));
  for (const size of sizes) socket.send(Buffer.alloc(size, size));
  await until('the answers', () => received.length === sizes.length);
  t.same(
    received,
    sizes.map((size) => Buffer.alloc(size, size)),
  );
  t.equal(socket.unsentBytes, 0);
});

tell('what came with the request is read too, and pings are answered', async (t, accept) => {
  const { port, messages } = await setUp(t, accept);
  const first = encodeMessage(opcodes.binary, Buffer.from('at once'));
  const request = Buffer.concat([Buffer.from(upgrade(`${KEY}\r\n${VERSION}`)), first]);
  const { socket, said } = await answerTo(t, port, request);
  await until('the message', () => messages.length === 1);
  t.equal(messages[0]?.toString(), 'at once');
  socket.write(encodeMessage(opcodes.ping, Buffer.from('here?')));
  await until('the pong', () => said().includes(Buffer.from('\x8a\x05here?', 'latin1')));
});

tell('whether somebody is there is known by the answer to the last question', async (t, accept) => {
  const { port, sockets } = await setUp(t, accept);
  const { socket, said } = await answerTo(t, port, Buffer.from(upgrade(`${KEY}\r\n${VERSION}`)));
  const accepted = await until('the socket', () => sockets[0]);
  let answers = 0;
  const ask = async (): Promise<Buffer> => {
    const before = said().length;
    accepted.askAlive(() => {
      answers += 1;
    });
    await until('the question', () => said().length >= before + 10);
    return said().subarray(before + 2, before + 10);
  };
  const pong = (text: Uint8Array) => socket.write(encodeMessage(opcodes.pong, text));
  const question = await ask();
  pong(Buffer.alloc(0));
  pong(Buffer.alloc(8));
  pong(question);
  await until('the answer', () => answers === 1);
  pong(question);
  pong(await ask());
  await until('the next one', () => answers === 2);
  t.equal(answers, 2, 'each counts once');
});

tell('who sends control frames and nothing else is cut off', async (t, accept) => {
  const { port } = await setUp(t, accept);
  const { socket } = await answerTo(t, port, Buffer.from(upgrade(`${KEY}\r\n${VERSION}`)));
  const ended = once(socket, 'close');
  socket.on('error', () => undefined);
  const ping = encodeMessage(opcodes.ping, Buffer.alloc(0));
  socket.write(Buffer.concat(Array.from({ length: 101 }, () => ping)));
  await t.resolves(ended);
});

tell('pings between messages are answered for ever', async (t, accept) => {
  const { port, messages } = await setUp(t, accept);
  const { socket } = await answerTo(t, port, Buffer.from(upgrade(`${KEY}\r\n${VERSION}`)));
  const ping = encodeMessage(opcodes.ping, Buffer.alloc(0));
  const message = encodeMessage(opcodes.binary, Buffer.from('x'));
  socket.write(Buffer.concat(Array.from({ length: 300 }, (_, n) => (n % 3 === 2 ? message : ping))));
  await until('all messages', () => messages.length === 100);
  t.notOk(socket.destroyed);
});

tell('either side closes', async (t, accept) => {
  const { events, saw, dial } = await setUp(t, accept);
  const one = await dial();
  one.socket.close(1001);
  t.equal(one.socket.isOpen, false);
  one.socket.send(Buffer.from('too late'));
  const [code] = await once(one.client, 'close');
  t.equal(code, 1001);
  await saw('close');
  events.length = 0;
  const other = await dial();
  other.client.close(1000);
  const [echoed] = await once(other.client, 'close');
  t.equal(echoed, 1000);
  await saw('close');
  t.same(events, ['close'], 'and nothing else is told');
});

tell('a peer that does not finish the closing handshake loses its socket', async (t, accept) => {
  const { port, sockets, events, saw } = await setUp(t, accept);
  await answerTo(t, port, upgrade(`${KEY}\r\n${VERSION}`));
  sockets[0]?.close(1000);
  await saw('close');
  t.same(events, ['close']);
});

tell('a peer that just ends, or is cut off, is over', async (t, accept) => {
  const { port, events, saw } = await setUp(t, accept);
  const { socket } = await answerTo(t, port, upgrade(`${KEY}\r\n${VERSION}`));
  socket.end();
  await saw('close');
  events.length = 0;
  const { socket: other } = await answerTo(t, port, upgrade(`${KEY}\r\n${VERSION}`));
  other.resetAndDestroy();
  await saw('close');
  t.match(events, [/^fault of the network/, 'close']);
});

tell('what breaks the rules ends the connection, and the reason is told', async (t, accept) => {
  const { port, events, messages, saw, dial } = await setUp(t, accept);
  const { client } = await dial();
  client.send(Buffer.alloc(MAX_BYTES + 1));
  const [code] = await once(client, 'close');
  t.equal(code, 1009);
  await saw('close');
  t.same(events, ['fault 1009', 'close']);
  const { socket, said } = await answerTo(t, port, upgrade(`${KEY}\r\n${VERSION}`));
  socket.write(Buffer.concat([Buffer.from('820148', 'hex'), encodeMessage(opcodes.binary, Buffer.from('after'))]));
  await until('the end', () => said().includes(Buffer.from('880203ea', 'hex')));
  t.equal(messages.length, 0, 'nothing after it is taken');
});
