import type { ClockStretch, ClockExplanation as Explanation } from '../../../protocol/api/contract.ts';
import { priorities } from '../../data/priority.ts';
import { Words } from '../../ui/Words.tsx';
import { clockIn, exactTime, serviceHours, timeIn } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';

type Zone = { readonly zone: string };

/** How a due time came about: one line for every stretch of the calendar that the clock walked through. */
export function ClockExplanation({ explanation }: { explanation: Explanation }) {
  const { clock, said, stretches, pauses, computations } = explanation;
  return (
    <div class="clock-explanation">
      <div>
        <p class="clock-sentence">
          <Words said={said} />
        </p>
        <p class="hint">{t('clock.zone', { zone: clock.timeZone })}</p>
      </div>
      {stretches.length > 0 && (
        <ol class="stretches" aria-label={t('clock.stretches')}>
          {walk(stretches, clock.targetMs).map((step) => (
            <Stretch key={`${step.stretch.from}${step.stretch.kind}`} {...step} zone={clock.timeZone} />
          ))}
        </ol>
      )}
      <Pauses pauses={pauses} zone={clock.timeZone} />
      <Computations computations={computations} zone={clock.timeZone} />
    </div>
  );
}

interface Step {
  readonly stretch: ClockStretch;
  /** Shares 0..1 of the target: where this stretch begins to spend it, and how much it spends. */
  readonly spentBefore: number;
  readonly spends: number;
  readonly leftMs: number | null;
}

/** Adds up what the stretches spend of the target. */
function walk(stretches: readonly ClockStretch[], targetMs: number | null): Step[] {
  const whole = targetMs || stretches.reduce((sum, { businessMs }) => sum + businessMs, 0) || 1;
  let spentMs = 0;
  return stretches.map((stretch) => {
    const spentBefore = Math.min(1, spentMs / whole);
    spentMs += stretch.businessMs;
    return {
      stretch,
      spentBefore,
      spends: Math.min(1 - spentBefore, stretch.businessMs / whole),
      leftMs: targetMs === null ? null : Math.max(0, targetMs - spentMs),
    };
  });
}

function Stretch({ stretch, spentBefore, spends, leftMs, zone }: Step & Zone) {
  const { kind, label, businessMs } = stretch;
  return (
    <li class={`stretch stretch-${kind}`}>
      <span class="stretch-when">{spanIn(stretch, zone)}</span>
      <span class="stretch-label">{label}</span>
      <span class="stretch-spent">
        {businessMs > 0 ? t('clock.spent', { span: serviceHours(businessMs) }) : t(`clock.stands.${kind}`)}
        {businessMs > 0 && leftMs !== null && (
          <span class="quiet">
            {leftMs === 0 ? t('clock.nothingLeft') : t('clock.left', { span: serviceHours(leftMs) })}
          </span>
        )}
      </span>
      <svg class="stretch-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect class="stretch-track" width="100" height="6" />
        <rect class="stretch-before" width={spentBefore * 100} height="6" />
        <rect class="stretch-fill" x={spentBefore * 100} width={spends * 100} height="6" />
      </svg>
    </li>
  );
}

/** The day is said again only where it changes. */
function spanIn({ from, to }: ClockStretch, zone: string): string {
  const [start, end] = [timeIn(zone, Date.parse(from)), timeIn(zone, Date.parse(to))];
  const short = clockIn(zone, Date.parse(to));
  const sameDay = start.slice(0, -short.length) === end.slice(0, -short.length);
  return t('clock.span', { from: start, to: sameDay ? short : end });
}

/** A moment on the wall clock of the contract; here and in UTC on hover. */
function There({ at, zone }: { at: string } & Zone) {
  return (
    <time dateTime={at} title={exactTime(Date.parse(at))}>
      {timeIn(zone, Date.parse(at))}
    </time>
  );
}

function Pauses({ pauses, zone }: Pick<Explanation, 'pauses'> & Zone) {
  if (pauses.length === 0) return null;
  return (
    <section>
      <h3>{t('clock.pauses')}</h3>
      <ul class="clock-list">
        {pauses.map((pause) => (
          <li key={pause.from}>
            <p>
              <There at={pause.from} zone={zone} /> {pause.to === null ? t('clock.stillPaused') : t('clock.until')}{' '}
              {pause.to !== null && <There at={pause.to} zone={zone} />}
            </p>
            <p class="quiet">{t('clock.reasonBy', { reason: pause.reason, name: pause.by })}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Computations({ computations, zone }: Pick<Explanation, 'computations'> & Zone) {
  return (
    <section>
      <h3>{t('clock.computations')}</h3>
      <ol class="clock-list">
        {computations.map((computation, index) => (
          <li key={computation.at} class={index === computations.length - 1 ? 'counts' : ''}>
            <p>
              <There at={computation.at} zone={zone} /> <Words said={computation.said} at={computation.at} />
            </p>
            <p class="quiet">
              {priorityWord(computation.priority)}
              {computation.targetMs !== null &&
                `, ${t('clock.business', { span: serviceHours(computation.targetMs) })}`}
              {computation.dueAt !== null && (
                <>
                  {', '}
                  {t('clock.dueAt')} <There at={computation.dueAt} zone={zone} />
                </>
              )}
              {index === computations.length - 1 && ` (${t('clock.thisCounts')})`}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

function priorityWord(text: string): string {
  const known = priorities.find((priority) => priority === text);
  return known ? t(`priority.${known}`) : text;
}
