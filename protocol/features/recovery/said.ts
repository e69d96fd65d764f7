import { part } from '../../said/part.ts';

const breachOf = (breach: { readonly at: string; readonly isPast: boolean } | null): string =>
  breach === null || breach.isPast ? '' : `; the RPO is breached after ${breach.at}`;

/** How plans of recovery stand, and what their targets are worth. */
export const recoverySaid = part(
  {
    'recovery.kept': { exposure: 'hours', rpo: 'hours?', next: 'moment?' },
    'recovery.overdue': { due: 'instant', missed: 'count', breach: 'moment?' },
    'recovery.at-risk': { due: 'instant', missed: 'count', breach: 'moment?' },
    'recovery.breached': { exposure: 'hours', rpo: 'hours', since: 'moment' },
    'recovery.no-point': { since: 'moment' },
    'recovery.unproven': { exposure: 'hours', rpo: 'hours?' },
    'recovery.blind': { since: 'moment' },
    'recovery.orphaned': { since: 'instant' },
    'recovery.plan': { plan: 'name', how: 'said' },
    'recovery.over': { how: ['point', 'removed', 'changed', 'retired'] },
    'recovery.target.holds': { rpo: 'hours', worst: 'hours' },
    'recovery.target.sometimes': {
      rpo: 'hours',
      worst: 'hours',
      from: 'instant',
      to: 'instant',
      proposal: 'hours',
    },
    'recovery.target.never': { rpo: 'hours', worst: 'hours', proposal: 'hours' },
    'recovery.chain.broken': {
      point: 'name',
      missing: 'name',
      why: ['missing', 'failed', 'unproven', 'gone', 'circle'],
    },
  },
  {
    en: {
      'recovery.kept': (p) =>
        `${p.exposure} of work would be lost now${p.rpo === null ? '' : `, of ${p.rpo} at most`}${p.next === null ? '' : `; the next backup is due at ${p.next.at}`}`,
      'recovery.overdue': (p) => `the backup that was due at ${p.due} did not come${breachOf(p.breach)}`,
      'recovery.at-risk': (p, w) =>
        `${w.plural(p.missed, { one: '# backup', other: '# backups' })} did not come, the first was due at ${p.due}${breachOf(p.breach)}`,
      'recovery.breached': (p) => `the newest backup is older than the RPO of ${p.rpo}, since ${p.since.at}`,
      'recovery.no-point': (p) => `there is no backup yet; it is planned since ${p.since.at}`,
      'recovery.unproven': (p) =>
        `nobody knows whether its newest backup is whole; if it is, ${p.exposure} of work would be lost now${p.rpo === null ? '' : `, of ${p.rpo} at most`}`,
      'recovery.blind': (p) => `nobody can look since ${p.since.at}`,
      'recovery.orphaned': (p) => `the device that it protects was retired at ${p.since}, and nothing is due any more`,
      'recovery.plan': (p) => `Backup of ${p.plan}: ${p.how}`,
      'recovery.over': (p) =>
        ({
          point: 'a backup came, and all is well again',
          removed: 'its plan was removed',
          retired: 'the device that it protects was retired',
          changed: 'by what the plan says now nothing is late',
        })[p.how],
      'recovery.target.holds': (p) => `The RPO of ${p.rpo} holds: at most ${p.worst} of work are lost.`,
      'recovery.target.sometimes': (p) =>
        `The RPO of ${p.rpo} does not hold each time: between ${p.from} and ${p.to} it comes to ${p.worst}, although every run succeeds. Agree on ${p.proposal}, or back up more often.`,
      'recovery.target.never': (p) =>
        `The RPO of ${p.rpo} can never hold: it comes to ${p.worst} before each backup ends, although every run succeeds. Agree on ${p.proposal}, or back up more often.`,
      'recovery.chain.broken': (p) =>
        `${p.point} cannot be restored: ${
          {
            missing: `it stands on ${p.missing}, which nobody has seen`,
            failed: `it stands on ${p.missing}, which is not whole`,
            unproven: `it stands on ${p.missing}, of which nobody knows whether it is whole`,
            gone: `it stands on ${p.missing}, which is gone`,
            circle: `it stands on itself, by way of ${p.missing}`,
          }[p.why]
        }`,
    },
  },
);
