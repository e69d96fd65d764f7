import { part } from '../../said/part.ts';

/** Why a period is not shown, and why nothing is attested. */
export const availabilityRefusals = part(
  {
    'refused.period.ends': {},
    'refused.period.both': {},
    'refused.period.long': {},
    'refused.attested.order': {},
    'refused.attested.future': {},
    'refused.attested.nobody': {},
    'refused.attested.evidence': {},
    'refused.nothing-open': { from: 'instant', to: 'instant', isBlamed: 'flag' },
    'refused.withdrawn': { by: 'name?' },
  },
  {
    en: {
      'refused.nothing-open': (p) =>
        p.isBlamed
          ? `Nothing between ${p.from} and ${p.to} is down or unknown, so nobody is responsible for it.`
          : `Nothing between ${p.from} and ${p.to} is unknown. What evidence decides cannot be attested; withdraw a statement before you replace it.`,
      'refused.withdrawn': (p) => `It was withdrawn by ${p.by ?? 'somebody'} already.`,
      'refused.period.ends': 'A custom period needs "from" and "to".',
      'refused.period.both': 'Ask for a "period" or for "from" and "to", not for both.',
      'refused.period.long': 'A period is ten years at most.',
      'refused.attested.order': 'The field "from" must be before "to".',
      'refused.attested.future': 'The field "to" lies in the future: only what is past can be attested.',
      'refused.attested.nobody': 'Nobody is responsible for time that was up. Leave out "responsibility".',
      'refused.attested.evidence': 'Say in "evidence" what proves whose fault it is, such as the number of a ticket.',
    },
  },
);
