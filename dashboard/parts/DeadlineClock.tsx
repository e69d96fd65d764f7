import { useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { ResponseClockView } from '../../protocol/api/contract.ts';
import { nowMs } from '../data/clock.ts';
import { type Deadline, type DeadlineStage, deadlineOf, onSiteClock } from '../data/deadline.ts';
import { duration, exactTime } from '../words/format.ts';
import { t } from '../words/i18n.ts';

const glass = <path class="line" d="M4 2h8M4 14h8M5 2v2.6L8 8l3-3.4V2M5 14v-2.6L8 8l3 3.4V14" />;

/** Clocks are told by an hourglass that runs full: neither round as presence is, nor angular as priorities are. */
const shapes: Record<DeadlineStage, ComponentChildren> = {
  calm: glass,
  half: (
    <>
      {glass}
      <path class="fill" d="M5.6 13.6v-1.9h4.8v1.9Z" />
    </>
  ),
  close: (
    <>
      {glass}
      <path class="fill" d="M5.6 13.6v-2L8 8.9l2.4 2.7v2Z" />
    </>
  ),
  breached: (
    <>
      <path class="fill" d="M3.4 1.4h9.2v1.5h-.8v1.9L9 8l2.8 3.2v1.9h.8v1.5H3.4v-1.5h.8v-1.9L7 8 4.2 4.8V2.9h-.8Z" />
      <path class="cut" d="M8 5v3.2M8 11.2v.1" />
    </>
  ),
  past: glass,
  paused: <path class="fill" d="M4.5 3h2.6v10H4.5zM8.9 3h2.6v10H8.9z" />,
  met: <path class="line" d="M3 8.6 6.4 12 13 4.4" />,
  recovered: <path class="line" d="M12.6 5.2A5.2 5.2 0 1 0 13.2 8M13 2.4v3h-3" />,
  none: <path class="line" d="M4 8h8" />,
};

interface DeadlineClockProps {
  readonly clock: ResponseClockView;
  /** Lists say nothing where nothing is due. */
  readonly showNone?: boolean;
  /** Which clock it is, where there are two. */
  readonly label?: string;
}

/** The response clock, counting down: shape, word and colour say how far it has come. */
export function DeadlineClock({ clock, showNone = false, label }: DeadlineClockProps) {
  // Only what is on the screen changes: one signal ticks for all clocks.
  const deadline = useComputed(() => deadlineOf(clock, nowMs.value));
  const stage = useComputed(() => deadline.value.stage);
  const words = useComputed(() => sentence(deadline.value));
  if (stage.value === 'none' && !showNone) return null;
  const remarks = [...(label ? [label] : []), ...remarksOn(clock, stage.value)];
  return (
    <span class={`deadline deadline-${stage.value}`}>
      <svg class={`shape deadline-shape-${stage.value}`} width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        {shapes[stage.value]}
      </svg>
      <span class="deadline-words">
        <time
          class="deadline-figure"
          dateTime={clock.dueAt ?? undefined}
          title={clock.dueAt === null ? undefined : exactTime(Date.parse(clock.dueAt))}
        >
          {words}
        </time>
        {remarks.length > 0 && <span class="deadline-remark">{remarks.join(' · ')}</span>}
      </span>
    </span>
  );
}

/** The clocks of an incident as lists show them: the response, and being on site where it was marked. */
export function IncidentDeadlines({ clock }: { clock: ResponseClockView | null }) {
  if (clock === null) return null;
  const onSite = onSiteClock(clock);
  return (
    <span class="deadlines">
      <DeadlineClock clock={clock} />
      {onSite !== null && <DeadlineClock clock={onSite} label={t('deadline.onSite')} />}
    </span>
  );
}

function sentence({ stage, ms, closed }: Deadline): string {
  const span = duration(ms ?? 0);
  switch (stage) {
    case 'breached':
      return t(closed ? 'deadline.late' : 'deadline.breached', { span });
    case 'past':
      return t('deadline.past', { span });
    case 'paused':
      return t('deadline.paused', { span });
    case 'met':
      return t('deadline.met');
    case 'recovered':
      return t('deadline.recovered');
    case 'none':
      return t('deadline.none');
    default:
      return t('deadline.dueIn', { span });
  }
}

function remarksOn(clock: ResponseClockView, stage: DeadlineStage): string[] {
  return [
    ...(stage === 'half' || stage === 'close' ? [t(`deadline.${stage}`)] : []),
    ...(stage === 'met' && clock.recoveredAt !== null ? [t('deadline.byItself')] : []),
    ...(stage !== 'none' && !clock.binding ? [t('deadline.shownOnly')] : []),
    ...(stage !== 'none' && clock.binding && !clock.contractual ? [t('deadline.internal')] : []),
  ];
}
