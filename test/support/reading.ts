import { plain } from '../../protocol/said/plain.ts';
import { describe, type FamilyName, type MetricDescriptor, parseMetricName } from '../../protocol/wire/metric.ts';
import { indexSchema, type Reading } from '../../server/domain/reading.ts';
import { findingOf, type ReportRule } from '../../server/domain/rules/condition.ts';
import type { Finding, RuleContext } from '../../server/domain/rules/rule.ts';
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
  const metrics = metricsOf(values);
  return { at, schema: indexSchema(metrics), scaled: scaleExactly(metrics, Object.values(values)) };
}

/** Not rounded as on the wire: the vectors of rules are finer than what agents send. */
function scaleExactly(metrics: readonly MetricDescriptor[], values: readonly (number | null)[]): (number | null)[] {
  return values.map((value, index) => (value === null ? null : value * 10 ** (metrics[index]?.decimals ?? 0)));
}

/** What rules may know, quiet unless said otherwise. */
export function contextOf(over: Partial<RuleContext> = {}): RuleContext {
  return {
    settings: defaultSettings,
    clockOffsetMs: 0,
    unexpectedRebootAt: null,
    swappedAt: null,
    topProcesses: () => [],
    ...over,
  };
}

/** All that a rule says of a reading, whatever it signals. */
export function findingsOf(rule: ReportRule, reading: Reading, context: RuleContext): Finding[] {
  return rule(reading.schema, context.settings).flatMap((condition) => {
    const signal = condition.signal(reading, context);
    return signal === null ? [] : [findingOf(condition, signal, reading, context)];
  });
}

export const GiB = 1024 ** 3;

/** A file system: its size and what is available, in GiB. */
export function disk(mountpoint: string, sizeGiB: number, availableGiB: number | null): Values {
  return {
    [`fs.size[${mountpoint}]`]: sizeGiB * GiB,
    [`fs.available[${mountpoint}]`]: availableGiB === null ? null : availableGiB * GiB,
  };
}

/** What a finding says, in plain English at its time. */
export function wordsOf(finding: Finding | undefined): string {
  return finding === undefined ? '' : plain(finding.said(), 0);
}
