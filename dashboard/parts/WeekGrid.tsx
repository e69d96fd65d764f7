import { useSignal } from '@preact/signals';
import type { OpenHours } from '../../protocol/api/contract.ts';
import { weekdayName } from '../words/format.ts';
import { t } from '../words/i18n.ts';
import { hoursListText } from '../words/sla-text.ts';
import {
  DAY_MINUTES,
  drawnInterval,
  hoursOf,
  minutesOf,
  type Weekday,
  type WeeklyHours,
  weekdays,
} from '../words/week.ts';

const HOURS = [0, 6, 12, 18, 24];

interface WeekGridProps {
  readonly weekly: readonly WeeklyHours[];
  /** Called with what a pointer drew over a day; without it the week is only shown. */
  readonly onDraw?: (weekday: Weekday, hours: OpenHours) => void;
}

/** The week as seven rows of a day each, open hours filled. */
export function WeekGrid({ weekly, onDraw }: WeekGridProps) {
  return (
    <div class={onDraw ? 'week week-drawable' : 'week'}>
      {weekdays.map((weekday) => (
        <Day key={weekday} weekday={weekday} hours={hoursOf(weekly, weekday)} {...(onDraw && { onDraw })} />
      ))}
      <div class="week-scale" aria-hidden="true">
        {HOURS.map((hour) => (
          <span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>
            {String(hour).padStart(2, '0')}
          </span>
        ))}
      </div>
    </div>
  );
}

interface DayProps extends Pick<WeekGridProps, 'onDraw'> {
  readonly weekday: Weekday;
  readonly hours: readonly OpenHours[];
}

function Day({ weekday, hours, onDraw }: DayProps) {
  const drag = useSignal<{ from: number; to: number } | null>(null);
  const shareOf = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const drawn = drag.value && drawnInterval(drag.value.from, drag.value.to);
  return (
    <div class="week-day">
      <span class="week-name">{weekdayName(weekday)}</span>
      <div
        class="week-track"
        role="img"
        aria-label={t('week.day', { day: weekdayName(weekday, 'long'), hours: hoursListText(hours) })}
        {...(onDraw && {
          onPointerDown: (event: PointerEvent) => {
            if (event.button !== 0) return;
            (event.currentTarget as Element).setPointerCapture(event.pointerId);
            drag.value = { from: shareOf(event), to: shareOf(event) };
          },
          onPointerMove: (event: PointerEvent) => {
            if (drag.value) drag.value = { ...drag.value, to: shareOf(event) };
          },
          onPointerUp: () => {
            if (drag.value) onDraw(weekday, drawnInterval(drag.value.from, drag.value.to));
            drag.value = null;
          },
          onPointerCancel: () => {
            drag.value = null;
          },
        })}
      >
        {[6, 12, 18].map((hour) => (
          <span key={hour} class="week-line" style={{ left: `${(hour / 24) * 100}%` }} />
        ))}
        {hours.map((each) => (
          <Block key={each.from} hours={each} />
        ))}
        {drawn && <Block hours={drawn} isDrawn />}
      </div>
    </div>
  );
}

function Block({ hours: { from, to }, isDrawn = false }: { hours: OpenHours; isDrawn?: boolean }) {
  const start = minutesOf(from) / DAY_MINUTES;
  const length = Math.max(0, minutesOf(to) / DAY_MINUTES - start);
  return (
    <span
      class={isDrawn ? 'week-block week-drawn' : 'week-block'}
      style={{ left: `${start * 100}%`, width: `${length * 100}%` }}
    >
      {length > 0.14 && <span>{`${from}–${to}`}</span>}
    </span>
  );
}
