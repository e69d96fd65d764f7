import { useComputed } from '@preact/signals';
import type { Device, HistoryLoss } from '../../../protocol/api/view.ts';
import { Chart } from '../../charts/Chart.tsx';
import { LONG_STEP_MS } from '../../charts/frame.ts';
import { lostMarks, spanText } from '../../charts/lost.ts';
import { devicePanels, metricsOf } from '../../charts/panels.ts';
import { projections } from '../../charts/projection.ts';
import { type RangeName, rangeNamed, rangeNames, ranges } from '../../charts/ranges.ts';
import { type Range, useFrame } from '../../charts/use-frame.ts';
import { nowMs } from '../../data/clock.ts';
import { reportIntervalOf } from '../../data/report-interval.ts';
import { isThere } from '../../data/select.ts';
import { isLinkDown } from '../../data/store.ts';
import { useKeys } from '../../route/keys.ts';
import { place, setQuery } from '../../route/router.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { Segmented } from '../../ui/Segmented.tsx';
import { duration, time } from '../../words/format.ts';
import { rich, t } from '../../words/i18n.ts';

const MINUTE_MS = 60_000;
const LEAST_ZOOM_MS = 60_000;

/** The charts of a machine under one cursor. The range stands in the address; a brushed one stands still. */
export function DeviceCharts({ device }: { device: Device }) {
  const own = ownRange(device);
  const query = useComputed(() => parseRange(place.value.query, own));
  const { name, range } = query.value;
  const panels = devicePanels(device.latest);
  const lost = lostMarks(device.lostHistory);
  const intervalMs = device.reportIntervalMs ?? reportIntervalOf([device.kind]);
  const bounded = metricsOf(panels.map((panel) => ({ ...panel, lines: panel.lines.slice(0, 1) })));
  const { frame, error, again } = useFrame(device.id, metricsOf(panels), range, intervalMs, chartWidth(), bounded);
  const choose = (next: RangeName) => setQuery({ range: next === own ? null : next, from: null, to: null });
  const zoom = (fromMs: number, toMs: number) => {
    if (toMs - fromMs < LEAST_ZOOM_MS) return;
    setQuery({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() });
  };
  useKeys(Object.fromEntries(rangeNames.map((each, index) => [index + 1, () => choose(each)])));
  return (
    <section class="charts-section">
      <header class="section-head charts-head">
        <h2 class="section-title">{t('device.charts')}</h2>
        <span class="quiet charts-note">
          {range.kind === 'fixed'
            ? t('device.zoomed', { from: time(range.fromMs, nowMs.peek()), to: time(range.toMs, nowMs.peek()) })
            : liveSentence(device, frame !== null && frame.stepMs >= LONG_STEP_MS)}
          {frame && frame.resolution !== 'raw' && (
            <> {t(`device.resolution.${frame.resolution}`, { step: duration(frame.stepMs) })}</>
          )}
        </span>
        {range.kind === 'fixed' && (
          <button type="button" class="button button-plain" onClick={() => setQuery({ from: null, to: null })}>
            <Icon name="zoomOut" size={16} />
            {t('device.zoomOut')}
          </button>
        )}
        <Segmented
          label={t('device.range')}
          value={range.kind === 'fixed' ? null : name}
          options={rangeNames.map((value) => ({ value, label: t(`range.${value}`) }))}
          onChange={choose}
        />
      </header>
      <LostHistory losses={device.lostHistory} />
      {error && <Failure sentence={error} again={again} />}
      {panels.length === 0 && <Nothing>{t('device.noMetrics')}</Nothing>}
      {frame && (
        <div class="charts">
          {panels.map((panel) => (
            <div class="card" key={panel.id}>
              <Chart
                panel={panel}
                frame={frame}
                reportIntervalMs={intervalMs}
                syncKey={device.id}
                onZoom={zoom}
                marks={[
                  ...lost,
                  ...(range.kind === 'newest' ? projections(panel, device.fileSystems, nowMs.peek()) : []),
                ]}
              />
            </div>
          ))}
        </div>
      )}
      {!frame && !error && panels.length > 0 && <Loading />}
    </section>
  );
}

const NAMED = 3;

/** Which hours the charts will never show again, the newest first. */
function LostHistory({ losses }: { losses: readonly HistoryLoss[] }) {
  if (losses.length === 0) return null;
  const more = losses.length - NAMED;
  return (
    <ul class="charts-lost">
      {losses
        .slice(-NAMED)
        .reverse()
        .map((loss) => (
          <li key={`${loss.kind} ${loss.from} ${loss.to}`}>
            <Icon name="warning" size={16} />
            <span>
              {t('device.lost', { span: spanText(loss) })} {t(`storage.lost.${loss.kind}`)}
            </span>
          </li>
        ))}
      {more > 0 && <li>{t('storage.more', { count: more })}</li>}
    </ul>
  );
}

/** What one of the charts is about wide: beside each other on a desk, below each other on a phone. */
function chartWidth(): number {
  return Math.min(500, window.innerWidth - 100);
}

/** Charts go on only while reports come and reach this page. */
function liveSentence(device: Device, isLong: boolean) {
  if (isLinkDown.value) return t('device.chartsStopped');
  if (device.lastReportAt === null) return '';
  if (!isThere(device)) return rich('device.chartsSilent', { ago: <Ago at={device.lastReportAt} /> });
  return t(isLong ? 'device.chartsLong' : 'device.chartsLive');
}

/** Of a machine that has just joined, an hour would show a sliver at the edge of nothing. */
function ownRange({ enrolledAt }: Device): RangeName {
  return nowMs.peek() - Date.parse(enrolledAt) < 20 * MINUTE_MS ? '15m' : '1h';
}

function parseRange(query: URLSearchParams, own: RangeName): { name: RangeName; range: Range } {
  const name = rangeNamed(query.get('range'), own);
  const fromMs = Date.parse(query.get('from') ?? '');
  const toMs = Date.parse(query.get('to') ?? '');
  const isFixed = toMs - fromMs >= LEAST_ZOOM_MS;
  return { name, range: isFixed ? { kind: 'fixed', fromMs, toMs } : { kind: 'newest', lengthMs: ranges[name] } };
}
