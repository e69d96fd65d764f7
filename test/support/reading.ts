import { describe, type FamilyName, type MetricDescriptor, parseMetricName } from '../../protocol/metric.ts';
import { indexSchema, type Reading } from '../../server/domain/reading.ts';
import type { RuleContext } from '../../server/domain/rules/rule.ts';
import { defaultSettings } from '../../server/domain/settings.ts';

/** Values by metric name; null is a value that could not be read. */
export type Values = Readonly<Record<string, number | null>>;

export function metricsOf(values: Values): MetricDescriptor[] {
  return Object.keys(values).map((name) => {
    const { family, instance } = parseMetricName(name);
    return describe(family as FamilyName, instance);
  });
}

/** A reading with exactly these metrics. */
export function readingOf(at: number, values: Values): Reading {
  return { at, schema: indexSchema(metricsOf(values)), values: Object.values(values) };
}

/** What rules may know, quiet unless said otherwise. */
export function contextOf(over: Partial<RuleContext> = {}): RuleContext {
  return {
    settings: defaultSettings,
    clockOffsetMs: 0,
    unexpectedRebootAt: null,
    swappedAt: null,
    topProcesses: '',
    ...over,
  };
}

export const GiB = 1024 ** 3;

/** A file system: its size and what is available, in GiB. */
export function disk(mountpoint: string, sizeGiB: number, availableGiB: number | null): Values {
  return {
    [`fs.size[${mountpoint}]`]: sizeGiB * GiB,
    [`fs.available[${mountpoint}]`]: availableGiB === null ? null : availableGiB * GiB,
  };
}
