import { readConfig } from '../app/config/config.ts';
import { withAdministration } from './administration.ts';
import { type Command, choice, optional } from './command.ts';

/** Keys of machines, such as Prometheus. */
export const apiKeyCommands: readonly Command[] = [
  {
    name: 'apikey create',
    usage: '--role admin|technician|viewer|metrics [--client NAME] [--name NAME]',
    summary: 'make an API key, for one client or for all',
    options: { role: { type: 'string' }, client: { type: 'string' }, name: { type: 'string' } },
    async run({ options, output }) {
      const role = choice(options, 'role', ['admin', 'technician', 'viewer', 'metrics']);
      const input = { role, clientName: optional(options, 'client'), name: optional(options, 'name') ?? `${role} key` };
      const created = await withAdministration(readConfig(), (perform) => perform('api-key.create', input));
      output.result(created, created.key);
      output.say('Keep it now: it is shown this once. Use it as  Authorization: Bearer KEY');
    },
  },
];
