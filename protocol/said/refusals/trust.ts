import { NOT_A_TOKEN } from '../../api/enrolment.ts';
import { part } from '../part.ts';

/** By the names that the library has for them. */
export const weaknesses = [
  'simpleRepeat',
  'extendedRepeat',
  'sequences',
  'straightRow',
  'keyPattern',
  'dates',
  'recentYears',
  'topTen',
  'topHundred',
  'common',
  'similarToCommon',
  'userInputs',
  'other',
] as const;

const guessWords = {
  simpleRepeat: 'It repeats the same character.',
  extendedRepeat: 'It repeats the same part.',
  sequences: 'It follows the order of the alphabet or of numbers.',
  straightRow: 'It is a row of the keyboard.',
  keyPattern: 'It follows a pattern of the keyboard.',
  dates: 'It is made of dates.',
  recentYears: 'It is made of years.',
  topTen: 'It is one of the ten passwords used most.',
  topHundred: 'It is one of the hundred passwords used most.',
  common: 'It is on the lists of common passwords.',
  similarToCommon: 'It is close to a common password.',
  userInputs: 'It is made of what anybody knows of its owner.',
  other: 'It is made of parts that are easy to guess.',
};

/** Why somebody is not let in, why a secret is not taken, and where the server does not reach out to. */
export const trustSaid = part(
  {
    'refused.password.current': {},
    'refused.password.weak': { why: weaknesses },
    'refused.password.short': { least: 'count' },
    'refused.password.long': { most: 'exact' },
    'refused.logins.busy': {},
    'refused.logins.failed': { seconds: 'count' },
    'refused.left.strange': { id: 'name' },
    'refused.secret.sealed': {},
    'refused.secret.no-key': { path: 'text' },
    'refused.token.shape': {},
    'refused.token.foreign': {},
    'refused.agent.elsewhere': {},
    'refused.address.plain-mail': { host: 'name' },
    'refused.address.plain-post': { host: 'name' },
    'refused.address.kind': { host: 'name', address: 'name', kind: ['public', 'private', 'never'] },
    'refused.address.unknown': { host: 'name' },
  },
  {
    en: {
      'refused.password.current': 'The current password is wrong.',
      'refused.password.weak': (p) =>
        `This password would be guessed soon. ${guessWords[p.why]} Use a longer one, such as four unusual words.`,
      'refused.password.short': (p) => `The password needs at least ${p.least} characters.`,
      'refused.password.long': (p) => `The password is longer than ${p.most} bytes.`,
      'refused.logins.busy': 'Too many logins at once. Retry in a moment.',
      'refused.logins.failed': (p) => `Too many failed logins. Wait ${p.seconds} s and retry.`,
      'refused.left.strange': (p) =>
        `"${p.id}" is no key, token or link of theirs that still works. Look at the list again.`,
      'refused.secret.sealed':
        'A stored secret cannot be opened with secret.key in the data folder. Restore that file, or enter the secret again.',
      'refused.secret.no-key': (p) =>
        `${p.path} does not hold the key of the stored secrets. Restore it from a backup. If it is lost for good, remove the file and enter the passwords of all receivers again.`,
      'refused.token.shape': NOT_A_TOKEN,
      'refused.token.foreign': 'This enrolment token was made by another server. Create one on this server.',
      'refused.agent.elsewhere':
        'The key of this agent is enrolled at another client. Retire that device first, or remove the agent with its data.',
      'refused.address.plain-mail': (p) => `${p.host} is another machine: mail goes there over TLS only.`,
      'refused.address.plain-post': (p) => `${p.host} is not in a private network: use https:// there.`,
      'refused.address.kind': (p) => {
        const where = p.host === p.address ? p.address : `${p.host} is at ${p.address}, which`;
        return p.kind === 'never'
          ? `${where} is not the address of a host that this server may reach.`
          : `${where} is on this machine or in a private network, which this server does not reach out to.`;
      },
      'refused.address.unknown': (p) => `The name ${p.host} has no address. Check its spelling and the name server.`,
    },
  },
);
