import type { ContractTerms } from '../../../protocol/api/contract.ts';
import { applyPreset } from '../../data/contract-draft.ts';
import { TextField } from '../../ui/Field.tsx';
import { Segmented } from '../../ui/Segmented.tsx';
import { t } from '../../words/i18n.ts';
import type { CardProps, Preset } from './card.ts';

const tiers = ['standard', 'advanced', 'premium', 'own'] as const satisfies readonly ContractTerms['tier'][];

/** The tier, which fills the rest of the form. */
export function TierCard({ terms, presets, change }: CardProps & { presets: readonly Preset[] }) {
  const choose = (tier: ContractTerms['tier']) => {
    const preset = presets.find((each) => each.tier === tier)?.terms;
    change(preset && tier !== 'own' ? applyPreset(terms, preset) : { tier });
  };
  return (
    <section class="card form">
      <h2>{t('contract.tier')}</h2>
      <Segmented
        label={t('contract.tier')}
        value={terms.tier}
        options={tiers.map((value) => ({ value, label: t(`tier.${value}`) }))}
        onChange={choose}
      />
      <p class="hint">{t('contract.tierHint')}</p>
      <TextField
        label={t('contract.tierName')}
        value={terms.tierName}
        autoComplete="off"
        onInput={(tierName) => change({ tierName })}
      />
    </section>
  );
}
