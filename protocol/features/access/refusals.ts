import { part } from '../../said/part.ts';

/** Why nobody is let in, and no machine. */
export const accessRefusals = part(
  {
    'refused.key.too-wide': {},
    'refused.clock.skew': { seconds: 'exact', side: ['ahead', 'behind'] },
    'refused.file.unknown': { name: 'name' },
    'refused.file.missing': { name: 'name', path: 'text' },
    'refused.runtime.failed': { platform: 'name', why: 'text' },
    'refused.runtime.coming': { platform: 'name' },
    'refused.either': { one: 'name', other: 'name' },
  },
  {
    en: {
      'refused.key.too-wide': 'A key that is limited to one client makes keys of that client only.',
      'refused.clock.skew': (p) =>
        `The clock of this machine is ${p.seconds} s ${p.side === 'ahead' ? 'ahead of' : 'behind'} the clock of the server. Set it right (or the server's) and enrol again.`,
      'refused.file.unknown': (p) => `There is no file "${p.name}" to install.`,
      'refused.file.missing': (p) =>
        `The server has no ${p.name} (${p.path}). Run there: npm run build, and restart it.`,
      'refused.runtime.failed': (p) => `The server could not prepare the Node runtime for ${p.platform}: ${p.why}`,
      'refused.runtime.coming': (p) =>
        `The server is preparing the Node runtime for ${p.platform}. Ask again in a few seconds.`,
      'refused.either': (p) => `Send either "${p.one}" or "${p.other}".`,
    },
  },
);
