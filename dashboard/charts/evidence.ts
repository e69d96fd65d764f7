import type { IncidentDetail, Series } from '../../protocol/api/view.ts';
import { isolated } from '../../protocol/bidi.ts';
import { t } from '../words/i18n.ts';
import type { Line, Measure, Panel } from './panels.ts';
import { ranges } from './ranges.ts';

const LEAST_MARGIN_MS = 15 * 60_000;
/** Measurements are kept this long. */
const KEPT_MS = ranges['13mo'];

/** The range that proves an incident: a stretch of calm, its onset, and its end or now. */
export function evidenceRange(incident: IncidentDetail, nowMs: number): { fromMs: number; toMs: number } {
  const onsetMs = Date.parse(incident.onsetAt);
  const endMs = incident.resolvedAt === null ? nowMs : Date.parse(incident.resolvedAt);
  const marginMs = Math.max(LEAST_MARGIN_MS, (endMs - onsetMs) / 3);
  const toMs = Math.min(nowMs, endMs + (incident.resolvedAt === null ? 0 : marginMs));
  return { fromMs: Math.max(onsetMs - marginMs, toMs - KEPT_MS), toMs };
}

/** One chart for each unit among the evidence. */
export function evidencePanels(answer: Series): Panel[] {
  const byMeasure = new Map<Measure, Line[]>();
  for (const { metric, unit, kind } of answer.items) {
    const measure = measureOf(unit, kind);
    const line: Line = { label: metricTitle(metric), metrics: [metric], combine: (value) => value };
    byMeasure.set(measure, [...(byMeasure.get(measure) ?? []), line]);
  }
  return [...byMeasure].map(([measure, lines]) => ({
    id: measure,
    title: lines.map((line) => isolated(line.label)).join(', '),
    measure,
    lines,
  }));
}

/** How a metric of this unit is drawn. */
export function measureOf(unit: string, kind: string): Measure {
  if (unit === 'ratio' || unit === 'celsius' || unit === 'load' || unit === 'seconds') return unit;
  if (unit === 'bytes') return kind === 'counter' ? 'bytesPerSecond' : 'bytes';
  return 'count';
}

/** A metric in words; one that has none keeps its name. */
export function metricTitle(metric: string): string {
  const [, family = metric, name = ''] = /^([^[]+)\[(.*)\]$/.exec(metric) ?? [];
  switch (family) {
    case 'cpu.busy':
      return t('metric.cpuBusy');
    case 'cpu.iowait':
      return t('metric.cpuIowait');
    case 'memory.available':
      return t('metric.memoryAvailable');
    case 'swap.used':
      return t('metric.swapUsed');
    case 'fs.available':
      return t('metric.fsAvailable', { name });
    case 'fs.inodesFree':
      return t('metric.fsInodesFree', { name });
    case 'fs.readable':
      return t('metric.fsReadable', { name });
    case 'fs.readOnly':
      return t('metric.fsReadOnly', { name });
    case 'host.uptime':
      return t('metric.uptime');
    default:
      return metric;
  }
}
