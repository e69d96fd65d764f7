import type { CheckTarget } from '../../protocol/api/service.ts';
import { isolated } from '../../protocol/bidi.ts';
import type { CheckReason } from '../../protocol/check-reason.ts';
import type { Observation } from './check-result.ts';
import { formatDuration } from './wording.ts';

/** What a check said, in a sentence with its numbers, without the full stop: incidents go on from there. */
export function describeObservation(target: CheckTarget, seen: Omit<Observation, 'certificateEndsAt'>): string {
  const took = `in ${formatDuration(seen.durationMs)}`;
  const what = describeTarget(target);
  const told: Record<CheckReason, () => string> = {
    ok: () => (target.kind === 'http' ? `HTTP ${seen.httpStatus} from ${what} ${took}` : passed(target, took)),
    refused: () => `${what} refuses the connection`,
    timeout: () => `No answer from ${what} ${took}`,
    name_unknown: () => `The name of ${what} has no address`,
    unreachable: () => `No way leads to ${what}`,
    status: () => `HTTP ${seen.httpStatus} instead of ${wantedStatus(target)} from ${what} ${took}`,
    text_missing: () => `HTTP ${seen.httpStatus} from ${what} ${took}, without the text "${isolated(textOf(target))}"`,
    too_slow: () =>
      `HTTP ${seen.httpStatus} from ${what} ${took}, slower than ${formatDuration(target.kind === 'http' ? (target.maxMs ?? 0) : 0)}`,
    tls: () => `The certificate of ${what} is not accepted`,
    not_running: () => (target.kind === 'unit' ? `${what} is not active` : `${what} does not run`),
    not_found: () =>
      seen.up === null ? `This machine has no means to look for ${what}` : `${what} does not exist on this machine`,
    not_permitted: () => `The agent's own policy does not allow it to reach ${what}`,
    tls_old: () => `${what} speaks only TLS that is too old to be safe`,
    not_tls: () => `${what} does not speak TLS, perhaps plain HTTP`,
    tls_failed: () => `No TLS connection to ${what} comes about`,
    query_not_permitted: () =>
      `The agent asks its own machine for addresses without a query only, so not for ${what}; its policy may allow "check-local-query"`,
    address_refused: () => `${what} is at an address that no check reaches: metadata, link-local or no host's`,
    failed: () => `${what} broke off the connection or answered nonsense`,
  };
  return told[seen.reason]();
}

function passed(target: CheckTarget, took: string): string {
  const what = describeTarget(target);
  if (target.kind === 'tcp') return `${what} took the connection ${took}`;
  return target.kind === 'unit' ? `${what} is active` : `${what} runs`;
}

export function describeTarget(target: CheckTarget): string {
  switch (target.kind) {
    case 'process':
      return `the process ${isolated(target.name)}`;
    case 'unit':
      return `the unit ${isolated(target.name)}`;
    case 'tcp':
      return `port ${target.port} of ${isolated(target.host)}`;
    case 'http':
      return isolated(target.url);
  }
}

function wantedStatus(target: CheckTarget): string {
  return (target.kind === 'http' && target.status?.join(' or ')) || '200-399';
}

function textOf(target: CheckTarget): string {
  return target.kind === 'http' ? (target.text ?? '') : '';
}
