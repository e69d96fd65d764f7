import { part } from '../../said/part.ts';

/** What a target of recovery is worth. */
export const recoverySaid = part(
  {
    'recovery.target.holds': { rpo: 'hours', worst: 'hours' },
    'recovery.target.sometimes': {
      rpo: 'hours',
      worst: 'hours',
      from: 'instant',
      to: 'instant',
      proposal: 'hours',
    },
    'recovery.target.never': { rpo: 'hours', worst: 'hours', proposal: 'hours' },
  },
  {
    en: {
      'recovery.target.holds': (p) => `The RPO of ${p.rpo} holds: at most ${p.worst} of work are lost.`,
      'recovery.target.sometimes': (p) =>
        `The RPO of ${p.rpo} does not hold each time: between ${p.from} and ${p.to} it comes to ${p.worst}, although every run succeeds. Agree on ${p.proposal}, or back up more often.`,
      'recovery.target.never': (p) =>
        `The RPO of ${p.rpo} can never hold: it comes to ${p.worst} before each backup ends, although every run succeeds. Agree on ${p.proposal}, or back up more often.`,
    },
  },
);
