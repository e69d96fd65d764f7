import { part } from '../../said/part.ts';

/** Why what people report is not taken. */
export const ticketRefusals = part(
  {
    'refused.portal.many': {},
    'refused.portal.dead': {},
    'refused.report.linked': {},
    'refused.report.explained': {},
    'refused.report.future': {},
    'refused.report.old': {},
  },
  {
    en: {
      'refused.portal.many':
        'We have had many reports from you within the hour and are looking at them. Call us if yours is about something else.',
      'refused.portal.dead': 'This link no longer works. Ask the people who look after your computers for the new one.',
      'refused.report.linked': 'It belongs to this incident already.',
      'refused.report.explained': 'That incident is explained by the one the report belongs to.',
      'refused.report.future': 'The report is dated in the future. Give the time at which you were told.',
      'refused.report.old': 'The report is older than a year.',
    },
  },
);
