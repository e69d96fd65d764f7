import type { LedgerEntry } from '../../../protocol/api/availability.ts';
import { LedgerSwatch } from '../../parts/LedgerMark.tsx';
import { useMedia } from '../../ui/media.ts';
import { type RowPlace, VirtualTable } from '../../ui/VirtualTable.tsx';
import { Words } from '../../ui/Words.tsx';
import type { ClippedEntry } from '../../words/availability.ts';
import { dayTime, exactTime } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { wholeSpan } from '../../words/sla-text.ts';

const ROW_PX = { wide: 72, narrow: 144 };
const columns = ['ledger.state', 'ledger.when', 'ledger.length', 'ledger.evidence'] as const;

interface TableProps {
  readonly entries: readonly ClippedEntry[];
  /** Offered on what is unknown; absent where nobody can say. */
  readonly onAttest: ((entry: LedgerEntry) => void) | undefined;
}

/** The intervals, newest first, each with what proves it and who declared it. */
export function LedgerTable({ entries, onAttest }: TableProps) {
  const isNarrow = useMedia('(max-width: 760px)');
  return (
    <VirtualTable
      label={t('ledger.intervals')}
      class="ledger-rows"
      rowClass="ledger-row"
      heads={columns.map((key) => ({ id: key, text: t(key) }))}
      items={entries}
      keyOf={keyOf}
      rowPx={() => (isNarrow ? ROW_PX.narrow : ROW_PX.wide)}
      measureKey={String(isNarrow)}
      row={(clipped, place) => <Row key={clipped.entry.from} entry={clipped.entry} place={place} onAttest={onAttest} />}
    />
  );
}

const keyOf = ({ entry }: ClippedEntry) => entry.from;

interface RowProps {
  readonly entry: LedgerEntry;
  readonly place: RowPlace;
  readonly onAttest: TableProps['onAttest'];
}

function Row({ entry, place, onAttest }: RowProps) {
  const { state, reason, said, author, revised, responsibility } = entry;
  return (
    <tr {...place} class={`ledger-row is-${state}`}>
      <th scope="row" class="ledger-state">
        <LedgerSwatch state={state} />
        {t(`ledger.${state}`)}
      </th>
      <td class="ledger-when">
        <Moment at={entry.from} />
        <Moment at={entry.to} />
      </td>
      <td class="ledger-length">{wholeSpan(entry.durationMs)}</td>
      <td class="ledger-proof">
        <span class="ledger-sentence">
          <Words said={said} at={entry.to} />
        </span>
        <span class="ledger-source">
          <span>{reason}</span>
          {responsibility && <span>{t(`blame.${responsibility}`)}</span>}
          {author !== null && <span>{t('ledger.author', { name: author })}</span>}
          {revised && <a href="#revisions">{t('strip.revised')}</a>}
          {(state === 'unknown' || state === 'down' || (responsibility ?? null) !== null) && onAttest && (
            <button
              type="button"
              class="link"
              aria-label={t(state === 'unknown' ? 'attest.this' : 'attest.thisDown', {
                from: dayTime(Date.parse(entry.from)),
              })}
              onClick={() => onAttest(entry)}
            >
              {t('attest.open')}
            </button>
          )}
        </span>
      </td>
    </tr>
  );
}

function Moment({ at }: { at: string }) {
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={exactTime(atMs)}>
      {dayTime(atMs)}
    </time>
  );
}
