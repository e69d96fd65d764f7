import type { ReceiverInput, ReceiverTarget } from '../../../protocol/api/receiver.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { resolveAllowed } from '../../platform/outbound/address-guard.ts';

const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$|^\[?[0-9A-Fa-f:.]+\]?$/;
const CONTROL = /\p{Cc}|\p{Zl}|\p{Zp}/u;
const RESOLVE_DEADLINE_MS = 3_000;

/**
 * Checks what the schema cannot: addresses, and whether the server may go there at all.
 * @throws VigiaError validation_failed, address_refused
 */
export async function checkReceiver({ name, target }: ReceiverInput, allowPrivate: boolean): Promise<void> {
  if (CONTROL.test(name) || name.trim() === '') throw bad('name', 'The name is one line of text.');
  const host = target.kind === 'email' ? checkMail(target) : checkUrl(target, allowPrivate);
  const signal = AbortSignal.timeout(RESOLVE_DEADLINE_MS);
  try {
    await resolveAllowed(host, { allowPrivate, signal });
  } catch (cause) {
    // A name server may be away for a while; the test button tells of that.
    if (cause instanceof VigiaError && cause.code === 'address_refused') throw withHint(cause, allowPrivate);
  }
}

/** Where a secret goes: kept for another place, it would be told to whoever is there. */
export function destinationOf(target: ReceiverTarget): string {
  if (target.kind === 'email') return `${target.host.toLowerCase()}:${target.port} ${target.security} ${target.user}`;
  if (target.kind === 'webhook') return new URL(target.url).origin;
  if (target.kind === 'ntfy') return new URL(target.server).origin;
  return target.apiUrl === undefined ? 'telegram' : new URL(target.apiUrl).origin;
}

/** @throws VigiaError validation_failed when the target cannot work with this secret */
export function checkSecret(target: ReceiverTarget, secret: string | null): void {
  if (target.kind === 'email') {
    if (target.user && !secret)
      throw bad('target.password', 'A user needs a password. Enter it, or leave the user empty.');
    if (target.user && target.security === 'none') {
      throw bad(
        'target.security',
        'A password is not sent without TLS. Choose implicit TLS or STARTTLS, or leave the user empty.',
      );
    }
  }
  if (target.kind === 'telegram' && !/^\d{1,20}:[A-Za-z0-9_-]{1,150}$/.test(secret ?? '')) {
    throw bad('target.botToken', 'Enter the token of the bot as BotFather gave it, such as 123456:ABC-DEF.');
  }
  if (target.kind === 'ntfy' && secret !== null && !/^[\x21-\x7e]+$/.test(secret)) {
    throw bad('target.token', 'The token of ntfy has no spaces. It looks like tk_abc123.');
  }
}

function checkMail(target: Extract<ReceiverTarget, { kind: 'email' }>): string {
  if (!HOST.test(target.host)) throw bad('target.host', 'The host is a name or an address, such as smtp.example.com.');
  for (const address of [target.from, ...target.to]) {
    if (!ADDRESS.test(address)) {
      throw bad('target.to', `"${address}" is not an e-mail address. Use one such as ops@example.com, without a name.`);
    }
  }
  return target.host;
}

function checkUrl(target: Exclude<ReceiverTarget, { kind: 'email' }>, allowPrivate: boolean): string {
  if (target.kind === 'telegram' && !/^(-?\d{1,20}|@\w{1,60})$/.test(target.chatId)) {
    throw bad('target.chatId', 'The chat is a number such as -1001234567890, or the @name of a public channel.');
  }
  const [field, text] =
    target.kind === 'webhook'
      ? (['target.url', target.url] as const)
      : target.kind === 'ntfy'
        ? (['target.server', target.server] as const)
        : (['target.apiUrl', target.apiUrl ?? 'https://api.telegram.org'] as const);
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw bad(field, `"${text}" is not a web address. Use one such as https://hooks.example.com/vigia.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw bad(field, 'The address must not hold a user or password: addresses are shown and logged.');
  }
  if (url.protocol === 'http:' && !allowPrivate)
    throw bad(field, 'Use https://: without TLS anybody on the way can read along.');
  return url.hostname;
}

function withHint(cause: VigiaError, allowPrivate: boolean): VigiaError {
  const hint = allowPrivate ? '' : ' For a receiver in your own network, start the server with VIGIA_NOTIFY_PRIVATE=1.';
  return new VigiaError(cause.code, `${cause.message}${hint}`);
}

function bad(field: string, sentence: string): VigiaError {
  return new VigiaError('validation_failed', sentence, { field });
}
