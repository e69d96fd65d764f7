import { type MetricDescriptor, parseMetricName } from '../../protocol/wire/metric.ts';
import type { StoredReport } from '../../server/platform/series/series-store.ts';

/** The name and labels under which another store gets a metric: `vigia_fs_available` with `instance="/var"`. */
export function seriesLabels({ name }: MetricDescriptor, host: string): readonly (readonly [string, string])[] {
  const { family, instance } = parseMetricName(name);
  const labels: (readonly [string, string])[] = [
    ['__name__', `vigia_${family.replace(/[^a-zA-Z0-9]/g, '_')}`],
    ['host', host],
  ];
  return instance === undefined ? labels : [...labels, ['part', instance]];
}

/** A report as lines of the Prometheus text format with timestamps in ms. */
export function toPrometheusText({ deviceId, at, metrics, scaled }: StoredReport): string {
  let text = '';
  for (const [index, metric] of metrics.entries()) {
    const value = scaled[index];
    if (value === null || value === undefined) continue;
    const [name, ...labels] = seriesLabels(metric, deviceId);
    const inner = labels.map(([label, content]) => `${label}="${content}"`).join(',');
    text += `${name?.[1]}{${inner}} ${value / 10 ** metric.decimals} ${at}\n`;
  }
  return text;
}
