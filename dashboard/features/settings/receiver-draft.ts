import type { Receiver, ReceiverInput, ReceiverTarget } from '../../../protocol/api/receiver.ts';

export const receiverKinds = [
  'email',
  'webhook',
  'ntfy',
  'telegram',
] as const satisfies readonly ReceiverTarget['kind'][];
export type ReceiverKind = (typeof receiverKinds)[number];
export const securities = ['starttls', 'implicit', 'none'] as const;
type Security = (typeof securities)[number];

/** What stands in the form for a receiver. A secret that is left empty stays as it is. */
export interface ReceiverDraft {
  readonly name: string;
  readonly clientId: string;
  readonly minPriority: ReceiverInput['minPriority'];
  readonly clocks: boolean;
  readonly kind: ReceiverKind;
  readonly host: string;
  readonly port: string;
  readonly security: Security;
  readonly user: string;
  readonly from: string;
  readonly to: string;
  readonly url: string;
  readonly server: string;
  readonly topic: string;
  readonly chatId: string;
  readonly apiUrl: string;
  readonly secret: string;
}

const ports: Record<Security, string> = { starttls: '587', implicit: '465', none: '25' };

export function newReceiver(): ReceiverDraft {
  return {
    name: '',
    clientId: '',
    minPriority: 'high',
    clocks: true,
    kind: 'email',
    host: '',
    port: ports.starttls,
    security: 'starttls',
    user: '',
    from: '',
    to: '',
    url: '',
    server: 'https://ntfy.sh',
    topic: '',
    chatId: '',
    apiUrl: '',
    secret: '',
  };
}

/** The port goes with the kind of encryption, unless somebody chose another. */
export function withSecurity(draft: ReceiverDraft, security: Security): ReceiverDraft {
  return { ...draft, security, port: draft.port === ports[draft.security] ? ports[security] : draft.port };
}

export function draftOfReceiver(receiver: Receiver): ReceiverDraft {
  const { target } = receiver;
  const text = (name: string, otherwise = '') =>
    target[name] === undefined || target[name] === null ? otherwise : String(target[name]);
  const draft = newReceiver();
  return {
    ...draft,
    name: receiver.name,
    clientId: receiver.clientId ?? '',
    minPriority: receiver.minPriority,
    clocks: receiver.clocks,
    kind: receiverKinds.find((kind) => kind === target.kind) ?? 'email',
    host: text('host'),
    port: text('port', draft.port),
    security: securities.find((security) => security === target.security) ?? 'starttls',
    user: text('user'),
    from: text('from'),
    to: Array.isArray(target.to) ? target.to.join(', ') : '',
    url: text('url'),
    server: text('server', draft.server),
    topic: text('topic'),
    chatId: text('chatId'),
    apiUrl: text('apiUrl'),
  };
}

export function receiverInput(draft: ReceiverDraft): ReceiverInput {
  return {
    name: draft.name.trim(),
    clientId: draft.clientId || null,
    minPriority: draft.minPriority,
    clocks: draft.clocks,
    target: targetOf(draft),
  };
}

function targetOf(draft: ReceiverDraft): ReceiverTarget {
  const { kind, secret } = draft;
  switch (kind) {
    case 'email':
      return {
        kind,
        host: draft.host.trim(),
        port: Number(draft.port),
        security: draft.security,
        user: draft.user.trim() || null,
        from: draft.from.trim(),
        to: draft.to.split(/[\s,;]+/).filter(Boolean),
        ...(secret && { password: secret }),
      };
    case 'webhook':
      return { kind, url: draft.url.trim(), ...(secret && { secret }) };
    case 'ntfy':
      return { kind, server: draft.server.trim(), topic: draft.topic.trim(), ...(secret && { token: secret }) };
    case 'telegram':
      return {
        kind,
        chatId: draft.chatId.trim(),
        ...(secret && { botToken: secret }),
        ...(draft.apiUrl.trim() && { apiUrl: draft.apiUrl.trim() }),
      };
  }
}

/** Where a receiver delivers, as one text. */
export function whereTo({ target }: Receiver): string {
  if (Array.isArray(target.to)) return target.to.join(', ');
  if (target.kind === 'ntfy') return `${String(target.server)}/${String(target.topic)}`;
  return String(target.url ?? target.chatId ?? '');
}
