import type { Facts } from '../kinds.ts';

const states = ['up', 'down', 'excluded', 'unknown'] as const;
/** Whose fault it was; `none` where nobody said. */
const blamed = ['none', 'us', 'client', 'internet_line', 'power', 'supplier', 'force_majeure'] as const;

/** What proves a stretch of the availability ledger, and why one was revised. */
export const ledgerFacts = {
  'ledger.pending': {},
  'ledger.no-evidence': { from: 'instant', to: 'instant' },
  'ledger.reported': {},
  'ledger.same-boot': { before: 'instant', after: 'instant?' },
  'ledger.asleep': { lastAt: 'instant' },
  'ledger.rebooted': { lastAt: 'instant', announced: ['reboot', 'shutdown'] },
  'ledger.reboot-unexpected': { lastAt: 'instant', backAt: 'instant?', upMs: 'duration', reached: 'said?' },
  'ledger.boot-clock': { before: 'instant', after: 'instant?' },
  'ledger.boot-order': { before: 'instant', after: 'instant?' },
  'ledger.silent': { lastAt: 'instant' },
  'ledger.host': { lastAt: 'instant', host: ['up', 'down'], opinion: 'said?' },
  'ledger.blind': { lastAt: 'instant', why: 'said?' },
  'ledger.opinion': { by: 'name', at: 'instant', detail: 'text' },
  'ledger.attested': {
    by: 'name',
    at: 'instant',
    verdict: ['up', 'down'],
    why: 'text',
    responsibility: blamed,
    evidence: 'text',
    isExcluded: 'flag',
  },
  'ledger.attributed': {
    proven: 'said',
    by: 'name',
    at: 'instant',
    why: 'text',
    responsibility: blamed,
    evidence: 'text',
    isExcluded: 'flag',
  },
  'ledger.host-down': { host: 'name', why: 'said' },
  'ledger.no-result': {},
  'ledger.maintenance': { title: 'text', by: 'name', declaredAt: 'instant' },
  'ledger.off-hours': {},
  'ledger.check-silent': { check: 'name', from: 'instant', to: 'instant' },
  'ledger.check-passed': { check: 'name', from: 'instant', to: 'instant' },
  'ledger.check-failed': { check: 'name', seen: 'said', at: 'instant', unwatchedMs: 'duration?' },
  'ledger.site': { state: states, devices: 'count' },
  'revision.late': { from: 'instant', to: 'instant' },
  'revision.came-back': { at: 'instant' },
  'revision.result': { at: 'instant', seen: 'said' },
  'revision.attested': { by: 'name', verdict: ['up', 'down'], responsibility: blamed, why: 'text' },
  'revision.withdrawn': { by: 'name', of: 'name', why: 'text' },
} as const satisfies Facts;
