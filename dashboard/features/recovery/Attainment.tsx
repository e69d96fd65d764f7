import type { RecoveryAttainment } from '../../../protocol/api/recovery-attainment.ts';
import { nowMinuteMs } from '../../data/clock.ts';
import { span } from '../../parts/recovery/span.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { cutPercent } from '../../words/format.ts';
import { recovery } from './api.ts';
import { t } from './words.ts';

const DAY_MS = 86_400_000;
const DAYS = 30;

/** How the RPO was kept in the last thirty days. */
export function Attainment({ planId }: { planId: string }) {
  // To the whole minute: the same question is answered once.
  const to = nowMinuteMs.value;
  const loaded = useLoaded(`attainment ${planId} ${to}`, () => recovery.attainment(planId, to - DAYS * DAY_MS, to));
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('attainment.title')}</h2>
      </header>
      <Async loaded={loaded}>{(known) => <Parts known={known} />}</Async>
    </section>
  );
}

function Parts({ known }: { known: RecoveryAttainment }) {
  const { ratio, verifiedRatio, breachedMs, unknownMs, closedMs, outsideMs } = known;
  if (ratio === null) return <p class="quiet">{t('attainment.none')}</p>;
  return (
    <Facts across>
      <Fact label={t('attainment.kept')}>
        <strong>{percentOf(ratio)}</strong>
      </Fact>
      <Fact label={t('attainment.verified')}>{verifiedRatio === null ? '–' : percentOf(verifiedRatio)}</Fact>
      {breachedMs > 0 && <Fact label={t('attainment.breached')}>{span(breachedMs)}</Fact>}
      {unknownMs > 0 && <Fact label={t('attainment.unknown')}>{span(unknownMs)}</Fact>}
      {closedMs > 0 && <Fact label={t('attainment.closed')}>{span(closedMs)}</Fact>}
      {outsideMs > 0 && <Fact label={t('attainment.outside')}>{span(outsideMs)}</Fact>}
    </Facts>
  );
}

/** Cut, never rounded up: 99.999 % is not all of it. */
function percentOf(ratio: number): string {
  return cutPercent((Math.floor(ratio * 100_000) / 100_000).toFixed(5));
}
