import { part } from '../../said/part.ts';

/** Why a policy is not taken. */
export const settingsRefusals = part(
  {
    'refused.setting.unknown': { setting: 'name' },
    'refused.setting.number': { setting: 'name', unit: 'name', whole: 'flag' },
    'refused.setting.bound': {
      setting: 'name',
      unit: 'name',
      value: 'exact',
      bound: ['least', 'most'],
      limit: 'exact',
    },
    'refused.policy.rank': {},
    'refused.policies.most': { most: 'exact' },
    'refused.policy.edits': { most: 'count' },
    'refused.settings.instant': { days: 'count' },
    'refused.settings.admin': {},
  },
  {
    en: {
      'refused.setting.unknown': (p) => `There is no setting "${p.setting}". GET /api/v1/settings lists all of them.`,
      'refused.setting.number': (p) =>
        `The setting "${p.setting}" must be a ${p.whole ? 'whole ' : ''}number (${p.unit}).`,
      'refused.setting.bound': (p) =>
        `The setting "${p.setting}" is ${p.value}; it must be at ${p.bound} ${p.limit} (${p.unit}).`,
      'refused.policy.rank': 'Only policies of tags have a rank: leave "rank" out.',
      'refused.policies.most': (p) => `There are ${p.most} policies already. Remove some, or use tags.`,
      'refused.policy.edits': (p) =>
        `This policy was changed ${p.most} times lately, and all of these versions are kept for reports that come late. Remove it, so that farther levels decide, or wait a few days.`,
      'refused.settings.instant': (p) =>
        `Ask for an instant of the last ${p.days} days: what held before is not kept, and what will hold is not decided.`,
      'refused.settings.admin': 'Only an admin may set what holds for more than one device.',
    },
  },
);
