import type { presenceFacts } from '../facts/presence.ts';
import type { WordsFor } from '../word.ts';
import { siteOf } from './parts.ts';

const goodbyes = {
  reboot: 'reboot',
  upgrade: 'upgrade',
  service_stop: 'service stop',
  shutdown: 'shutdown',
  sleep: 'sleep',
  server_restart: 'server restart',
};

const lineOf = (device: string | null, site: string | null, client: string | null): string =>
  device ?? `${site ?? 'the site'} of ${client ?? 'its client'}`;

export const presenceWords: WordsFor<typeof presenceFacts> = {
  'presence.pending': 'Enrolled, but it has never reported.',
  'presence.up': 'It reports.',
  'presence.starting': (p) =>
    `Not heard since ${p.heardAt}; the server has just started and does not judge absence yet.`,
  'presence.blind': (p) => `${p.blind} Last proof of life ${p.heardAt}.`,
  'presence.late': (p) =>
    `Last proof of life ${p.heardAt}${p.isLinkClosed ? '; its connection closed without a goodbye' : ''}.`,
  'presence.may-be-off': (p) => `Last proof of life ${p.heardAt}. Workstations may be off.`,
  'presence.lost': (p) => `${p.blame} Last proof of life ${p.heardAt.at}, ${p.heardAt.span} ago.`,
  'presence.goodbye': (p) => `The agent said ${goodbyes[p.goodbye]} at ${p.at}.`,
  'presence.shut-down': (p) => `The agent said ${goodbyes[p.goodbye]} at ${p.at}. A server is expected to run.`,
  'presence.expected': (p) => `The agent said ${goodbyes[p.goodbye]} at ${p.at} and is expected back by ${p.backBy}.`,
  'presence.overdue': (p) =>
    `${p.why === null ? '' : `${p.why} `}The agent said ${goodbyes[p.goodbye]} at ${p.at} and was expected back by ${p.backBy}.`,
  'blame.contact': 'No contact: host or link.',
  'blame.agent': (p) => `Agent lost, host answers: ${p.by} at ${p.at}: ${p.detail}`,
  'blame.host': (p) => `Host lost: ${p.by} at ${p.at}: ${p.detail}`,
  'blame.site': (p) => `Its site is out of contact: ${siteOf(p.site, p.client)}, since ${p.since}.`,
  'contact.over': (p) => (p.how === 'back' ? 'Contact is back' : 'The hours in which it is expected to run are over'),
  'site.lost': (p) =>
    `${siteOf(p.site, p.client)} is out of contact: ${p.silent} of ${p.total} always-on devices fell silent within ${p.withinMs}, from ${p.since} on.`,
  'site.lost.over': (p) =>
    `${siteOf(p.site, p.client)} is in contact again${p.areSomeSilent ? '; of whoever stays silent is told one by one' : ''}`,
  'site.emergency': (p) => {
    const which = `${p.away} of ${p.total} always-on devices of ${siteOf(p.site, p.client)}`;
    if (p.seenDown === p.away) return `Emergency: ${which} have been down for ${p.forMs} or more.`;
    const rest = p.seenDown === 0 ? 'nobody can see whether they run' : `${p.seenDown} of them are down`;
    return `Emergency: ${which} have been silent for ${p.forMs} or more; ${rest}.`;
  },
  'site.emergency.over': (p) => `More than half of ${siteOf(p.site, p.client)} is heard of again`,
  'site.power': (p) =>
    `${siteOf(p.site, p.client)}: ${p.restarted} of ${p.total} always-on machines restarted without a goodbye between ${p.from} and ${p.to}: a power cut, or something else that they share`,
  'site.power.over': 'A day has passed since its machines restarted together',
  'line.unsteady': (p, w) =>
    `The line of ${lineOf(p.device, p.site, p.client)} is unsteady: it dropped ${w.plural(p.drops, { one: '# time', other: '# times' })} in 7 days, ${p.lostMs} in all; last from ${p.lastAt} for ${p.lastMs}`,
  'line.unsteady.over': (p) => `The line of ${lineOf(p.device, p.site, p.client)} has not dropped for a week`,
};
