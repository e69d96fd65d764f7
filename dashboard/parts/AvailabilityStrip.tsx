import { useSignal } from '@preact/signals';
import type { Strip } from '../../protocol/api/availability.ts';
import { sla } from '../data/api-sla.ts';
import { nowMinuteMs } from '../data/clock.ts';
import { ledgerHref } from '../route/routes.ts';
import { Async, useLoaded } from '../ui/Async.tsx';
import { Words } from '../ui/Words.tsx';
import { cutShare, dayMark, dayState, stripTotals } from '../words/availability.ts';
import { cutPercent, dateText, time } from '../words/format.ts';
import { t } from '../words/i18n.ts';
import { partitionText, wholeSpan } from '../words/sla-text.ts';
import { addDays, startOfDateIn } from '../words/zone.ts';
import { LedgerLegend, LedgerSwatch } from './LedgerMark.tsx';

type StripDay = Strip['days'][number];

const DAYS = 90;
const COLUMN = 10;
const HEIGHT = 40;
/** Nothing that happened is thinner than this, however short it was. */
const LEAST = 7;
const TURN_MS = 5 * 60_000;

interface StripProps {
  readonly kind: 'device' | 'service';
  readonly id: string;
  /** Changes when the ledger may have: the strip is asked again. */
  readonly revision?: string;
  /** Among others: the marks alone, without sentence and legend. */
  readonly compact?: boolean;
}

/**
 * The last 90 days, one mark a day in the days of the contract's zone: what went wrong stands on the ground line, in its
 * share of the day. A day opens its intervals, each with what proves it.
 */
export function AvailabilityStrip({ kind, id, revision = '', compact = false }: StripProps) {
  // Asked again now and then, so that the strip's end stays with the clock.
  const turn = Math.floor(nowMinuteMs.value / TURN_MS);
  const loaded = useLoaded(`${kind} ${id} ${turn} ${revision}`, () => sla.strip(kind, id, DAYS));
  return <Async loaded={loaded}>{(strip) => <Marks kind={kind} id={id} strip={strip} compact={compact} />}</Async>;
}

function Marks({ kind, id, strip, compact }: Omit<StripProps, 'revision'> & { strip: Strip }) {
  const { days, timeZone } = strip;
  const chosen = useSignal<number | null>(null);
  const pointed = useSignal<number | null>(null);
  const open = chosen.value === null ? undefined : days[chosen.value];
  const shown = days[pointed.value ?? chosen.value ?? -1];
  return (
    <div class={compact ? 'strip strip-compact' : 'strip'}>
      {!compact && <p class="strip-sentence">{sentence(days)}</p>}
      <div class="strip-days">
        <svg viewBox={`0 0 ${days.length * COLUMN} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {days.map((day, index) => (
            <Mark key={day.date} day={day} x={index * COLUMN} />
          ))}
        </svg>
        <div class="strip-buttons" style={{ gridTemplateColumns: `repeat(${days.length}, 1fr)` }}>
          {days.map((day, index) => (
            <button
              key={day.date}
              type="button"
              tabIndex={index === (chosen.value ?? days.length - 1) ? 0 : -1}
              aria-pressed={index === chosen.value}
              aria-label={daySentence(day)}
              class="strip-day"
              onClick={() => {
                chosen.value = chosen.value === index ? null : index;
              }}
              onKeyDown={walk}
              onFocus={() => {
                pointed.value = index;
              }}
              onBlur={() => {
                pointed.value = null;
              }}
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
        <span>{dateText(days[0]?.date ?? '')}</span>
        <span class="strip-pointed" aria-hidden="true">
          {shown ? daySentence(shown) : compact ? '' : t('strip.hint')}
        </span>
        <span>{t('strip.today')}</span>
      </div>
      {open && <DayLedger kind={kind} id={id} date={open.date} timeZone={timeZone} />}
      {!compact && <LedgerLegend />}
    </div>
  );
}

/** Arrow keys walk the days; the strip is one stop of the Tab key. */
function walk(event: KeyboardEvent): void {
  const button = event.currentTarget as HTMLElement;
  const steps: Record<string, Element | null | undefined> = {
    ArrowLeft: button.previousElementSibling,
    ArrowRight: button.nextElementSibling,
    Home: button.parentElement?.firstElementChild,
    End: button.parentElement?.lastElementChild,
  };
  const next = steps[event.key];
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}

function Mark({ day, x }: { day: StripDay; x: number }) {
  const parts = dayMark(day, HEIGHT, LEAST);
  const width = COLUMN - 2;
  if (parts.length === 0) return <rect class="ledger-none" x={x} y={HEIGHT - 3} width={width} height={3} />;
  return (
    <g class={`mark-${dayState(day)}`}>
      {parts.map(({ state, top, height }) => (
        <rect key={state} class={`ledger-${state}`} x={x} y={top} width={width} height={height} />
      ))}
    </g>
  );
}

/** The intervals of one day, asked when it is opened. */
function DayLedger({
  kind,
  id,
  date,
  timeZone,
}: {
  kind: StripProps['kind'];
  id: string;
  date: string;
  timeZone: string;
}) {
  const from = new Date(startOfDateIn(timeZone, date)).toISOString();
  const to = new Date(startOfDateIn(timeZone, addDays(date, 1))).toISOString();
  const period = { period: 'custom', from, to } as const;
  const loaded = useLoaded(`${kind} ${id} ${date}`, () => sla.ledger(kind, id, period));
  return (
    <div class="ledger" aria-live="polite">
      <h3>
        {t('strip.ledgerOf', { day: dateText(date) })}
        <a class="ledger-link" href={ledgerHref(kind, id, period)}>
          {t('strip.openLedger')}
        </a>
      </h3>
      <Async loaded={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="quiet">{t('strip.nothingKnown')}</p>
          ) : (
            <ul>
              {items.map((entry) => (
                <li key={entry.from}>
                  <LedgerSwatch state={entry.state} />
                  <span class="ledger-word">{t(`ledger.${entry.state}`)}</span>
                  <span class="ledger-span">
                    {t('strip.span', {
                      from: time(Date.parse(entry.from), nowMinuteMs.value),
                      to: time(Date.parse(entry.to), nowMinuteMs.value),
                    })}
                  </span>
                  <span class="ledger-evidence">
                    <Words said={entry.said} at={entry.to} />
                    {entry.revised && ` (${t('strip.revised')})`}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Async>
    </div>
  );
}

/** A subject that is younger than the strip says since when it is watched: its figure stands for less than 90 days. */
function sentence(days: readonly StripDay[]): string {
  const totals = stripTotals(days);
  const cut = cutShare(totals.upMs, totals.upMs + totals.downMs);
  const first = days.findIndex((day) => dayState(day) !== 'none');
  if (cut === null) return t('strip.nothingKnownYet');
  return [
    t('strip.up', { ratio: cutPercent(cut) }),
    totals.downMs > 0 ? t('strip.down', { span: wholeSpan(totals.downMs) }) : t('strip.neverDown'),
    ...(totals.unknownMs > 0 ? [t('strip.unknown', { span: wholeSpan(totals.unknownMs) })] : []),
    ...(totals.excludedMs > 0 ? [t('strip.excluded', { span: wholeSpan(totals.excludedMs) })] : []),
    ...(first > 0 ? [t('strip.since', { time: dateText(days[first]?.date ?? '') })] : []),
  ].join(' ');
}

function daySentence(day: StripDay): string {
  return t('strip.day', { day: dateText(day.date), parts: partitionText(day) });
}
