import type { AvailabilityFigure, AvailabilityRow } from '../../protocol/api/availability.ts';
import { isolated } from '../../protocol/bidi.ts';
import { nowMinuteMs } from '../data/clock.ts';
import { clients, sites } from '../data/store.ts';
import { ledgerHref, withQuery } from '../route/routes.ts';
import { opens, type RowPlace } from '../ui/VirtualTable.tsx';
import { cutShare, figureOf, type Hours } from '../words/availability.ts';
import { cutPercent, exactTime, time } from '../words/format.ts';
import { t } from '../words/i18n.ts';
import { percentOr, wholeSpan } from '../words/sla-text.ts';
import { Budget } from './Budget.tsx';
import { Ratio } from './Ratio.tsx';
import { VerdictBadge } from './Verdict.tsx';

/** What a row is made of: its ledger, or for a sum its devices. */
export function rowHref({ kind, id }: AvailabilityRow, carried: Readonly<Record<string, string>>): string {
  if (kind === 'client' || kind === 'tag') return withQuery('/availability', { by: 'device', [kind]: id, ...carried });
  return ledgerHref(kind, id, carried);
}

interface RowProps {
  readonly row: AvailabilityRow;
  readonly hours: Hours;
  readonly href: string;
  readonly selected: boolean;
  readonly place: RowPlace;
}

export function AvailabilityRowView({ row, hours, href, selected, place }: RowProps) {
  const figure = figureOf(row, hours);
  return (
    <tr
      {...place}
      class={selected ? 'availability-row selected' : 'availability-row'}
      data-id={row.id}
      onClick={opens(href)}
    >
      <td class="cell-verdict">{figure ? <VerdictBadge figure={figure} /> : '–'}</td>
      <th scope="row" class="cell-subject">
        <a href={href}>{row.name}</a>
        <span class="subject-place">
          <Place row={row} />
        </span>
      </th>
      {figure ? (
        <Figures figure={figure} />
      ) : (
        <td class="cell-none quiet" colSpan={3}>
          {t('sla.noContract')}
        </td>
      )}
    </tr>
  );
}

function Figures({ figure }: { figure: AvailabilityFigure }) {
  const { longestOutage, targetRatio } = figure;
  return (
    <>
      <td class="cell-ratio">
        <Ratio figure={figure} />
        {figure.unknownMs === 0 && targetRatio !== null && (
          <span class="ratio-open">{t('sla.target', { share: cutPercent(String(targetRatio)) })}</span>
        )}
      </td>
      <td class="cell-budget">
        <Budget figure={figure} />
      </td>
      <td class="cell-longest">
        {longestOutage ? (
          <>
            <span>{wholeSpan(longestOutage.durationMs)}</span>
            <span class="quiet" title={exactTime(Date.parse(longestOutage.from))}>
              {time(Date.parse(longestOutage.from), nowMinuteMs.value)}
            </span>
          </>
        ) : (
          <span class="quiet">{t('sla.noOutage')}</span>
        )}
      </td>
    </>
  );
}

function Place({ row }: { row: AvailabilityRow }) {
  const client = row.kind === 'client' ? undefined : clients.value.get(row.clientId ?? '');
  const site = row.kind === 'site' ? undefined : sites.value.get(row.siteId ?? '');
  const isSum = row.kind === 'client' || row.kind === 'site' || row.kind === 'tag';
  const parts = [
    client?.name,
    site?.name,
    isSum ? t('fleet.machines', { count: row.members }) : undefined,
    isSum && row.worst && row.members > 1 && row.worst.lo !== null
      ? t('sla.worst', { name: row.worst.name, share: percentOr(cutRatio(row.worst.lo)) })
      : undefined,
  ];
  return (
    <>
      {parts
        .filter((part) => part !== undefined)
        .map(isolated)
        .join(' · ')}
    </>
  );
}

/** A bound that comes without its milliseconds: its own digits are cut. */
function cutRatio(ratio: number): string | null {
  return cutShare(Math.floor(ratio * 1e9), 1e9);
}
