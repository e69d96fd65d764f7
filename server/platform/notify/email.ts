import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { refused, saidOf } from '../../../protocol/said/refused.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import { dial } from '../../../protocol/socket/dial.ts';
import { isLoopbackHost } from '../net/loopback.ts';
import { isMailName } from '../net/mail-name.ts';
import { resolveAllowed } from '../outbound/address-guard.ts';
import { type Channel, DeliveryError, guarded, type Outside } from './channel.ts';
import { mailHtml } from './mail-html.ts';
import type { Message } from './message.ts';
import { plainText } from './plain-text.ts';

export interface EmailTarget {
  readonly host: string;
  readonly port: number;
  readonly security: 'implicit' | 'starttls' | 'none';
  readonly user: string | null;
  readonly from: string;
  readonly to: readonly string[];
}

/** A step of the conversation that takes longer than this is given up; the caller's signal bounds the whole. */
const STEP_DEADLINE_MS = 15_000;

/** A mail through a server of mail, over TLS unless it is on this machine. */
export function emailChannel(target: EmailTarget, password: string | null, outside: Outside): Channel {
  const channel: Channel = {
    name: 'email',
    async deliver(message, signal) {
      const mail = await compose(target, message);
      const connection = await open(target, outside, signal);
      try {
        await step((done) => connection.connect(done), connection, signal);
        await login(target.user, password, connection, signal);
        const envelope = { from: target.from, to: [...target.to] };
        const info = await step<{ response: string; rejected: string[] }>(
          (done) => connection.send(envelope, mail, done),
          connection,
          signal,
        );
        const rejected = info.rejected.length > 0 ? ` (refused: ${info.rejected.join(', ')})` : '';
        return `${info.response}${rejected}`;
      } finally {
        connection.close();
      }
    },
  };
  return guarded(channel, [password]);
}

/** The same message has the same Message-ID, so that a repeat can be known. */
export function messageId(key: string, from: string): string {
  return `<${createHash('sha256').update(key).digest('hex').slice(0, 40)}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}

function compose({ from, to }: EmailTarget, message: Message): Promise<Buffer> {
  const thread = message.thread && messageId(message.thread, from);
  const composer = new MailComposer({
    from: { name: 'Vigia', address: from },
    to: to.map((address) => ({ name: '', address })),
    subject: message.title,
    date: new Date(message.at),
    messageId: messageId(message.idempotencyKey, from),
    ...(thread && { references: thread, inReplyTo: thread }),
    text: plainText(message),
    html: mailHtml(message),
    headers: {
      // Out-of-office replies to a machine help nobody.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...(message.priority === 'emergency' && { Importance: 'high' }),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

async function open(target: EmailTarget, outside: Outside, signal: AbortSignal): Promise<SMTPConnection> {
  const { host, port, security } = target;
  const addresses = await resolveAllowed(host, { allowPrivate: outside.allowPrivate, signal });
  if (security === 'none' && addresses.some(({ address }) => !isLoopbackHost(address))) {
    throw refused('address_refused', said('refused.address.plain-mail', { host }));
  }
  const name = outside.mailName ?? domainOf(target.from);
  // The library itself would try one address.
  const socket = await dial({ addresses, port, signal });
  const connection = new SMTPConnection({
    connection: socket,
    host,
    ...(name !== null && { name }),
    port,
    secure: security === 'implicit',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    greetingTimeout: STEP_DEADLINE_MS,
    socketTimeout: STEP_DEADLINE_MS,
    socketCloseTimeout: 0,
    maxResponseSize: 16_384,
    tls: { minVersion: 'TLSv1.2', ...(isIP(host) === 0 ? { servername: host } : { host }) },
  });
  // The library tells of the same fault twice at times; between two steps nobody else listens.
  connection.on('error', () => undefined);
  return connection;
}

/** The sender's domain, as a name that relays take; null if it is none. */
function domainOf(from: string): string | null {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return isMailName(domain) ? domain : null;
}

async function login(
  user: string | null,
  pass: string | null,
  connection: SMTPConnection,
  signal: AbortSignal,
): Promise<void> {
  if (!user) return;
  if (pass === null) throw new DeliveryError(said('delivery.no-secret', { secret: 'password' }));
  await step((done) => connection.login({ user, pass }, done), connection, signal);
}

/** One command; ends with an error of the connection too, which the library tells as an event. */
function step<T>(
  run: (done: (error?: Error | null, result?: T) => void) => void,
  connection: SMTPConnection,
  signal: AbortSignal,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const fail = (cause: Error): void => reject(new DeliveryError(reasonOf(cause)));
  const onAbort = (): void => {
    connection.close();
    reject(signal.reason);
  };
  const onEnd = (): void => reject(new DeliveryError(said('delivery.closed')));
  connection.once('error', fail);
  connection.once('end', onEnd);
  signal.addEventListener('abort', onAbort, { once: true });
  run((error, result) => (error ? fail(error) : resolve(result as T)));
  return promise.finally(() => {
    connection.off('error', fail);
    connection.off('end', onEnd);
    signal.removeEventListener('abort', onAbort);
  });
}

function reasonOf(cause: Error & { response?: string; command?: string }): Said {
  const { command, response: text } = cause;
  if (command === 'STARTTLS' && text) return said('delivery.no-starttls', { text });
  return text ? said('delivery.answered', { by: 'mail', status: null, text }) : saidOf(cause);
}
