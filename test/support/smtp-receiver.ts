import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Test } from 'tap';
import type { Behaviour } from '../server/platform/notify/conformance.ts';
import { type Certificate, trustedCertificate, untrustedCertificate } from './certificate.ts';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | null;
  readonly isSecure: boolean;
  /** Header lines by lower-case name, unfolded and decoded. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
  readonly raw: string;
}

export interface SmtpReceiver {
  readonly port: number;
  readonly mails: Mail[];
  close(): Promise<void>;
}

export interface SmtpReceiverOptions {
  readonly behaviour?: Behaviour;
  readonly security?: 'implicit' | 'starttls' | 'none';
  readonly login?: { readonly user: string; readonly password: string };
  readonly port?: number;
  /** Where it listens; 127.0.0.1 unless told. */
  readonly host?: string;
  readonly certificate?: Certificate;
  /** Called with the whole mail, before it is acknowledged. */
  readonly onMail?: (mail: Mail) => void | Promise<void>;
  readonly refusesRecipient?: (address: string) => boolean;
}

/** A server of mail that keeps what it gets, or misbehaves in one way. It is closed after the test. */
export async function startSmtpReceiver(
  t: Pick<Test, 'teardown'>,
  options: SmtpReceiverOptions = {},
): Promise<SmtpReceiver> {
  const { behaviour = 'accepts', security = 'implicit', login } = options;
  if (behaviour === 'garbage' || behaviour === 'hangs' || behaviour === 'hangs_up' || behaviour === 'talks_on') {
    return startRude(t, behaviour);
  }
  const mails: Mail[] = [];
  const certificate =
    options.certificate ?? (behaviour === 'untrusted_tls' ? await untrustedCertificate() : await trustedCertificate());
  const settings: SMTPServerOptions = {
    ...certificate,
    secure: security === 'implicit',
    disabledCommands: [...(security === 'starttls' ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])],
    authOptional: !login,
    allowInsecureAuth: security === 'none',
    closeTimeout: 100,
    onAuth: ({ username, password }, _session, done) =>
      username === login?.user && password === login?.password
        ? done(null, { user: username })
        : done(Object.assign(new Error(`unwanted ${username}`), { responseCode: 535 })),
    onRcptTo: ({ address }, _session, done) =>
      done(options.refusesRecipient?.(address) ? Object.assign(new Error('no such box'), { responseCode: 550 }) : null),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', async () => {
        if (behaviour === 'refuses') return done(Object.assign(new Error('unwanted here'), { responseCode: 550 }));
        const { mailFrom, rcptTo } = session.envelope;
        const mail: Mail = {
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          user: typeof session.user === 'string' ? session.user : null,
          isSecure: session.secure,
          ...parseMail(Buffer.concat(chunks).toString()),
        };
        mails.push(mail);
        await options.onMail?.(mail);
        done(null);
      });
    },
  };
  const server = new SMTPServer(settings);
  server.on('error', () => undefined);
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server.server, 'listening');
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  t.teardown(close);
  return { port: (server.server.address() as AddressInfo).port, mails, close };
}

async function startRude(t: Pick<Test, 'teardown'>, behaviour: Behaviour): Promise<SmtpReceiver> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (behaviour === 'garbage') socket.end('what?\r\n'.repeat(3));
    if (behaviour === 'hangs_up') socket.destroy();
    if (behaviour === 'talks_on')
      setInterval(() => socket.writable && socket.write('220-and another thing\r\n'), 5).unref();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  t.teardown(close);
  return { port: (server.address() as AddressInfo).port, mails: [], close };
}

/** A mail of two alternatives, as far as these tests read one. */
function parseMail(raw: string): Pick<Mail, 'headers' | 'text' | 'html' | 'raw'> {
  const { headers, body } = parsePart(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers['content-type'] ?? '')?.[1];
  const parts = boundary
    ? body
        .replaceAll('\n', '\r\n')
        .split(`--${boundary}`)
        .map((part) => parsePart(part.replace(/^\r\n/, '')))
    : [];
  const find = (type: string) => parts.find((part) => part.headers['content-type']?.startsWith(type))?.body ?? '';
  return { headers, text: find('text/plain'), html: find('text/html'), raw };
}

function parsePart(part: string): { headers: Record<string, string>; body: string } {
  const split = part.indexOf('\r\n\r\n');
  const lines = part
    .slice(0, split)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      decodeWords(line.slice(line.indexOf(':') + 1).trim()),
    ]),
  );
  const body = part.slice(split + 4).replace(/\r\n$/, '');
  const encoding = headers['content-transfer-encoding'];
  const decoded =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString()
      : encoding === 'quoted-printable'
        ? decodeQuoted(body.replace(/=\r\n/g, ''))
        : body;
  return { headers, body: decoded.replaceAll('\r\n', '\n') };
}

function decodeQuoted(text: string): string {
  return Buffer.from(
    text.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();
}

function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
      kind.toUpperCase() === 'B' ? Buffer.from(word, 'base64').toString() : decodeQuoted(word.replaceAll('_', ' ')),
    );
}
