import { part } from '../../said/part.ts';

const sendOnce = {
  finishedAt: 'once the backup has ended',
  verifiedAt: 'once it was checked',
  goneAt: 'once it is gone',
};

/** Why a plan of recovery or a point is not taken. */
export const recoveryRefusals = part(
  {
    'refused.plans.most': { most: 'exact' },
    'refused.plan.client': {},
    'refused.plan.edits': { most: 'exact' },
    'refused.plan.line': {},
    'refused.plan.name': {},
    'refused.plan.both': {},
    'refused.plan.date': { date: 'name' },
    'refused.plan.often': {},
    'refused.plan.closed': {},
    'refused.point.lines': {},
    'refused.point.full': {},
    'refused.point.stands': { kind: ['differential', 'incremental', 'log'] },
    'refused.point.future': { field: ['finishedAt', 'verifiedAt', 'goneAt'], at: 'instant' },
    'refused.ping.number': { name: ['exit', 'size'], least: 'exact', most: 'exact' },
    'refused.ping.line': { of: ['run', 'point'], most: 'exact' },
    'refused.ping.rate': { most: 'exact' },
    'refused.ping.address': {},
    'refused.ping.none': {},
    'refused.attainment.long': { years: 'exact' },
    'refused.cron.fields': {},
    'refused.cron.never': {},
    'refused.cron.field': {
      field: ['minute', 'hour', 'day of the month', 'month', 'weekday'],
      text: 'text',
      low: 'count',
      high: 'count',
    },
    'refused.drill.order': {},
    'refused.drill.early': {},
    'refused.drill.future': { at: 'instant' },
    'refused.drill.differs': {},
    'refused.drill.difference': {},
    'refused.drill.evidence': {},
    'refused.drills.most': { most: 'exact' },
  },
  {
    en: {
      'refused.drill.order': '"finishedAt" is not after "startedAt". Say when the restore began and when it was over.',
      'refused.drill.early': '"startedAt" is before 2000. Say when the restore began.',
      'refused.drill.future': (p) =>
        `"finishedAt" lies in the future: here it is ${p.at}. Record the drill once it is over.`,
      'refused.drill.differs':
        'A restore with a file that differs is no success. Its result is "mismatch" or "missing".',
      'refused.drill.difference': 'Name the first file that differed or was missing in "firstDifference".',
      'refused.drill.evidence': 'Say in "evidence" how one can see that it was so, such as the number of a ticket.',
      'refused.drills.most': (p) => `This plan has ${p.most} drills already. Make a new plan.`,
      'refused.plans.most': (p) => `The client has ${p.most} plans already. Remove some.`,
      'refused.plan.client': 'A plan stays with its client. Make a new one for the other.',
      'refused.plan.edits': (p) => `This plan was changed ${p.most} times. Remove it and make a new one.`,
      'refused.plan.line': 'A name or a place is one line, without control characters.',
      'refused.plan.name': 'Give the plan a name, and say where its backups lie.',
      'refused.plan.both': 'A plan protects a device or a service. Leave one of them null, or make two plans.',
      'refused.plan.date': (p) => `There is no date "${p.date}". Send closed days such as 2026-12-25.`,
      'refused.plan.often': 'A backup can be due every five minutes at most, such as */5 * * * *.',
      'refused.plan.closed':
        'By this rhythm nothing is ever due: all of its days are closed. Change the rhythm or the closed days.',
      'refused.point.lines': 'The id and the place of a point are one line of text each.',
      'refused.point.full': 'A full backup stands on nothing: leave out "after", or say with "kind" what else it is.',
      'refused.point.stands': (p) =>
        `A backup of the kind ${p.kind} cannot be restored alone: say with "after" on which point it stands.`,
      'refused.point.future': (p) =>
        `"${p.field}" lies in the future: here it is ${p.at}. Send it ${sendOnce[p.field]}, and set the clock of the machine.`,
      'refused.ping.number': (p) => `"${p.name}" is a whole number from ${p.least} to ${p.most}.`,
      'refused.ping.line': (p) => `"${p.of}" is one line of at most ${p.most} characters.`,
      'refused.ping.rate': (p) =>
        `There were ${p.most} pings of this plan within a minute. Ping once when a run begins and once when it ends.`,
      'refused.ping.address': 'There is no such address. Make a new one for the plan.',
      'refused.ping.none': 'This plan has no address for pings.',
      'refused.attainment.long': (p) => `A period is ${p.years} years at most.`,
      'refused.cron.fields':
        'A rhythm has five fields (minute, hour, day of the month, month, weekday), such as 0 22 * * 1-5.',
      'refused.cron.never': 'None of these months has such a day: it would never run.',
      'refused.cron.field': (p) =>
        `The ${p.field} of the rhythm cannot be read: ${p.text}. It is * or ${p.low} to ${p.high}, such as ${p.low},${p.low + 2} or ${p.low}-${p.high}/2.`,
    },
  },
);
