import type { IncidentDetail } from '../../../protocol/api/view.ts';
import { Chart } from '../../charts/Chart.tsx';
import { evidencePanels, evidenceRange } from '../../charts/evidence.ts';
import { frameOf, stepFor } from '../../charts/frame.ts';
import type { Mark } from '../../charts/marks.ts';
import { api } from '../../data/api.ts';
import { minuteEndMs } from '../../data/clock.ts';
import { reportIntervalOf } from '../../data/report-interval.ts';
import { devices } from '../../data/store.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { t } from '../../words/i18n.ts';

/** The chart that proves an incident, with its threshold and onset drawn in. */
export function Evidence({ incident }: { incident: IncidentDetail }) {
  const { deviceId, evidence } = incident;
  if (deviceId === null || evidence === null || evidence.metrics.length === 0) {
    return (
      <section class="card">
        <header class="card-head">
          <h2>{t('evidence.title')}</h2>
        </header>
        <Nothing>{t('evidence.none')}</Nothing>
      </section>
    );
  }
  return <EvidenceCharts incident={incident} deviceId={deviceId} evidence={evidence} />;
}

interface ChartsProps {
  readonly incident: IncidentDetail;
  readonly deviceId: string;
  readonly evidence: NonNullable<IncidentDetail['evidence']>;
}

function EvidenceCharts({ incident, deviceId, evidence }: ChartsProps) {
  const range = evidenceRange(incident, minuteEndMs.value);
  const kind = devices.value.get(deviceId)?.kind;
  const intervalMs = reportIntervalOf(kind ? [kind] : []);
  const stepMs = stepFor(range.toMs - range.fromMs, intervalMs);
  const fromMs = Math.floor(range.fromMs / stepMs) * stepMs;
  const toMs = Math.ceil(range.toMs / stepMs) * stepMs;
  const loaded = useLoaded(`${deviceId} ${evidence.metrics.join(' ')} ${fromMs} ${toMs}`, () =>
    api.series(deviceId, evidence.metrics, fromMs, toMs, stepMs),
  );
  const moments: Mark[] = [
    { kind: 'moment', atMs: Date.parse(incident.onsetAt), label: t('evidence.onset') },
    ...(incident.resolvedAt === null
      ? []
      : [{ kind: 'moment' as const, atMs: Date.parse(incident.resolvedAt), label: t('evidence.resolved') }]),
  ];
  const { threshold } = evidence;
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('evidence.title')}</h2>
      </header>
      <Async loaded={loaded}>
        {(series) => {
          const frame = frameOf([series]);
          const known = series.items.some((item) => item.values.some((value) => value !== null));
          if (!frame || !known) return <Nothing>{t('evidence.notKept')}</Nothing>;
          return evidencePanels(series).map((panel) => (
            <Chart
              key={panel.id}
              panel={panel}
              frame={frame}
              reportIntervalMs={intervalMs}
              syncKey={incident.id}
              heightPx={220}
              marks={[
                ...moments,
                ...(threshold && panel.lines.some((line) => line.metrics.includes(threshold.metric))
                  ? [{ kind: 'threshold' as const, value: threshold.value, label: t('evidence.threshold') }]
                  : []),
              ]}
            />
          ));
        }}
      </Async>
    </section>
  );
}
