import { part } from '../../said/part.ts';

/** Why machines with one identity are left as they are. */
export const twinRefusals = part(
  {
    'refused.twins.decided': {},
    'refused.twins.taking': {},
    'refused.twins.undecided': {},
  },
  {
    en: {
      'refused.twins.decided': 'Only one machine uses this identity, or somebody has decided already.',
      'refused.twins.taking': 'What was kept of the machine chosen last is still being taken in. Try again soon.',
      'refused.twins.undecided': 'Two machines use this identity. Say which one it is; that resolves the incident.',
    },
  },
);
