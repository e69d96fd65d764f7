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
