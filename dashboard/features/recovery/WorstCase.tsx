import type { ComponentChildren } from 'preact';
import type { RecoveryWorstCase } from '../../../protocol/api/recovery.ts';
import { span } from '../../parts/recovery/span.ts';
import { When } from '../../ui/Ago.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Words } from '../../ui/Words.tsx';
import { rich, t } from './words.ts';

/** The most work that is lost although every run succeeds, and whether the promise holds then. `children`: what to do about it. */
export function WorstCase({ worst, children }: { worst: RecoveryWorstCase | null; children?: ComponentChildren }) {
  if (worst === null) return <p class="quiet">{t('plan.unknownWorst')}</p>;
  const { exposureMs, from, to, verdict } = worst;
  const isKept = verdict === null || verdict.hold === 'holds';
  return (
    <div class="worst-case">
      <p class={isKept ? 'worst-holds' : 'health-warning'}>
        <Icon name={isKept ? 'check' : 'warning'} size={16} />
        <span>
          {verdict === null ? t('form.previewHolds', { span: span(exposureMs) }) : <Words said={verdict.said} />}
        </span>
      </p>
      <p class="quiet">
        {t('plan.worst')}: {span(exposureMs)},{' '}
        {rich('plan.worstSpan', { from: <When at={from} />, to: <When at={to} /> })}
      </p>
      {children}
    </div>
  );
}
