import { useSignal } from '@preact/signals';
import type { Ledger, LedgerEntry } from '../../../protocol/api/availability.ts';
import { countBy } from '../../data/count.ts';
import { toggled } from '../../data/toggled.ts';
import { AttestDialog } from '../../parts/AttestDialog.tsx';
import { LedgerSwatch } from '../../parts/LedgerMark.tsx';
import { useKeys } from '../../route/keys.ts';
import { place, setQuery } from '../../route/router.ts';
import { Nothing } from '../../ui/Nothing.tsx';
import { clipEntries, type LedgerState, ledgerStates, partitionOf } from '../../words/availability.ts';
import { t } from '../../words/i18n.ts';
import { partitionText } from '../../words/sla-text.ts';
import { LedgerTable } from './LedgerTable.tsx';
import { LedgerTimeline, type Span, spanText } from './LedgerTimeline.tsx';

interface IntervalsProps {
  /** Null where nobody may say what a stretch was. */
  readonly attestFor: string | null;
  readonly ledger: Ledger;
  readonly timeZone: string;
  readonly onChange: () => void;
}

/** The stretches of the period, on one bar and in a table, and what somebody can say of them. */
export function LedgerIntervals({ attestFor, ledger, timeZone, onChange }: IntervalsProps) {
  const attesting = useSignal<LedgerEntry | null>(null);
  const whole: Span = { fromMs: Date.parse(ledger.from), toMs: Date.parse(ledger.to) };
  const shown = zoomOf(place.value.query.get('zoom'), whole);
  const wanted = statesOf(place.value.query.get('state'));
  const inside = clipEntries(ledger.items, shown.fromMs, shown.toMs);
  const entries = inside.filter(({ entry }) => wanted.size === 0 || wanted.has(entry.state)).reverse();
  const zoom = (span: Span | null) =>
    setQuery({ zoom: span && `${new Date(span.fromMs).toISOString()}~${new Date(span.toMs).toISOString()}` });
  useKeys({ w: () => zoom(null) });
  return (
    <>
      <LedgerTimeline whole={whole} shown={shown} entries={inside} timeZone={timeZone} onZoom={zoom} />
      <section class="ledger-intervals">
        <header class="section-head">
          <h2>{t('ledger.intervals')}</h2>
          <p class="quiet ledger-summary">
            {t('strip.day', { day: spanText(shown, timeZone), parts: partitionText(partitionOf(inside)) })}
          </p>
        </header>
        <StateChips wanted={wanted} counts={countBy(inside, ({ entry }) => entry.state)} />
        {entries.length === 0 ? (
          <Nothing>{t(inside.length === 0 ? 'ledger.empty' : 'ledger.noneOfState')}</Nothing>
        ) : (
          <LedgerTable
            entries={entries}
            onAttest={
              attestFor !== null
                ? (entry) => {
                    attesting.value = entry;
                  }
                : undefined
            }
          />
        )}
      </section>
      {attesting.value && attestFor !== null && (
        <AttestDialog
          subject={{ deviceId: attestFor }}
          entry={attesting.value}
          onClose={() => {
            attesting.value = null;
          }}
          onDone={() => {
            attesting.value = null;
            onChange();
          }}
        />
      )}
    </>
  );
}

function StateChips({
  wanted,
  counts,
}: {
  wanted: ReadonlySet<LedgerState>;
  counts: ReadonlyMap<LedgerState, number>;
}) {
  const toggle = (state: LedgerState) => setQuery({ state: toggled(wanted, state).join(',') });
  return (
    <fieldset class="chips">
      <legend class="sr">{t('fleet.states')}</legend>
      {ledgerStates.map((state) => (
        <button key={state} type="button" class="chip" aria-pressed={wanted.has(state)} onClick={() => toggle(state)}>
          <LedgerSwatch state={state} />
          {t(`ledger.${state}`)} <span class="count">{counts.get(state) ?? 0}</span>
        </button>
      ))}
    </fieldset>
  );
}

function statesOf(text: string | null): Set<LedgerState> {
  const names = (text ?? '').split(',');
  return new Set(ledgerStates.filter((state) => names.includes(state)));
}

/** What the address says is shown of the period, kept inside it. */
function zoomOf(text: string | null, whole: Span): Span {
  const [from = Number.NaN, to = Number.NaN] = (text ?? '').split('~').map((at) => Date.parse(at));
  const span = { fromMs: Math.max(whole.fromMs, from), toMs: Math.min(whole.toMs, to) };
  return span.toMs > span.fromMs ? span : whole;
}
