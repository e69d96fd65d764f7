import { speak } from '../../words/i18n.ts';

/** The words of what is protected, wherever it is shown. */
export const { t, rich } = speak({
  title: 'Recovery',
  all: 'All plans',
  noneDevice: 'No backup of this machine is watched.',
  noneClient: 'No backup of this client is watched.',
  plan: 'Plan a backup',
  newest: 'newest {when}',
  never: 'no backup yet',
  atRisk: 'Recovery at risk',
  more: { one: 'and {count} more', other: 'and {count} more' },

  'stage.kept': 'Kept',
  'stage.overdue': 'Overdue',
  'stage.at_risk': 'At risk',
  'stage.breached': 'Breached',
  'stage.unproven': 'Not proven',
  'stage.blind': 'Cannot look',
  ofTarget: '{span} of {target}',
  noTarget: '{span}, nothing promised',
  noPoint: 'no whole backup',
});
