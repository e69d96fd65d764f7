import { text } from 'node:stream/consumers';
import { VigiaError } from '../../protocol/error.ts';
import { readConfig } from '../app/config/config.ts';
import { withAdministration } from './administration.ts';
import { type Command, choice, optional, required } from './command.ts';

/** People who may log in. */
export const userCommands: readonly Command[] = [
  {
    name: 'user create',
    usage: '--email E --role admin|technician|viewer --password-stdin [--name NAME]',
    summary: 'make an account; the password is read from standard input',
    options: {
      email: { type: 'string' },
      role: { type: 'string' },
      name: { type: 'string' },
      'password-stdin': { type: 'boolean' },
    },
    async run({ options, output }) {
      const email = required(options, 'email');
      const role = choice(options, 'role', ['admin', 'technician', 'viewer']);
      const name = optional(options, 'name') ?? email.split('@', 1)[0] ?? email;
      if (options['password-stdin'] !== true) {
        throw new VigiaError('usage', 'Give the password on standard input and say so with --password-stdin.');
      }
      // A line break at the end is the shell's, not the password's.
      const password = (await text(process.stdin)).replace(/\r?\n$/, '');
      const input = { email, name, role, password };
      const user = await withAdministration(readConfig(), (perform) => perform('user.create', input));
      output.result(user, `Created the ${user.role} ${user.email}.`);
    },
  },
  {
    name: 'user reset-link',
    usage: '--email E',
    summary: 'make a one-time link to a new password, for who forgot theirs',
    options: { email: { type: 'string' } },
    async run({ options, output }) {
      const email = required(options, 'email');
      const made = await withAdministration(readConfig(), (perform) => perform('user.reset-link', { email }));
      output.result(made, made.url);
      output.say(`It works once, until ${made.expiresAt}, and is shown this once.`);
    },
  },
];
