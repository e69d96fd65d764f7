import { checkReasons } from '../../check-reason.ts';
import type { Facts } from '../kinds.ts';

/** All but `ok`, which is the first. */
const [, ...failures] = checkReasons;

/** What checks said, and what services are made of them. */
export const checkFacts = {
  'target.process': { name: 'name' },
  'target.unit': { name: 'name' },
  'target.tcp': { host: 'name', port: 'digits' },
  'target.http': { url: 'text' },
  'check.passes': { target: 'said', kind: ['process', 'unit', 'tcp', 'http'], status: 'digits?', tookMs: 'duration' },
  'check.fails': {
    target: 'said',
    kind: ['process', 'unit', 'tcp', 'http'],
    why: failures,
    status: 'digits?',
    tookMs: 'duration',
    /** Statuses that were wanted, as `200 or 301`; a range where nobody said. */
    wanted: 'names',
    missing: 'text?',
    maxMs: 'duration?',
    /** Nobody could look. */
    isUnable: 'flag',
  },
  'check.failed': { check: 'name', seen: 'said', since: 'moment?' },
  'check.failed.over': { check: 'name', seen: 'said' },
  'check.certificate': { check: 'name', target: 'said', endsAt: 'moment' },
  'check.certificate.over': { check: 'name', target: 'said' },
  'check.removed': { check: 'name' },
  'check.says': { seen: 'said' },
  'check.never-ran': {},
  'check.silent': { lastAt: 'moment', seen: 'said' },
  'service.no-members': {},
  'service.excluded': { planned: 'names', byClause: 'names' },
  'service.devices-down': { up: 'count', total: 'count', needed: 'count', down: 'names' },
  'service.check-down': { checks: 'names' },
  'service.unknown': { members: 'names' },
  'service.up': { up: 'count?', total: 'count', needed: 'count', hasChecks: 'flag' },
  'service.down': { service: 'name', why: 'said', blocks: 'name?' },
  'service.over': { how: ['up', 'removed'] },
} as const satisfies Facts;
