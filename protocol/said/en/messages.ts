import type { messageFacts } from '../facts/messages.ts';
import type { WordsFor } from '../word.ts';
import { some } from './parts.ts';

const listTitles = {
  digest: 'Daily digest',
  summary: 'Many messages at once',
  missed: 'What could not be told',
};

const listLeads = {
  digest: 'What can wait for the morning, since the last digest.',
  summary: 'So much happened that single messages would hide one another. This is what would have been told.',
  missed: 'This receiver could not be reached for a while. This is what is true now of what it missed.',
};

const answerers = { receiver: 'The receiver', telegram: 'Telegram', mail: 'The server of mail' };

const named = (names: readonly string[], more: number): string =>
  `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;

export const messageWords: WordsFor<typeof messageFacts> = {
  program: (p) => p.text,
  unanswered: (p) => `There was no answer within ${p.withinMs}.`,
  'list.title': (p, w) =>
    `${listTitles[p.list]}: ${w.plural(p.entries, { one: '# entry', other: '# entries' })}, ${p.open} open`,
  'list.lead': (p) => listLeads[p.list],
  'test.title': 'Test message from Vigia',
  'test.lead': 'This is a test. If you can read it, this receiver works.',
  'trouble.title': 'HIGH Vigia itself cannot do its work',
  'trouble.lead': (p) =>
    `${p.what.join(' ')} Until that is mended devices are not judged and no other message is sent.`,
  'trouble.over.title': 'RESOLVED Vigia itself works again',
  'trouble.over.lead':
    'The trouble of the server is over. Devices are judged again, and what was reported meanwhile is being taken in.',
  'unseen.title': 'Workstations out of sight',
  unseen: (p, w) => {
    const count = w.plural(p.count, { one: 'One workstation has', other: '# workstations have' });
    return `${count} not been seen for ${p.afterMs} or more: ${named(p.longest, p.more)}.`;
  },
  'unseen.device': (p) => `${p.device} (since ${p.since})`,
  'drives.low.title': 'Workstations short of space',
  'drives.low': (p, w) => {
    const count = w.plural(p.count, { one: 'One workstation has', other: '# workstations have' });
    return `${count} less than ${p.belowBytes} left on the system drive: ${named(p.lowest, p.more)}.`;
  },
  'drives.low.device': (p) => `${p.device} (${p.availableBytes})`,
  'maintenance.ended': (p) =>
    `Maintenance "${p.title}" of ${p.client ?? 'a client'} ended at ${p.at} after ${p.tookMs}. ${p.returns} ${p.incidents}`,
  'maintenance.returns': (p, w) => {
    if (p.total === 0) return 'No device had to come back.';
    const total = w.plural(p.total, { one: '# device', other: '# devices' });
    const boots = p.back === 0 ? '' : `; ${p.restarted === 0 ? 'none' : p.restarted} of them restarted`;
    const missing = p.missing.length === 0 ? '' : ` Not back: ${some(p.missing)}.`;
    return `${p.back} of ${total} came back, proved by a report after the end${boots}.${missing}`;
  },
  'maintenance.incidents': (p, w) => {
    if (p.raised === 0) return 'No incident was raised meanwhile.';
    const raised = w.plural(p.raised, { one: '# incident was', other: '# incidents were' });
    return `${raised} raised meanwhile; ${p.open === 0 ? 'none is open any more' : `${p.open} still open`}.`;
  },
  'delivery.removed': 'The receiver was removed.',
  'delivery.given-up': (p) => `Given up after ${p.afterMs}: ${p.why}`,
  'delivery.full': (p, w) =>
    `${w.plural(p.waiting, { one: '# message waits', other: '# messages wait' })} for this receiver already.`,
  'delivery.unreadable': 'The message cannot be read.',
  'delivery.answered': (p) => {
    const answered = `${answerers[p.by]} answered${p.status === null ? '' : ` ${p.status}`}`;
    return p.text === '' ? `${answered}.` : `${answered}: ${p.text}`;
  },
  'delivery.redirected': (p) =>
    `The receiver answered ${p.status}, a redirect, which is not followed. Enter the final address.`,
  'delivery.misread': (p) => `The answer is not one of ${p.as === 'telegram' ? 'the Bot API' : 'ntfy'}: ${p.text}`,
  'delivery.no-secret': (p) =>
    p.secret === 'bot_token'
      ? 'The receiver has no bot token. Enter the one that BotFather gave you.'
      : 'The receiver has a user but no password. Enter it.',
  'delivery.no-starttls': (p) => `The server of mail offers no STARTTLS, so nothing was sent. It answered: ${p.text}`,
  'delivery.closed': 'The server closed the connection.',
};
