import { part } from '../../said/part.ts';

/** Why an incident is left as it is. */
export const incidentRefusals = part(
  {
    'refused.incident.acknowledged': { by: 'name?' },
    'refused.incident.resolved': {},
    'refused.incident.nobody': {},
  },
  {
    en: {
      'refused.incident.acknowledged': (p) => `${p.by ?? 'Somebody'} has acknowledged it already.`,
      'refused.incident.resolved': 'The incident is resolved already.',
      'refused.incident.nobody': 'There is no such person to assign the incident to.',
    },
  },
);
