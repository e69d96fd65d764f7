import type { OnboardingFinding } from '../../protocol/api/view.ts';
import { When } from '../ui/Ago.tsx';
import { Words } from '../ui/Words.tsx';
import { rich, t } from '../words/i18n.ts';

/** What already held when the machine was enrolled: known, listed, without a clock. */
export function Onboarding({ findings }: { findings: readonly OnboardingFinding[] }) {
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('onboarding.title')}</h2>
      </header>
      <p class="hint">{t('onboarding.hint')}</p>
      <ul class="findings">
        {findings.map((finding) => (
          <li key={`${finding.rule} ${finding.object}`}>
            <Words said={finding.said} at={finding.foundAt} />{' '}
            <span class="quiet">{rich('onboarding.found', { when: <When at={finding.foundAt} /> })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
