import type { incidentFacts } from '../facts/incidents.ts';
import type { WordsFor } from '../word.ts';

const matches = {
  device: 'The same device',
  service: 'The same service',
  near: 'Another device at the same site',
  site: 'The same site',
  client: 'The same client',
};

const times = {
  before: 'before it began',
  during: 'after it began, while it went on',
  after: 'after it was resolved',
};

export const incidentWords: WordsFor<typeof incidentFacts> = {
  nothing: '',
  flapping: (p, w) =>
    `${p.headline} (flapping: ${w.plural(p.changes, { one: '# change', other: '# changes' })} in the last ${w.plural(p.results, { one: '# result', other: '# results' })}, ${p.ratio}; told again when it is calm)`,
  'flapping.over': (p) => `No longer flapping: ${p.headline}`,
  'flapping.calm': (p) => `No longer flapping, but not well: ${p.headline}`,
  'explained.site': 'Explained by another incident: its site is out of contact',
  'explained.power': 'Explained by another incident: the machines of its site restarted together',
  'explained.disk': 'Explained by another incident: the file system is short of space already',
  'explained.service': (p) => `Explained by another incident: the service ${p.service} is down`,
  'explained.server': 'Explained by the server itself being blind',
  'explained.over': 'What explained it is over, and it still stands',
  reminder: (p) => `Open for ${p.openMs}, and nobody has acknowledged it`,
  assigned: (p) => p.to ?? '',
  'report.headline': (p) => `${p.reporter} reports: ${p.text}`,
  'report.attached': (p) => `${p.reporter} reported it at ${p.at}: ${p.text}`,
  'report.other': (p) => `It is about another incident: ${p.headline}`,
  'report.match': (p) => `${matches[p.place]}; reported ${p.byMs} ${times[p.time]}.`,
  'report.taken': (p) =>
    p.knownSince === null
      ? 'Thank you. Your report has reached us, and we will look at it.'
      : `We know about this since ${p.knownSince} and are working on it. Thank you for telling us.`,
  'priority.set': (p) => `Priority ${p.from} to ${p.to}: ${p.why}`,
  'identity.another': (p) =>
    `Another machine at ${p.address} uses the identity of ${p.device}, and was refused: it is not the machine that was enrolled. If somebody copied its disk or its key, enrol the copy anew, or retire this device if it was stolen. If it is ${p.device} with a new system, enrol it again with --force.`,
  'identity.twin': (p) =>
    `Two machines that are alike use the identity of ${p.device} at the same time. The one that was there first is judged; what the other, at ${p.address}, reports is kept apart until somebody says which one is ${p.device}.`,
  'identity.calm': 'Nobody else has used this identity for an hour',
  'identity.decided': (p, w) => {
    const reports = { one: '# report that was', other: '# reports that were' };
    const kept = p.keptReports === null ? '' : ` ${w.plural(p.keptReports, reports)} kept of it are taken in.`;
    const dropped = p.droppedReports > 0 ? ` ${w.plural(p.droppedReports, reports)} kept of it are dropped.` : '';
    const others = p.others.map((address) => address || 'an unknown address').join(', ');
    return `${p.device} is the machine at ${p.address ?? 'an unknown address'}.${kept} The other, at ${others}, is refused until it is enrolled anew.${dropped}`;
  },
};
