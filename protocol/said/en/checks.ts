import type { checkFacts } from '../facts/checks.ts';
import type { WordsFor } from '../word.ts';
import { capitalised, some } from './parts.ts';

const http = (status: string | null): string => (status === null ? 'An answer' : `HTTP ${status}`);

export const checkWords: WordsFor<typeof checkFacts> = {
  'target.process': (p) => `the process ${p.name}`,
  'target.unit': (p) => `the unit ${p.name}`,
  'target.tcp': (p) => `port ${p.port} of ${p.host}`,
  'target.http': (p) => p.url,
  'check.passes': (p) => {
    if (p.kind === 'http') return `${http(p.status)} from ${p.target} in ${p.tookMs}`;
    if (p.kind === 'tcp') return `${p.target} took the connection in ${p.tookMs}`;
    return p.kind === 'unit' ? `${p.target} is active` : `${p.target} runs`;
  },
  'check.fails': (p) => {
    const { target } = p;
    const answer = `${http(p.status)} from ${target} in ${p.tookMs}`;
    const wanted = p.wanted.length > 0 ? p.wanted.join(' or ') : '200-399';
    const reasons: Record<typeof p.why, string> = {
      refused: `${target} refuses the connection`,
      timeout: `No answer from ${target} in ${p.tookMs}`,
      name_unknown: `The name of ${target} has no address`,
      unreachable: `No way leads to ${target}`,
      status: `${http(p.status)} instead of ${wanted} from ${target} in ${p.tookMs}`,
      text_missing: `${answer}, without the text "${p.missing ?? ''}"`,
      too_slow: `${answer}, slower than ${p.maxMs ?? 'it may be'}`,
      tls: `The certificate of ${target} is not accepted`,
      not_running: p.kind === 'unit' ? `${target} is not active` : `${target} does not run`,
      not_found: p.isUnable
        ? `This machine has no means to look for ${target}`
        : `${target} does not exist on this machine`,
      not_permitted: `The agent's own policy does not allow it to reach ${target}`,
      tls_old: `${target} speaks only TLS that is too old to be safe`,
      not_tls: `${target} does not speak TLS, perhaps plain HTTP`,
      tls_failed: `No TLS connection to ${target} comes about`,
      query_not_permitted: `The agent asks its own machine for addresses without a query only, so not for ${target}; its policy may allow "check-local-query"`,
      address_refused: `${target} is at an address that no check reaches: metadata, link-local or no host's`,
      failed: `${target} broke off the connection or answered nonsense`,
    };
    return reasons[p.why];
  },
  'check.failed': (p) => `${p.check}: ${p.seen}${p.since === null ? '' : `, for ${p.since.span}`}`,
  'check.failed.over': (p) => `${p.check}: ${p.seen}`,
  'check.certificate': (p) =>
    `${p.check}: the certificate of ${p.target} ${p.endsAt.isPast ? `ended ${p.endsAt.span} ago` : `ends in ${p.endsAt.span}`}`,
  'check.certificate.over': (p) => `${p.check}: ${p.target} has a new certificate`,
  'check.removed': (p) => `${p.check} was removed`,
  'check.says': (p) => `${p.seen}.`,
  'check.never-ran': 'It has not run yet.',
  'check.silent': (p) => `No result since ${p.lastAt.at}, ${p.lastAt.span} ago. Then: ${p.seen}.`,
  'service.no-members': 'Nothing says when this service is up.',
  'service.excluded': (p) => {
    const parts = [
      ...(p.planned.length > 0 ? [`planned time of ${some(p.planned)}`] : []),
      ...(p.byClause.length > 0 ? [`time of ${some(p.byClause)} that the contract excludes`] : []),
    ];
    return `${capitalised(parts.join('; '))}.`;
  },
  'service.devices-down': (p, w) =>
    `${p.up} of ${w.plural(p.total, { one: '# device', other: '# devices' })} up, ${p.needed} needed: ${some(p.down)} down.`,
  'service.check-down': (p) => `${some(p.checks)} fails.`,
  'service.unknown': (p) => `Nothing is known of ${some(p.members)}.`,
  'service.up': (p, w) => {
    const parts = [
      ...(p.up === null
        ? []
        : [`${p.up} of ${w.plural(p.total, { one: '# device', other: '# devices' })} up, ${p.needed} needed`]),
      ...(p.hasChecks ? ['every check passes'] : []),
    ];
    return `${capitalised(parts.join('; '))}.`;
  },
  'service.down': (p) => `${p.service} is down: ${p.why}${p.blocks === null ? '' : ` It stops ${p.blocks}.`}`,
  'service.over': (p) => (p.how === 'up' ? 'The service is up again' : 'The service was removed'),
};
