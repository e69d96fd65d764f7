import type { FleetSeries } from '../../../protocol/api/view.ts';
import { measureOfSeries, sparkPaths } from '../../charts/compare.ts';
import { writeValue } from '../../charts/panels.ts';
import { devices, sites } from '../../data/store.ts';
import { deviceHref } from '../../route/routes.ts';
import { Nothing } from '../../ui/Nothing.tsx';
import { t } from '../../words/i18n.ts';

/** The foremost machines, each with its figure over the whole range and its line; all lines share one scale. */
export function TopList({ answer }: { answer: FleetSeries }) {
  const lines = answer.lines ?? [];
  const measure = measureOfSeries(answer);
  const known = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  const low = Math.min(0, ...known);
  const high = Math.max(measure === 'ratio' ? 1 : 0, ...known);
  return (
    <section class="card compare-top">
      <header class="card-head">
        <h2>{t('compare.top', { count: lines.length })}</h2>
        <span class="quiet">{t('compare.overall')}</span>
      </header>
      {lines.length === 0 && <Nothing>{t('compare.nothing')}</Nothing>}
      <ol class="compare-list">
        {lines.map(({ deviceId, overall, values }) => {
          const device = devices.value.get(deviceId);
          return (
            <li key={deviceId}>
              <span class="compare-machine">
                <a href={deviceHref(deviceId)}>{device?.name ?? deviceId}</a>
                <span class="quiet">{sites.value.get(device?.siteId ?? '')?.name}</span>
              </span>
              <svg class="compare-spark" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
                {sparkPaths(values, low, high).map((path) => (
                  <path key={path} d={path} vector-effect="non-scaling-stroke" />
                ))}
              </svg>
              <b>{writeValue(measure, overall)}</b>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
