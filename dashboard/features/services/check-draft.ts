import type { Check, CheckInput, CheckTarget } from '../../../protocol/api/service.ts';

export const checkKinds = ['process', 'unit', 'tcp', 'http'] as const satisfies readonly CheckTarget['kind'][];
export type CheckKind = (typeof checkKinds)[number];

/** What stands in the form for a check; of every kind, so that a change of mind loses nothing. */
export interface CheckDraft {
  readonly clientId: string;
  /** Empty: the server. */
  readonly deviceId: string;
  readonly name: string;
  readonly kind: CheckKind;
  /** Of a process or a unit. */
  readonly subject: string;
  readonly host: string;
  readonly port: string;
  readonly url: string;
  readonly status: string;
  readonly text: string;
  readonly maxMs: string;
  readonly certificateDays: string;
  readonly intervalSeconds: string;
  readonly timeoutSeconds: string;
  readonly forSeconds: string;
  readonly priority: CheckInput['priority'];
}

type Pace = Pick<CheckDraft, 'intervalSeconds' | 'timeoutSeconds' | 'forSeconds'>;

/** A page is asked for less often than a port, and may fail once without anybody being called. */
const paces: Record<CheckKind, Pace> = {
  process: { intervalSeconds: '30', timeoutSeconds: '5', forSeconds: '60' },
  unit: { intervalSeconds: '30', timeoutSeconds: '5', forSeconds: '60' },
  tcp: { intervalSeconds: '30', timeoutSeconds: '5', forSeconds: '60' },
  http: { intervalSeconds: '60', timeoutSeconds: '10', forSeconds: '120' },
};

export function newCheck(clientId = ''): CheckDraft {
  return {
    clientId,
    deviceId: '',
    name: '',
    kind: 'http',
    subject: '',
    host: '',
    port: '',
    url: '',
    status: '',
    text: '',
    maxMs: '',
    certificateDays: '14',
    priority: 'high',
    ...paces.http,
  };
}

export const ofKind = (draft: CheckDraft, kind: CheckKind): CheckDraft => ({ ...draft, kind, ...paces[kind] });

export function draftOfCheck(check: Check): CheckDraft {
  const { target } = check;
  return {
    ...newCheck(check.clientId),
    deviceId: check.deviceId ?? '',
    name: check.name,
    kind: target.kind,
    intervalSeconds: String(check.intervalSeconds),
    timeoutSeconds: String(check.timeoutSeconds),
    forSeconds: String(check.forSeconds),
    priority: check.priority,
    ...((target.kind === 'process' || target.kind === 'unit') && { subject: target.name }),
    ...(target.kind === 'tcp' && { host: target.host, port: String(target.port) }),
    ...(target.kind === 'http' && {
      url: target.url,
      status: target.status?.join(', ') ?? '',
      text: target.text ?? '',
      maxMs: target.maxMs === undefined ? '' : String(target.maxMs),
      certificateDays: target.certificateDays === undefined ? '' : String(target.certificateDays),
    }),
  };
}

/** What to send; the server says what is wrong with it. */
export function checkInput(draft: CheckDraft): CheckInput {
  return {
    clientId: draft.clientId,
    deviceId: draft.deviceId || null,
    name: draft.name.trim(),
    target: targetOf(draft),
    intervalSeconds: Number(draft.intervalSeconds),
    timeoutSeconds: Number(draft.timeoutSeconds),
    forSeconds: Number(draft.forSeconds),
    priority: draft.priority,
  };
}

function targetOf(draft: CheckDraft): CheckTarget {
  const { kind } = draft;
  if (kind === 'process' || kind === 'unit') return { kind, name: draft.subject.trim() };
  if (kind === 'tcp') return { kind, host: draft.host.trim(), port: Number(draft.port) };
  const status = draft.status
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  return {
    kind,
    url: draft.url.trim(),
    ...(status.length > 0 && { status }),
    ...(draft.text && { text: draft.text }),
    ...(draft.maxMs && { maxMs: Number(draft.maxMs) }),
    ...(draft.certificateDays && { certificateDays: Number(draft.certificateDays) }),
  };
}

/** What a check looks at, as one word of the field. */
export function targetText(target: CheckTarget): string {
  switch (target.kind) {
    case 'tcp':
      return `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
    case 'http':
      return target.url;
    default:
      return target.name;
  }
}
