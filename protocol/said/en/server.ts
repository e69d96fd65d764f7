import type { serverFacts } from '../facts/server.ts';
import type { WordsFor } from '../word.ts';

const causes = {
  missing: 'History is gone, as series.db was not there when the server started',
  older: 'History is gone, as series.db was older than what the server had acknowledged',
  set_aside: 'History cannot be read any more, as series.db had a format that is no longer read and was set aside',
  damaged: 'Stored history was damaged and set aside',
};
const advice = {
  missing: 'Put the file back where it was moved, with the server stopped, or restore a backup',
  older: 'A backup may still hold these hours',
  set_aside: 'The file that was set aside still holds these hours',
  damaged: 'Check the disk of the server; a backup may still hold these hours',
};

/** What others say, as a part of a sentence. */
const stopless = (text: string): string => text.replace(/\.$/, '');

export const serverWords: WordsFor<typeof serverFacts> = {
  'server.blind.storage': (p) => `The server itself is blind since ${p.since}: ${p.detail}`,
  'server.blind.anchors': (p) =>
    `The server itself is blind since ${p.since}: none of its anchors (${p.anchors}) can be reached.`,
  'server.blind.fleet': (p, w) =>
    `The server itself is blind since ${p.since}: ${p.silent} of ${p.total} always-on devices of ${w.plural(p.clients, { one: '# client', other: '# clients' })} fell silent together.`,
  'server.blind.was': (p) =>
    `The server itself could not see from ${p.from} to ${p.to}: ${p.why === 'start' ? 'the server was not running' : 'the server stood still'}, and agents had time to return.`,
  'server.blind.over': 'The server sees again',
  'server.clock.doubt': (p, w) => {
    const asked =
      p.asked === 0
        ? ''
        : `, and of ${w.plural(p.asked, { one: '# agent', other: '# agents' })} that were heard since ${p.agreeing} agree with that`;
    return `The time of day of the server was set: it is ${p.offMs} ${p.side === 'ahead' ? 'ahead of' : 'behind'} the pace of its own clock${asked}. The server keeps its own time until it is clear which is right; set the clock of its machine.`;
  },
  'server.clock.followed': (p, w) => {
    const why =
      p.asked === 0
        ? 'no agent could be asked'
        : `${p.agreeing} of ${w.plural(p.asked, { one: '# agent', other: '# agents' })} agree with it`;
    return `The time of day of the server was set ${p.byMs} ${p.direction}, and the server follows it: ${why}. What was measured meanwhile may be dated wrong if it was a mistake; check the clock of its machine.`;
  },
  'server.clock.over': 'The clocks of the server agree again',
  'server.journal': (p) => `The server cannot store reports: ${stopless(p.why)}. Agents keep theirs until it can.`,
  'server.state': (p) => `The server cannot write its state: ${p.why}`,
  'server.defect': (p) => {
    const part = p.isWhole ? p.part : `some of ${p.part}`;
    return `A defect keeps the server from following ${part}: ${stopless(p.why)}.${p.goesOn ? ' Everything else goes on.' : ''}`;
  },
  'server.still': (p) =>
    p.duty === 'evaluating'
      ? `The server has not judged its devices for more than ${p.forMs}.`
      : `The server has not looked at its messages for more than ${p.forMs}.`,
  'server.heartbeat': (p) =>
    `The heartbeat does not reach ${p.host}: ${p.why} Whoever waits for it will think that this server is down.`,
  'server.audit-head': (p) => `The head of the audit log does not reach ${p.host}: ${p.why}`,
  'server.setting-ignored': (p, w) => {
    const more =
      p.more === 0 ? '' : ` So ${w.plural(p.more, { one: 'is # other value', other: 'are # other values' })}.`;
    return `A stored value of the setting ${p.name} is passed over, in the policy ${p.policy}: this version of Vigia cannot use it. Set it anew.${more}`;
  },
  'server.certificate': (p) => {
    const states = {
      expired: `expired on ${p.on}. Browsers warn; renew it.`,
      expiring: `expires on ${p.on}. Renew it.`,
      early: 'is not valid yet. Check the clock of this machine.',
    };
    return `The TLS certificate ${p.path} ${states[p.state]}`;
  },
  'server.exposed': (p) =>
    `Other users of this machine may read ${p.path}${p.more > 0 ? ` and ${p.more} more` : ''}, where passwords and keys are kept. Give the data folder and all in it to the user that runs the server, on a file system that keeps rights (chmod -R go= on it).`,
  'server.telling': (p) => p.parts.join(' '),
  'server.receiver-stuck': (p) => `${p.receiver} gets no messages: ${p.why ?? 'nobody knows why.'}`,
  'server.messages-lost': (p, w) => {
    const were = w.plural(p.count, { one: 'was', other: 'were' });
    return `In the last day ${p.count} of the messages to ${p.receiver} ${were} given up after three days of trying.`;
  },
  'server.mute': (p) => `Nobody is told of anything: ${p.why}`,
  answered: (p) => `it answered ${p.status}.`,
  unreachable: (p) => `it cannot be reached${p.code === null ? '' : ` (${p.code})`}.`,
  'history.lost': (p) =>
    `${p.losses.join(' ')} Availability, incidents and contracts are kept elsewhere and lose nothing by it.`,
  'history.lost.kind': (p) =>
    `${causes[p.kind]}: ${p.of.join('; ')}${p.more > 0 ? `; and ${p.more} more` : ''}. ${advice[p.kind]}.`,
  'history.lost.of': (p) => {
    const who = p.isSome ? 'some devices' : (p.device ?? 'a removed device');
    if (p.from === null) return `${who}, at an unknown time`;
    return p.to === null ? `${who} from ${p.from}` : `${who} from ${p.from} to ${p.to}`;
  },
  'history.lost.over': 'A week has passed since hours of history were found missing',
};
