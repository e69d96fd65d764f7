import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { generate } from 'selfsigned';
import t, { type Test } from 'tap';
import { type WebSocket, WebSocketServer } from 'ws';
import { channelOf } from '../../../../agent/link/channel.ts';
import { acceptOf } from '../../../../agent/link/socket/upgrade.ts';
import { WebSocketClient, type WebSocketOptions } from '../../../../agent/link/socket/web-socket.ts';
import { untrustedCertificate } from '../../../support/certificate.ts';
import { until } from '../../../support/until.ts';

const MAX_BYTES = 200_000;

/** A server of the usual library, and what happens at the client. */
async function startServer(t: Test, { tls = false, compress = false, certificate = untrustedCertificate } = {}) {
  const http = tls ? createTlsServer(await certificate()) : createServer();
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: compress, handleProtocols: () => 'vigia' });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.teardown(() => {
    for (const socket of sockets.clients) socket.terminate();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  return { sockets, url: new URL(`${tls ? 'wss' : 'ws'}://127.0.0.1:${port}/agent`) };
}

/** A server that says what it is told to, byte by byte. */
async function startScript(t: Test, onRequest: (socket: Socket, key: string) => void): Promise<URL> {
  const server = createTcpServer((socket) => {
    t.teardown(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.once('data', (request) => {
      onRequest(socket, /Sec-WebSocket-Key: (\S+)/.exec(request.toString())?.[1] ?? '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/agent`);
}

const opening = (key: string) =>
  `HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: vigia\r\n` +
  `Sec-WebSocket-Accept: ${acceptOf(key)}\r\n\r\n`;

function connect(t: Test, url: URL, over: Partial<WebSocketOptions> = {}) {
  const events: string[] = [];
  const messages: Buffer[] = [];
  const errors: Error[] = [];
  const client = new WebSocketClient({
    url,
    subprotocol: 'vigia',
    maxMessageBytes: MAX_BYTES,
    useAuthorities: false,
    onConnect: () => events.push('connect'),
    onOpen: () => events.push('open'),
    onMessage: (payload, isBinary) => {
      events.push(isBinary ? 'binary' : 'text');
      messages.push(payload);
    },
    onError: (error) => {
      events.push('error');
      errors.push(error as Error);
    },
    onClose: () => events.push('close'),
    ...over,
  });
  t.teardown(() => client.terminate());
  const saw = (event: string, count = 1) =>
    until(`the client sees ${event}`, () => events.filter((one) => one === event).length >= count);
  return { client, events, messages, errors, saw };
}

const connectionTo = async (sockets: WebSocketServer) =>
  (await once(sockets, 'connection')) as [WebSocket, IncomingMessage];

for (const tls of [false, true]) {
  t.test(`messages of every size, ${tls ? 'over TLS' : 'plain'}`, async (t) => {
    const { sockets, url } = await startServer(t, { tls });
    sockets.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
    const { client, events, messages, saw } = connect(t, url);
    t.notOk(client.isOpen);
    client.send(Buffer.from('too early'));
    await saw('open');
    t.ok(client.isOpen);
    const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, MAX_BYTES];
    for (const size of sizes) client.send(Buffer.alloc(size, size % 251));
    await saw('binary', sizes.length);
    t.same(
      messages.map(({ length }) => length),
      sizes,
    );
    t.ok(messages.every((message, i) => message.equals(Buffer.alloc(sizes[i] ?? 0, (sizes[i] ?? 0) % 251))));
    client.close();
    await saw('close');
    t.same(
      events.filter((event) => event !== 'binary'),
      ['connect', 'open', 'close'],
    );
    t.equal(client.unsentBytes, 0);
  });
}

t.test('the authorities judge the host that was dialled', async (t) => {
  const issue = async (altName: { type: 2; value: string } | { type: 7; ip: string }) => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: `for type ${altName.type}` }], {
      keyType: 'ec',
      extensions: [{ name: 'subjectAltName', altNames: [altName] }],
    });
    setDefaultCACertificates([...getCACertificates('default'), cert]);
    return { cert, key };
  };
  const ours = await issue({ type: 7, ip: '127.0.0.1' });
  const another = await issue({ type: 2, value: 'localhost' });
  const f = async (
    certificate: { cert: string; key: string },
    host: string,
    useAuthorities: boolean,
    want: boolean,
  ) => {
    const { url } = await startServer(t, { tls: true, certificate: async () => certificate });
    const dialled = new URL(url);
    dialled.hostname = host;
    let isAuthorized: boolean | undefined;
    const onConnect = (socket: Socket) => {
      const channel = channelOf(socket);
      isAuthorized = channel.kind === 'tls' && channel.isAuthorized;
    };
    const { saw } = connect(t, dialled, { useAuthorities, onConnect });
    await saw('open');
    t.equal(isAuthorized, want, `${host} ${useAuthorities}`);
  };
  await f(ours, '127.0.0.1', true, true);
  await f(another, 'localhost', true, true);
  await f(another, '127.0.0.1', true, false);
  await f(ours, '127.0.0.1', false, false);
});

t.test('a server in good order', async (t) => {
  t.test('is asked for the path and the protocol', async (t) => {
    const { sockets, url } = await startServer(t);
    connect(t, new URL('/base/agent?x=1', url));
    const [socket, request] = await connectionTo(sockets);
    t.equal(request.url, '/base/agent?x=1');
    t.equal(request.headers.host, url.host);
    t.equal(socket.protocol, 'vigia');
  });
  t.test('may offer to compress: it is not taken up', async (t) => {
    const { sockets, url } = await startServer(t, { compress: true });
    const { messages, saw } = connect(t, url);
    const [socket] = await connectionTo(sockets);
    t.equal(socket.extensions, '');
    socket.send(Buffer.alloc(50_000));
    await saw('binary');
    t.equal(messages[0]?.length, 50_000);
  });
  t.test('sends fragments, with a ping between them', async (t) => {
    const { sockets, url } = await startServer(t);
    const { messages, saw } = connect(t, url);
    const [socket] = await connectionTo(sockets);
    const ponged = once(socket, 'pong');
    socket.send(Buffer.from('ab'), { fin: false });
    socket.ping('are you there');
    socket.send(Buffer.from('cd'), { fin: false });
    socket.send(Buffer.from('e'), { fin: true });
    socket.pong();
    t.equal(String((await ponged)[0]), 'are you there');
    await saw('binary');
    t.same(messages, [Buffer.from('abcde')]);
  });
  t.test('sends text, which is told from bytes', async (t) => {
    const { sockets, url } = await startServer(t);
    const { saw, messages } = connect(t, url);
    const [socket] = await connectionTo(sockets);
    socket.send('text');
    await saw('text');
    t.equal(messages[0]?.toString(), 'text');
  });
  t.test('closes: the code comes back to it', async (t) => {
    const { sockets, url } = await startServer(t);
    const { client, events, saw } = connect(t, url);
    const [socket] = await connectionTo(sockets);
    await saw('open');
    socket.close(1012, 'restart');
    const [code] = await once(socket, 'close');
    t.equal(code, 1012);
    await saw('close');
    t.same(events, ['connect', 'open', 'close']);
    t.notOk(client.isOpen);
  });
  t.test('is told the code when the client closes, and may still finish its sentence', async (t) => {
    const { sockets, url } = await startServer(t);
    const { client, saw } = connect(t, url);
    const [socket] = await connectionTo(sockets);
    await saw('open');
    socket.send(Buffer.from('last words'));
    client.close(1001);
    const [code] = await once(socket, 'close');
    t.equal(code, 1001);
    await saw('binary');
    await saw('close');
  });
});

t.test('what the first message comes with', async (t) => {
  const hello = Buffer.from('820548656c6c6f', 'hex');
  t.test('in one piece with the answer', async (t) => {
    const url = await startScript(t, (socket, key) => socket.write(Buffer.concat([Buffer.from(opening(key)), hello])));
    const { messages, saw } = connect(t, url);
    await saw('binary');
    t.same(messages, [Buffer.from('Hello')]);
  });
  t.test('byte by byte', async (t) => {
    const url = await startScript(t, (socket, key) => {
      socket.setNoDelay(true);
      for (const byte of Buffer.concat([Buffer.from(opening(key)), hello])) {
        socket.write(Buffer.from([byte]));
      }
    });
    const { messages, saw } = connect(t, url);
    await saw('binary');
    t.same(messages, [Buffer.from('Hello')]);
  });
});

t.test('a connection that does not come about', async (t) => {
  const fails = async (t: Test, url: URL, error: object, over: Partial<WebSocketOptions> = {}) => {
    const { client, events, errors, saw } = connect(t, url, over);
    await saw('close');
    t.same(
      events.filter((event) => event !== 'connect'),
      ['error', 'close'],
      'one error, then the end',
    );
    t.match(errors[0], error);
    t.notOk(client.isOpen);
    client.send(Buffer.from('nobody hears'));
    client.close();
    client.terminate();
  };
  t.test('nothing listens', async (t) => {
    await fails(t, new URL('ws://127.0.0.1:1/agent'), { code: 'ECONNREFUSED' });
  });
  t.test('it is cut before the answer', async (t) => {
    await fails(t, await startScript(t, (socket) => socket.end()), { code: 'ECONNRESET' });
  });
  t.test('it is reset', async (t) => {
    await fails(t, await startScript(t, (socket) => socket.resetAndDestroy()), { code: 'ECONNRESET' });
  });
  t.test('another answer', async (t) => {
    const url = await startScript(t, (socket) => socket.write('HTTP/1.1 404 Not Found\r\n\r\n'));
    await fails(t, url, { code: 'server_not_vigia' });
  });
  t.test('no HTTP', async (t) => {
    await fails(t, await startScript(t, (socket) => socket.write('* OK IMAP\r\n')), { code: 'server_not_vigia' });
  });
  t.test('an answer to another key', async (t) => {
    const url = await startScript(t, (socket) => socket.write(opening('x')));
    await fails(t, url, { code: 'server_not_vigia' });
  });
  t.test('TLS where there is none', async (t) => {
    const { url } = await startServer(t);
    await fails(t, new URL(url.href.replace('ws:', 'wss:')), { code: /EPROTO|ERR_SSL|ECONNRESET/ });
  });
  t.test('its owner gives it up', async (t) => {
    const url = await startScript(t, () => undefined);
    const { client, events, saw } = connect(t, url);
    await saw('connect');
    client.close();
    await saw('close');
    t.notOk(events.includes('open'));
  });
  t.test('its owner does not like whom it found', async (t) => {
    const asked: string[] = [];
    const url = await startScript(t, (_socket, key) => asked.push(key));
    const { client, saw } = connect(t, url, { onConnect: () => client.close() });
    await saw('close');
    t.same(asked, [], 'then nothing is said');
  });
});

t.test('a server that breaks the rules', async (t) => {
  const breaks = async (hex: string, closeCode: string, what: string) => {
    let received = Buffer.alloc(0);
    const url = await startScript(t, (socket, key) => {
      socket.on('data', (piece: Buffer) => {
        received = Buffer.concat([received, piece]);
      });
      socket.write(Buffer.concat([Buffer.from(opening(key)), Buffer.from(hex, 'hex')]));
    });
    const { events, errors, saw } = connect(t, url, { maxMessageBytes: 100 });
    await saw('close');
    t.same(events, ['connect', 'open', 'error', 'close'], what);
    t.equal(errors.length, 1);
    await until('the server has the close frame', () => received.length >= 8);
    const plain = received.subarray(6, 8).map((byte, i) => byte ^ (received[2 + i] ?? 0));
    t.equal(`${received.toString('hex', 0, 2)} ${Buffer.from(plain).toString('hex')}`, `8882 ${closeCode}`);
  };
  await breaks('827e0065', '03f1', 'a message that is too large, before it is there');
  await breaks('c20148', '03ea', 'an extension');
  await breaks('828137fa213d7f', '03ea', 'a mask');
  await breaks('000148820149', '03ea', 'and what follows is not read');
});

t.test('pings of a server that reads no answers are not answered without end', async (t) => {
  const PINGS = 4_000;
  const url = await startScript(t, (socket, key) => {
    socket.pause();
    socket.write(opening(key));
    const ping = Buffer.concat([Buffer.from([0x89, 125]), Buffer.alloc(125)]);
    for (let sent = 0; sent < PINGS * 50; sent += PINGS) socket.write(Buffer.concat(Array(PINGS).fill(ping)));
    socket.write(Buffer.from('820101', 'hex'));
  });
  const { client, saw } = connect(t, url);
  await saw('binary');
  t.ok(client.unsentBytes < 100_000, `${client.unsentBytes} bytes wait`);
});
