import type { DeviceSummary } from '../../../protocol/api/view.ts';
import { Chart } from '../../charts/Chart.tsx';
import {
  comparable,
  heatBounds,
  meanFrame,
  meanPanel,
  measureOfSeries,
  reportingLately,
} from '../../charts/compare.ts';
import { metricTitle } from '../../charts/evidence.ts';
import { stepFor } from '../../charts/frame.ts';
import { type RangeName, rangeNamed, rangeNames, ranges } from '../../charts/ranges.ts';
import { type FleetQuestion, fleetSeries } from '../../data/api-series.ts';
import { minuteEndMs } from '../../data/clock.ts';
import { reportIntervalOf } from '../../data/report-interval.ts';
import { compareNames } from '../../data/select.ts';
import { clients, devices, sites } from '../../data/store.ts';
import { place, setQuery } from '../../route/router.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Segmented } from '../../ui/Segmented.tsx';
import { duration } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { HeatMap } from './HeatMap.tsx';
import { TopList } from './TopList.tsx';

/** Columns of the heat map are meant to be seen one by one. */
const HEAT_STEPS = 120;
const TOP_COUNT = '10';
const orders = ['highest', 'lowest'] as const;
const compareRanges = rangeNames.filter((name) => name !== '15m');

/** One metric over the machines of a client or site: their mean, the foremost, and how many lie where. All stands in the address. */
export function Compare() {
  const { query } = place.value;
  const metric = query.get('metric') ?? comparable[0];
  const clientId = query.get('client');
  const siteId = query.get('site');
  const range = rangeNamed(query.get('range'), '1h');
  const order = orders.find((name) => name === query.get('order')) ?? 'highest';
  return (
    <div class="view compare-view">
      <header class="view-head">
        <div>
          <h1>{t('compare.title')}</h1>
        </div>
        <Segmented
          label={t('compare.range')}
          value={range}
          options={compareRanges.map((value) => ({ value, label: t(`range.${value}`) }))}
          onChange={(value: RangeName) => setQuery({ range: value })}
        />
      </header>
      <div class="compare-choices">
        <Choice
          label={t('fleet.client')}
          value={clientId ?? ''}
          options={[['', t('compare.everything')], ...named(clients.value.values())]}
          onChange={(value) => setQuery({ client: value || null, site: null })}
        />
        <Choice
          label={t('fleet.site')}
          value={siteId ?? ''}
          options={[
            ['', t('compare.allSites')],
            ...named([...sites.value.values()].filter((site) => clientId === null || site.clientId === clientId)),
          ]}
          onChange={(value) => setQuery({ site: value || null })}
        />
        <Choice
          label={t('compare.metric')}
          value={metric}
          options={[...new Set([...comparable, metric])].map((name) => [name, metricTitle(name)])}
          onChange={(value) => setQuery({ metric: value })}
        />
        <Segmented
          label={t('compare.order')}
          value={order}
          options={orders.map((value) => ({ value, label: t(`compare.${value}`) }))}
          onChange={(value) => setQuery({ order: value === 'highest' ? null : value })}
        />
      </div>
      <Figures metric={metric} clientId={clientId} siteId={siteId} lengthMs={ranges[range]} order={order} />
    </div>
  );
}

type FiguresProps = Pick<FleetQuestion, 'metric' | 'clientId' | 'siteId'> & {
  readonly lengthMs: number;
  readonly order: (typeof orders)[number];
};

function Figures({ metric, clientId, siteId, lengthMs, order }: FiguresProps) {
  const isAsked = (device: DeviceSummary) =>
    (clientId === null || device.clientId === clientId) && (siteId === null || device.siteId === siteId);
  const intervalMs = reportIntervalOf([...devices.value.values()].filter(isAsked).map(({ kind }) => kind));
  const asking = (widthPx: number): FleetQuestion => {
    const stepMs = stepFor(lengthMs, intervalMs, widthPx);
    const toMs = Math.ceil(minuteEndMs.value / stepMs) * stepMs;
    return { metric, clientId, siteId, fromMs: Math.floor((toMs - lengthMs) / stepMs) * stepMs, toMs, stepMs };
  };
  const [fine, coarse] = [asking(Math.min(500, window.innerWidth - 100)), asking(HEAT_STEPS)];
  const loaded = useLoaded(JSON.stringify([fine, order]), async () => {
    const [mean, top] = await Promise.all([
      fleetSeries(fine, { across: 'mean' }),
      fleetSeries(coarse, { across: 'top', count: TOP_COUNT, order }),
    ]);
    const known = (mean.values ?? []).concat((top.lines ?? []).flatMap(({ values }) => values));
    const values = known.filter((value) => value !== null);
    const bounds = heatBounds(measureOfSeries(mean), Math.min(0, ...values), Math.max(0, ...values));
    const heat = await fleetSeries(coarse, { across: 'heat', bounds: bounds.join(',') });
    return { mean, top, heat };
  });
  return (
    <Async loaded={loaded}>
      {({ mean, top, heat }) => (
        <div class="compare-figures">
          <section class="card compare-mean">
            <Chart
              panel={meanPanel(mean, t('compare.mean'))}
              frame={meanFrame(mean)}
              reportIntervalMs={intervalMs}
              syncKey="compare"
              heightPx={190}
            />
            <p class="quiet compare-note">
              {t('compare.reporting', { count: reportingLately(mean.reporting ?? []) })}.{' '}
              {t(`compare.${mean.resolution}`, { step: duration(mean.stepMs) })}
            </p>
          </section>
          <TopList answer={top} />
          <HeatMap answer={heat} />
        </div>
      )}
    </Async>
  );
}

function named(items: Iterable<{ readonly id: string; readonly name: string }>): [string, string][] {
  return [...items].sort((a, b) => compareNames(a.name, b.name)).map(({ id, name }) => [id, name]);
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label class="compare-choice">
      <span>{label}</span>
      <select class="select-plain" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([id, text]) => (
          <option key={id} value={id}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
