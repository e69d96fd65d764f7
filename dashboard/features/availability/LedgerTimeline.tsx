import { useSignal } from '@preact/signals';
import { LedgerLegend } from '../../parts/LedgerMark.tsx';
import { DateInput } from '../../ui/DateInput.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { useMedia } from '../../ui/media.ts';
import type { ClippedEntry, LedgerState } from '../../words/availability.ts';
import { clockMinute, dateText, dayShort } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { addDays, dateIn, startOfDateIn } from '../../words/zone.ts';

/** A stretch of time on the screen, ms since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const WIDTH = 1000;
const HEIGHT = 46;
/** Nothing is thinner than this, however short it was; what is worse is drawn over it. */
const LEAST = 2.4;
/** What is dragged over less than this was a click. */
const LEAST_DRAG = 0.004;
const TICKS = { wide: 8, narrow: 4 };
const DAY_MS = 86_400_000;
const drawOrder: Record<LedgerState, number> = { up: 0, excluded: 1, unknown: 2, down: 3 };

interface TimelineProps {
  readonly whole: Span;
  readonly shown: Span;
  readonly entries: readonly ClippedEntry[];
  readonly timeZone: string;
  /** Null goes back to the whole period. */
  readonly onZoom: (span: Span | null) => void;
}

/** The period as one bar. Dragging over it, or choosing a day, shows that stretch alone. */
export function LedgerTimeline({ whole, shown, entries, timeZone, onZoom }: TimelineProps) {
  const isZoomed = shown.fromMs > whole.fromMs || shown.toMs < whole.toMs;
  return (
    <section class="card timeline-card">
      <header class="card-head">
        <h2>{t('timeline.title')}</h2>
        <div class="timeline-tools">
          <DayTools whole={whole} shown={shown} timeZone={timeZone} isZoomed={isZoomed} onZoom={onZoom} />
        </div>
      </header>
      <Bar shown={shown} entries={entries} onZoom={onZoom} />
      <Ticks shown={shown} timeZone={timeZone} />
      <LedgerLegend />
    </section>
  );
}

function Bar({ shown, entries, onZoom }: Pick<TimelineProps, 'shown' | 'entries' | 'onZoom'>) {
  const drag = useSignal<{ from: number; to: number } | null>(null);
  const lengthMs = shown.toMs - shown.fromMs;
  const shareOf = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const finish = () => {
    const ended = drag.value;
    drag.value = null;
    if (!ended) return;
    const [low, high] = [Math.min(ended.from, ended.to), Math.max(ended.from, ended.to)];
    if (high - low < LEAST_DRAG) return;
    onZoom({
      fromMs: Math.round(shown.fromMs + low * lengthMs),
      toMs: Math.round(shown.fromMs + high * lengthMs),
    });
  };
  const drawn = [...entries].sort((a, b) => drawOrder[a.entry.state] - drawOrder[b.entry.state]);
  return (
    <svg
      class="timeline-bar"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('timeline.bar', { count: entries.length })}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.value = { from: shareOf(event), to: shareOf(event) };
      }}
      onPointerMove={(event) => {
        if (drag.value) drag.value = { ...drag.value, to: shareOf(event) };
      }}
      onPointerUp={finish}
      onPointerCancel={() => {
        drag.value = null;
      }}
    >
      <rect class="ledger-none" width={WIDTH} height={HEIGHT} />
      {drawn.map(({ entry, fromMs, toMs }) => {
        const exact = ((toMs - fromMs) / lengthMs) * WIDTH;
        const width = entry.state === 'up' ? exact : Math.max(LEAST, exact);
        const x = Math.min(((fromMs - shown.fromMs) / lengthMs) * WIDTH, WIDTH - width);
        return <rect key={entry.from} class={`ledger-${entry.state}`} x={x} width={width} height={HEIGHT} />;
      })}
      {drag.value && (
        <rect
          class="timeline-drag"
          x={Math.min(drag.value.from, drag.value.to) * WIDTH}
          width={Math.abs(drag.value.to - drag.value.from) * WIDTH}
          height={HEIGHT}
        />
      )}
    </svg>
  );
}

interface DayToolsProps {
  readonly whole: Span;
  readonly shown: Span;
  readonly timeZone: string;
  readonly isZoomed: boolean;
  readonly onZoom: (span: Span | null) => void;
}

/** The same zoom without a pointer: one day, the one before, the one after. */
function DayTools({ whole, shown, timeZone, isZoomed, onZoom }: DayToolsProps) {
  const first = dateIn(timeZone, whole.fromMs);
  const last = dateIn(timeZone, whole.toMs - 1);
  const day = isZoomed ? dateIn(timeZone, shown.fromMs) : '';
  const go = (date: string) => {
    if (date < first || date > last) return;
    onZoom({
      fromMs: Math.max(whole.fromMs, startOfDateIn(timeZone, date)),
      toMs: Math.min(whole.toMs, startOfDateIn(timeZone, addDays(date, 1))),
    });
  };
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label={t('timeline.previousDay')}
        disabled={!isZoomed || day <= first}
        onClick={() => go(addDays(day, -1))}
      >
        <Icon name="back" size={16} />
      </button>
      <DateInput label={t('timeline.day')} value={day} min={first} max={last} onChange={(date) => date && go(date)} />
      <button
        type="button"
        class="icon-button"
        aria-label={t('timeline.nextDay')}
        disabled={!isZoomed || day >= last}
        onClick={() => go(addDays(day, 1))}
      >
        <Icon name="chevron" size={16} />
      </button>
      {isZoomed && (
        <button type="button" class="button button-plain" onClick={() => onZoom(null)}>
          <Icon name="zoomOut" size={16} />
          {t('timeline.whole')}
        </button>
      )}
    </>
  );
}

/** Days under the bar, or hours where it shows two days or less. */
function Ticks({ shown, timeZone }: { shown: Span; timeZone: string }) {
  const isNarrow = useMedia('(max-width: 760px)');
  const ticks = ticksOf(shown, timeZone, isNarrow ? TICKS.narrow : TICKS.wide);
  return (
    <div class="timeline-ticks" aria-hidden="true">
      {ticks.map(({ atMs, text }) => (
        <span key={atMs} style={{ left: `${((atMs - shown.fromMs) / (shown.toMs - shown.fromMs)) * 100}%` }}>
          {text}
        </span>
      ))}
    </div>
  );
}

function ticksOf({ fromMs, toMs }: Span, timeZone: string, most: number): { atMs: number; text: string }[] {
  const lengthMs = toMs - fromMs;
  if (lengthMs <= 2 * DAY_MS) {
    const stepMs = lengthMs / most;
    return Array.from({ length: most }, (_, index) => ({
      atMs: fromMs + index * stepMs,
      text: clockMinute(fromMs + index * stepMs),
    }));
  }
  const days = Math.ceil(lengthMs / DAY_MS);
  const step = Math.max(1, Math.ceil(days / most));
  const first = dateIn(timeZone, fromMs);
  return Array.from({ length: Math.ceil(days / step) }, (_, index) => {
    const atMs = Math.max(fromMs, startOfDateIn(timeZone, addDays(first, index * step)));
    return { atMs, text: dayShort(atMs) };
  });
}

/** The stretch in words, for the heading of what is listed. */
export function spanText({ fromMs, toMs }: Span, timeZone: string): string {
  const first = dateIn(timeZone, fromMs);
  const last = dateIn(timeZone, toMs - 1);
  if (first === last) return dateText(first);
  return t('strip.span', { from: dateText(first), to: dateText(last) });
}
