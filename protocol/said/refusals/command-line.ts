import { part } from '../part.ts';

/** Why the command line does not do what it is asked, besides how it was asked (`usage`). */
export const commandLineSaid = part(
  {
    'refused.cli.no-agent': {},
    'refused.cli.agent-runs': { pid: 'digits', folder: 'text' },
    'refused.cli.agent-says': { text: 'typed' },
    'refused.cli.unwell': { subjects: 'names' },
    'refused.cli.no-answer': {},
    'refused.cli.no-account': { email: 'name' },
    'refused.cli.no-operation': { name: 'name' },
    'refused.cli.no-client': { name: 'name' },
    'refused.cli.no-site': { client: 'name', site: 'name' },
    'refused.cli.no-device': { client: 'name', device: 'name' },
    'refused.cli.several-devices': { client: 'name', device: 'name', ids: 'names' },
  },
  {
    en: {
      'refused.cli.no-agent': 'The agent is not built. Build it with: npm run build',
      'refused.cli.agent-runs': (p) => `An agent (process ${p.pid}) runs on ${p.folder} already; it is left alone.`,
      'refused.cli.agent-says': (p) => `The agent of this machine says: ${p.text}`,
      'refused.cli.unwell': (p) => `Not well: ${p.subjects.join(', ')}.`,
      'refused.cli.no-answer':
        'The server of this data folder does not answer: it may be starting or stopping. Retry in a moment.',
      'refused.cli.no-account': (p) => `There is no account with the address ${p.email}.`,
      'refused.cli.no-operation': (p) => `There is no operation "${p.name}".`,
      'refused.cli.no-client': (p) => `There is no client called "${p.name}".`,
      'refused.cli.no-site': (p) => `${p.client} has no site called "${p.site}".`,
      'refused.cli.no-device': (p) => `${p.client} has no device called "${p.device}".`,
      'refused.cli.several-devices': (p) =>
        `${p.client} has several devices called "${p.device}". Give the id: ${p.ids.join(', ')}.`,
    },
  },
);
