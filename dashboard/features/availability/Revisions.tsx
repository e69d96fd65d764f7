import type { LedgerRevision } from '../../../protocol/api/availability.ts';
import { LedgerSwatch } from '../../parts/LedgerMark.tsx';
import { When } from '../../ui/Ago.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { Words } from '../../ui/Words.tsx';
import type { LedgerState } from '../../words/availability.ts';
import { dayTime } from '../../words/format.ts';
import { rich, t } from '../../words/i18n.ts';

type Side = LedgerRevision['before'];

/** What the ledger said before, what it says since, who changed it and why: newest first. */
export function Revisions({ revisions }: { revisions: readonly LedgerRevision[] }) {
  const newestFirst = [...revisions].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return (
    <section class="card" id="revisions">
      <header class="card-head">
        <h2>{t('revisions.title')}</h2>
      </header>
      {newestFirst.length === 0 ? (
        <Nothing>{t('revisions.none')}</Nothing>
      ) : (
        <ul class="revisions">
          {newestFirst.map((revision) => (
            <li key={`${revision.at}${revision.from}`}>
              <p class="revision-head">
                <strong>{revision.by}</strong>{' '}
                <span class="quiet">{rich('revisions.at', { when: <When at={revision.at} /> })}</span>
              </p>
              <p>
                <Words said={revision.said} at={revision.at} />
              </p>
              <p class="revision-change">
                <Stretches stretches={revision.before} />
                <span aria-label={t('revisions.became')} role="img">
                  →
                </span>
                <Stretches stretches={revision.after} />
              </p>
              <p class="quiet">
                {t('strip.span', { from: dayTime(Date.parse(revision.from)), to: dayTime(Date.parse(revision.to)) })}
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const isState = (state: string): state is LedgerState => ['up', 'down', 'excluded', 'unknown'].includes(state);

function Stretches({ stretches }: { stretches: Side }) {
  if (stretches.length === 0) return <span class="quiet">{t('ledger.none')}</span>;
  return (
    <span class="revision-side">
      {stretches.map(({ from, state, reason }) => (
        <span key={from} class="badge" title={reason}>
          <LedgerSwatch state={isState(state) ? state : 'none'} />
          {isState(state) ? t(`ledger.${state}`) : state}
        </span>
      ))}
    </span>
  );
}
