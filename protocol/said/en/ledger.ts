import type { ledgerFacts } from '../facts/ledger.ts';
import type { WordsFor } from '../word.ts';

const whose = {
  none: '',
  us: ' It is attributed to: us.',
  client: ' It is attributed to: the client.',
  internet_line: ' It is attributed to: the internet line.',
  power: ' It is attributed to: the power.',
  supplier: ' It is attributed to: a supplier.',
  force_majeure: ' It is attributed to: force majeure.',
};

interface Statement {
  readonly responsibility: keyof typeof whose;
  readonly evidence: string;
  readonly isExcluded: boolean;
}

/** What follows what somebody said. */
function rest({ responsibility, evidence, isExcluded }: Statement): string {
  const proof = evidence === '' ? '' : ` Evidence: ${evidence}`;
  return `${whose[responsibility]}${proof}${isExcluded ? ' The contract excludes that.' : ''}`;
}

export const ledgerWords: WordsFor<typeof ledgerFacts> = {
  'ledger.pending': 'The device was enrolled, but had not reported yet.',
  'ledger.no-evidence': (p) => `No evidence of the time from ${p.from} to ${p.to} was ever received.`,
  'ledger.reported': 'The reports are of one boot of the machine, whose uptime grew as time passed.',
  'ledger.same-boot': (p) =>
    `Nothing arrived between ${p.before} and ${p.after ?? 'now'}, but the machine had the same boot then and its uptime had grown as much: only the link was lost.`,
  'ledger.asleep': (p) =>
    `The machine's boot clock ran on while its running clock stood still after ${p.lastAt}: it was suspended.`,
  'ledger.rebooted': (p) => `The agent announced a ${p.announced}; the last proof of life before it is of ${p.lastAt}.`,
  'ledger.reboot-unexpected': (p) => {
    const back = p.backAt === null ? '' : `, up for ${p.upMs} at ${p.backAt}`;
    const reached = p.reached === null ? '' : ` Last reached by ${p.reached}`;
    return `The last proof of life of the old boot is of ${p.lastAt}; the machine came back with another boot identity${back}, and no reboot was announced.${reached}`;
  },
  'ledger.boot-clock': (p) =>
    `The same boot before and after, but its uptime does not match the time between ${p.before} and ${p.after ?? 'now'}: the machine may have been paused.`,
  'ledger.boot-order': (p) =>
    `The boot seen at ${p.after ?? 'an unknown time'} claims to be older than the last proof of another boot at ${p.before}: a clone or a reverted snapshot.`,
  'ledger.silent': (p) =>
    `Nothing was heard after ${p.lastAt}; nobody can say whether the machine or only its link was lost.`,
  'ledger.host': (p) => {
    const host = p.host === 'up' ? 'but its host answered' : 'and so was its host';
    return `The agent was silent after ${p.lastAt}, ${host}: ${p.opinion ?? ''}`;
  },
  'ledger.blind': (p) => `Nothing was heard after ${p.lastAt}. ${p.why ?? ''}`,
  'ledger.opinion': (p) => `${p.by} at ${p.at}: ${p.detail}`,
  'ledger.attested': (p) =>
    `${p.by} said on ${p.at}, where evidence is missing, that it was ${p.verdict}: ${p.why}${rest(p)}`,
  'ledger.attributed': (p) => `${p.proven} ${p.by} said on ${p.at}: ${p.why}${rest(p)}`,
  'ledger.host-down': (p) => `${p.host} was down: ${p.why}`,
  'ledger.no-result': 'No result.',
  'ledger.maintenance': (p) => `Maintenance "${p.title}", declared by ${p.by} at ${p.declaredAt}.`,
  'ledger.off-hours': 'Outside the service hours in which this workstation is expected to run.',
  'ledger.check-silent': (p) => `${p.check}: no result from ${p.from} to ${p.to}.`,
  'ledger.check-passed': (p) => `${p.check}: every result from ${p.from} to ${p.to} passed.`,
  'ledger.check-failed': (p) =>
    `${p.check}: ${p.seen}, seen first at ${p.at}.${p.unwatchedMs === null ? '' : ` Nobody looked for ${p.unwatchedMs} of it.`}`,
  'ledger.site': (p, w) => {
    const devices = w.plural(p.devices, { one: 'its only device', other: 'its # devices' });
    const sentences = {
      up: `At least one of ${devices} was up.`,
      unknown: `Of ${devices} none was proved up, and of at least one nobody can say.`,
      down: `Of ${devices} none was up; each that counted was down.`,
      excluded: `All of ${devices} were excluded at that time.`,
    };
    return sentences[p.state];
  },
  'revision.late': (p) => `Evidence of the time from ${p.from} to ${p.to} arrived late.`,
  'revision.came-back': (p) => `The machine came back at ${p.at} and its boot identity says what the time before was.`,
  'revision.result': (p) => `A result of ${p.at} arrived late: ${p.seen}.`,
  'revision.attested': (p) =>
    `${p.by} attests that it was ${p.verdict}${p.responsibility === 'none' ? '' : ` (${p.responsibility.replaceAll('_', ' ')})`}: ${p.why}`,
  'revision.withdrawn': (p) => `${p.by} withdraws what ${p.of} attested: ${p.why}`,
};
