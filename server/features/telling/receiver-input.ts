import type { ReceiverInput, ReceiverTarget } from '../../../protocol/api/receiver.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { refused, saidOf } from '../../../protocol/said/refused.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
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
  if (CONTROL.test(name) || name.trim() === '') throw bad('name', said('refused.receiver.name'));
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
    if (target.user && !secret) throw bad('target.password', said('refused.receiver.password'));
    if (target.user && target.security === 'none') {
      throw bad('target.security', said('refused.receiver.no-tls'));
    }
  }
  if (target.kind === 'telegram' && !/^\d{1,20}:[A-Za-z0-9_-]{1,150}$/.test(secret ?? '')) {
    throw bad('target.botToken', said('refused.receiver.bot'));
  }
  if (target.kind === 'ntfy' && secret !== null && !/^[\x21-\x7e]+$/.test(secret)) {
    throw bad('target.token', said('refused.receiver.ntfy'));
  }
}

function checkMail(target: Extract<ReceiverTarget, { kind: 'email' }>): string {
  if (!HOST.test(target.host)) throw bad('target.host', said('refused.receiver.host'));
  for (const address of [target.from, ...target.to]) {
    if (!ADDRESS.test(address)) {
      throw bad('target.to', said('refused.receiver.mail', { address }));
    }
  }
  return target.host;
}

function checkUrl(target: Exclude<ReceiverTarget, { kind: 'email' }>, allowPrivate: boolean): string {
  if (target.kind === 'telegram' && !/^(-?\d{1,20}|@\w{1,60})$/.test(target.chatId)) {
    throw bad('target.chatId', said('refused.receiver.chat'));
  }
  const [field, text] =
    target.kind === 'webhook'
      ? (['target.url', target.url] as const)
      : target.kind === 'ntfy'
        ? (['target.server', target.server] as const)
        : (['target.apiUrl', target.apiUrl ?? 'https://api.telegram.org'] as const);
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw bad(field, said('refused.receiver.url', { address: text }));
  }
  if (url.username !== '' || url.password !== '') {
    throw bad(field, said('refused.receiver.user'));
  }
  if (url.protocol === 'http:' && !allowPrivate) throw bad(field, said('refused.receiver.http'));
  return url.hostname;
}

function withHint(cause: VigiaError, allowPrivate: boolean): VigiaError {
  return allowPrivate ? cause : refused('address_refused', said('refused.receiver.private', { why: saidOf(cause) }));
}

function bad(field: string, fact: Said): VigiaError {
  return refused('validation_failed', fact, { field });
}
