import { part } from '../../said/part.ts';

/** Why a receiver is not taken. */
export const tellingRefusals = part(
  {
    'refused.receivers.most': { most: 'exact' },
    'refused.receiver.moved': {},
    'refused.receiver.name': {},
    'refused.receiver.password': {},
    'refused.receiver.no-tls': {},
    'refused.receiver.bot': {},
    'refused.receiver.ntfy': {},
    'refused.receiver.host': {},
    'refused.receiver.mail': { address: 'name' },
    'refused.receiver.chat': {},
    'refused.receiver.url': { address: 'text' },
    'refused.receiver.user': {},
    'refused.receiver.http': {},
    'refused.receiver.private': { why: 'said' },
  },
  {
    en: {
      'refused.receivers.most': (p) => `There are ${p.most} receivers already. Remove one first.`,
      'refused.receiver.moved': 'The receiver is at another place now: enter its password or token again.',
      'refused.receiver.name': 'The name is one line of text.',
      'refused.receiver.password': 'A user needs a password. Enter it, or leave the user empty.',
      'refused.receiver.no-tls':
        'A password is not sent without TLS. Choose implicit TLS or STARTTLS, or leave the user empty.',
      'refused.receiver.bot': 'Enter the token of the bot as BotFather gave it, such as 123456:ABC-DEF.',
      'refused.receiver.ntfy': 'The token of ntfy has no spaces. It looks like tk_abc123.',
      'refused.receiver.host': 'The host is a name or an address, such as smtp.example.com.',
      'refused.receiver.mail': (p) =>
        `"${p.address}" is not an e-mail address. Use one such as ops@example.com, without a name.`,
      'refused.receiver.chat': 'The chat is a number such as -1001234567890, or the @name of a public channel.',
      'refused.receiver.url': (p) =>
        `"${p.address}" is not a web address. Use one such as https://hooks.example.com/vigia.`,
      'refused.receiver.user': 'The address must not hold a user or password: addresses are shown and logged.',
      'refused.receiver.http': 'Use https://: without TLS anybody on the way can read along.',
      'refused.receiver.private': (p) =>
        `${p.why} For a receiver in your own network, start the server with VIGIA_NOTIFY_PRIVATE=1.`,
    },
  },
);
