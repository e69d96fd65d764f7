import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { ResponseClockView } from '../../../protocol/api/contract.ts';
import type { IncidentDetail } from '../../../protocol/api/view.ts';
import { onSiteClock } from '../../data/deadline.ts';
import { desk } from '../../data/desk-api.ts';
import { canAct } from '../../data/store.ts';
import { DeadlineClock } from '../../parts/DeadlineClock.tsx';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { When } from '../../ui/Ago.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { serviceHours, timeIn } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { ChangePriority, PauseClock } from './ClockActions.tsx';
import { ClockExplanation } from './ClockExplanation.tsx';

interface ClockCardProps {
  readonly incident: IncidentDetail;
  readonly onDone: (next: IncidentDetail) => void;
}

/** By when somebody has to answer, how that was computed, and what stops or changes it. */
export function ClockCard({ incident, onDone }: ClockCardProps) {
  const explained = useSignal(false);
  const explanationId = useId();
  const { clock } = incident;
  if (clock === null) return null;
  const onSite = onSiteClock(clock);
  return (
    <section class="card clock-card">
      <header class="card-head">
        <h2>{t('clock.title')}</h2>
        <button
          type="button"
          class="link"
          aria-expanded={explained.value}
          aria-controls={explanationId}
          onClick={() => {
            explained.value = !explained.value;
          }}
        >
          {t(explained.value ? 'clock.hide' : 'clock.how')}
        </button>
      </header>
      <div class="clock-figures">
        <DeadlineClock clock={clock} showNone />
        {onSite && <DeadlineClock clock={onSite} label={t('deadline.onSite')} />}
      </div>
      <ClockFacts clock={clock} />
      <div id={explanationId}>{explained.value && <Explanation incident={incident} />}</div>
      {canAct.value && incident.state !== 'resolved' && (
        <div class="clock-actions">
          <ClockActions incident={incident} clock={clock} onDone={onDone} />
        </div>
      )}
    </section>
  );
}

function ClockFacts({ clock }: { clock: ResponseClockView }) {
  return (
    <Facts across class="clock-facts">
      <Fact label={t('clock.due')}>
        {clock.dueAt === null ? (
          t(clock.outcome === 'paused' ? 'clock.duePaused' : 'deadline.none')
        ) : (
          <>
            <When at={clock.dueAt} /> <span class="quiet">{inZone(clock, clock.dueAt)}</span>
          </>
        )}
      </Fact>
      <Fact label={t('clock.started')}>
        <When at={clock.startedAt} />
      </Fact>
      <Fact label={t('clock.target')}>
        {clock.targetMs === null ? t('deadline.none') : t('clock.business', { span: serviceHours(clock.targetMs) })}
      </Fact>
      <Fact label={t('clock.counts')}>{countsAs(clock)}</Fact>
      <Fact label={t('clock.endsAt')}>
        {t(`times.${clock.endsAt}`)} {clock.respondedAt !== null && <When at={clock.respondedAt} />}
      </Fact>
    </Facts>
  );
}

/** The same moment on the wall clock of the contract, where that is another one. */
function inZone({ timeZone }: ResponseClockView, at: string): string {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return timeZone === here ? '' : t('clock.inZone', { time: timeIn(timeZone, Date.parse(at)), zone: timeZone });
}

function countsAs({ binding, contractual, contractVersion }: ResponseClockView): string {
  if (!binding) return t('clock.shownOnly');
  if (!contractual) return t('clock.internal');
  return contractVersion === null ? t('clock.noContract') : t('clock.contract', { version: contractVersion });
}

function Explanation({ incident }: { incident: IncidentDetail }) {
  const loaded = useLoaded(`${incident.id} ${incident.updatedAt}`, () => desk.clock(incident.id));
  return <Async loaded={loaded}>{(explanation) => <ClockExplanation explanation={explanation} />}</Async>;
}

function ClockActions({ incident, clock, onDone }: ClockCardProps & { clock: ResponseClockView }) {
  const { onSite } = clock;
  return (
    <>
      {clock.outcome === 'paused' && (
        <ActionButton run={async () => onDone(await desk.resumeClock(incident.id))}>{t('clock.resume')}</ActionButton>
      )}
      {clock.outcome === 'running' && <PauseClock incident={incident} onDone={onDone} />}
      <ChangePriority incident={incident} onDone={onDone} />
      {onSite === null && incident.onSiteAt === null && (
        <ActionButton run={async () => onDone(await desk.needOnSite(incident.id))} title={t('clock.needOnSiteHint')}>
          {t('clock.needOnSite')}
        </ActionButton>
      )}
    </>
  );
}
