import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { ClockEnd } from '../../../protocol/api/contract.ts';
import type { IncidentDetail } from '../../../protocol/api/view.ts';
import { desk } from '../../data/desk-api.ts';
import { canAct } from '../../data/store.ts';
import { AcknowledgeButton } from '../../parts/IncidentParts.tsx';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { When } from '../../ui/Ago.tsx';
import { AskButton } from '../../ui/AskButton.tsx';
import { TextArea } from '../../ui/Field.tsx';
import { duration } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';

interface FourTimesProps {
  readonly incident: IncidentDetail;
  readonly onDone: (next: IncidentDetail) => void;
}

/** How far people got: four times, each with its act in place while it is still to come. */
export function FourTimes({ incident, onDone }: FourTimesProps) {
  const { acknowledgedAt, respondedAt, onSiteAt, resolvedAt, state } = incident;
  const mayAct = canAct.value && state !== 'resolved';
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('times.title')}</h2>
      </header>
      <ol class="four-times">
        <Step end="acknowledged" at={acknowledgedAt} by={incident.acknowledgedBy} incident={incident}>
          <AcknowledgeButton incident={incident} />
        </Step>
        <Step end="responded" at={respondedAt} by={incident.respondedBy} incident={incident}>
          {mayAct && <Contacted incident={incident} onDone={onDone} />}
        </Step>
        <Step end="on_site" at={onSiteAt} by={incident.onSiteBy} incident={incident}>
          {mayAct && (
            <ActionButton run={async () => onDone(await desk.arriveOnSite(incident.id))}>
              {t('clock.arrived')}
            </ActionButton>
          )}
        </Step>
        <Step end="restored" at={resolvedAt} by={incident.recovered ? t('times.byItself') : null} incident={incident} />
      </ol>
    </section>
  );
}

interface StepProps {
  readonly end: ClockEnd;
  readonly at: string | null;
  readonly by: string | null;
  readonly incident: IncidentDetail;
  readonly children?: ComponentChildren;
}

function Step({ end, at, by, incident, children }: StepProps) {
  const { onsetAt, clock } = incident;
  return (
    <li class={at === null ? 'time-step' : 'time-step time-reached'}>
      <p class="time-name">
        {t(`times.${end}`)} {clock?.endsAt === end && <span class="time-ends">{t('times.clockEnds')}</span>}
      </p>
      {at === null ? (
        <p class="quiet">{t('incident.notYet')}</p>
      ) : (
        <p>
          <When at={at} />{' '}
          <span class="quiet">
            {t('incident.after', { span: duration(Math.max(0, Date.parse(at) - Date.parse(onsetAt))) })}
            {by !== null && `, ${by}`}
          </span>
        </p>
      )}
      {at === null && children}
    </li>
  );
}

/** First contact with the client, by telephone or in person; what was said stays with us. */
function Contacted({ incident, onDone }: FourTimesProps) {
  const text = useSignal('');
  return (
    <AskButton
      label={t('times.contacted')}
      title={t('times.contactedTitle')}
      run={async () => {
        onDone(await desk.respond(incident.id, text.value.trim()));
        text.value = '';
      }}
    >
      <TextArea
        label={t('times.contactedHow')}
        hint={t('times.contactedHint')}
        placeholder={t('times.contactedPlaceholder')}
        value={text.value}
        onInput={(next) => {
          text.value = next;
        }}
      />
    </AskButton>
  );
}
