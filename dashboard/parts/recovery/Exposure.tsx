import type { RecoveryPlanRow } from '../../../protocol/api/recovery.ts';
import { span } from './span.ts';
import { shareOfTarget } from './stages.ts';
import { t } from './words.ts';

interface ExposureProps {
  readonly plan: Pick<RecoveryPlanRow, 'standing' | 'rpo'>;
}

/** What would be lost now against what was promised: full is the promise, and what is over it is told by shape too. */
export function Exposure({ plan }: ExposureProps) {
  const share = shareOfTarget(plan);
  return (
    <span class={share !== null && share > 1 ? 'exposure exposure-over' : 'exposure'}>
      <span class="exposure-text">{exposureText(plan)}</span>
      {share !== null && (
        <span class="exposure-track" aria-hidden="true">
          <span class="exposure-fill" style={{ width: `${Math.min(1, share) * 100}%` }} />
        </span>
      )}
    </span>
  );
}

export function exposureText({ standing, rpo }: ExposureProps['plan']): string {
  if (standing.exposureMs === null) return t('noPoint');
  const lost = span(standing.exposureMs);
  return rpo.minutes === null
    ? t('noTarget', { span: lost })
    : t('ofTarget', { span: lost, target: span(rpo.minutes * 60_000) });
}
