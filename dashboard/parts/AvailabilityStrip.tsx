import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { PresenceInterval } from '../../protocol/view.ts';
import { minuteEndMs, nowMinuteMs } from '../clock.ts';
import { availabilityPercent, day, dayShort, duration, time } from '../format.ts';
import { t } from '../i18n.ts';
import {
  availabilityRatio,
  type DayColumn,
  dayColumns,
  type LedgerState,
  ledgerTotals,
  type Totals,
} from '../presence.ts';

const DAYS = 90;
const COLUMN = 10;
const HEIGHT = 72;
/** Nothing is thinner than this, however short it was; what is worse is drawn over it. */
const LEAST = 2.5;

/**
 * The ledger of the last 90 days: a column a day, midnight at the top, what was not up in its place. A day opens its
 * intervals, each with what proves it.
 */
export function AvailabilityStrip({ intervals }: { intervals: readonly PresenceInterval[] }) {
  const now = minuteEndMs.value;
  const days = dayColumns(intervals, now, DAYS);
  const chosen = useSignal<number | null>(null);
  const pointed = useSignal<number | null>(null);
  const totals = ledgerTotals(intervals, now);
  const open = chosen.value === null ? null : days[chosen.value];
  const shown = days[pointed.value ?? chosen.value ?? -1];
  return (
    <div class="strip">
      <p class="strip-sentence">{sentence(totals, Date.parse(intervals[0]?.from ?? ''), days[0]?.fromMs ?? now)}</p>
      <div class="strip-days">
        <svg viewBox={`0 0 ${DAYS * COLUMN} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <defs>
            <Hatch id="hatch-unknown" />
            <Hatch id="hatch-excluded" />
          </defs>
          {days.map((each, index) => (
            <Day key={each.fromMs} day={each} x={index * COLUMN} />
          ))}
        </svg>
        <div class="strip-buttons">
          {days.map((each, index) => (
            <button
              key={each.fromMs}
              type="button"
              tabIndex={index === (chosen.value ?? DAYS - 1) ? 0 : -1}
              aria-pressed={index === chosen.value}
              aria-label={daySentence(each)}
              class="strip-day"
              onClick={() => {
                chosen.value = chosen.value === index ? null : index;
              }}
              onKeyDown={(event) => walk(event)}
              onMouseEnter={() => {
                pointed.value = index;
              }}
              onMouseLeave={() => {
                pointed.value = null;
              }}
            />
          ))}
        </div>
      </div>
      <div class="strip-scale">
        <span>{dayShort(days[0]?.fromMs ?? now)}</span>
        <span class="strip-pointed" aria-hidden="true">
          {shown ? daySentence(shown) : t('strip.hint')}
        </span>
        <span>{t('strip.today')}</span>
      </div>
      {open && <DayLedger day={open} />}
      <Legend />
    </div>
  );
}

/** Arrow keys walk the days; the strip is one stop of the Tab key. */
function walk(event: KeyboardEvent): void {
  const button = event.currentTarget as HTMLElement;
  const next =
    event.key === 'ArrowLeft'
      ? button.previousElementSibling
      : event.key === 'ArrowRight'
        ? button.nextElementSibling
        : null;
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}

function Hatch({ id }: { id: string }) {
  return (
    <pattern id={id} class={id} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width="4" height="4" />
      <line x1="0" y1="0" x2="0" y2="4" />
    </pattern>
  );
}

function Day({ day: { stretches }, x }: { day: DayColumn; x: number }) {
  const parts = [...stretches].sort((a, b) => drawOrder[a.state] - drawOrder[b.state]);
  return (
    <>
      <rect class="ledger-none" x={x} y="0" width={COLUMN - 2} height={HEIGHT} />
      {parts.map((part) => {
        const height = (part.end - part.start) * HEIGHT;
        const drawn = Math.max(LEAST, height);
        const top = Math.min(part.start * HEIGHT, HEIGHT - drawn);
        return (
          <rect
            key={`${part.start}${part.state}`}
            class={`ledger-${part.state}`}
            x={x}
            y={top}
            width={COLUMN - 2}
            height={drawn}
          />
        );
      })}
    </>
  );
}

/** What is worst is drawn last, over its neighbours. */
const drawOrder: Record<LedgerState, number> = { up: 0, excluded: 1, unknown: 2, down: 3 };

function DayLedger({ day: { fromMs, intervals } }: { day: DayColumn }) {
  return (
    <div class="ledger" aria-live="polite">
      <h3>{t('strip.ledgerOf', { day: day(fromMs) })}</h3>
      {intervals.length === 0 ? (
        <p class="quiet">{t('strip.nothingKnown')}</p>
      ) : (
        <ul>
          {intervals.map((interval) => (
            <li key={interval.from}>
              <LedgerSwatch state={interval.state} />
              <span class="ledger-word">{t(`ledger.${interval.state}`)}</span>
              <span class="ledger-span">
                {t('strip.span', {
                  from: time(Date.parse(interval.from), nowMinuteMs.value),
                  to: time(Date.parse(interval.to), nowMinuteMs.value),
                })}
              </span>
              <span class="ledger-evidence">
                {interval.evidence || interval.reason}
                {interval.revised && ` (${t('strip.revised')})`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function LedgerSwatch({ state }: { state: LedgerState | 'none' }) {
  return (
    <svg class="ledger-swatch" width="12" height="12" aria-hidden="true">
      <rect class={`ledger-${state}`} width="12" height="12" rx="2" />
    </svg>
  );
}

function Legend() {
  const entries: [LedgerState | 'none', ComponentChildren][] = [
    ['up', t('ledger.up')],
    ['down', t('ledger.down')],
    ['unknown', t('ledger.unknown')],
    ['excluded', t('ledger.excluded')],
    ['none', t('ledger.none')],
  ];
  return (
    <ul class="legend">
      {entries.map(([state, word]) => (
        <li key={state}>
          <LedgerSwatch state={state} />
          {word}
        </li>
      ))}
    </ul>
  );
}

/** A ledger that begins within the strip says when: its figure stands for less than 90 days. */
function sentence(totals: Totals, sinceMs: number, stripFromMs: number): string {
  const ratio = availabilityRatio(totals);
  if (ratio === null) return t('strip.nothingKnownYet');
  return [
    t('strip.up', { ratio: availabilityPercent(ratio) }),
    totals.downMs > 0 ? t('strip.down', { span: duration(totals.downMs) }) : t('strip.neverDown'),
    ...(totals.unknownMs > 0 ? [t('strip.unknown', { span: duration(totals.unknownMs) })] : []),
    ...(totals.excludedMs > 0 ? [t('strip.excluded', { span: duration(totals.excludedMs) })] : []),
    ...(sinceMs > stripFromMs ? [t('strip.since', { time: time(sinceMs, nowMinuteMs.value) })] : []),
  ].join(' ');
}

function daySentence({ fromMs, totals }: DayColumn): string {
  const told = (['upMs', 'downMs', 'unknownMs', 'excludedMs'] as const).flatMap((part) =>
    totals[part] > 0
      ? [
          t('strip.part', {
            span: duration(totals[part]),
            state: t(`ledger.${part.slice(0, -2) as LedgerState}`).toLowerCase(),
          }),
        ]
      : [],
  );
  return t('strip.day', { day: day(fromMs), parts: told.join(', ') || t('ledger.none').toLowerCase() });
}
