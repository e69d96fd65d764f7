import type { Signal } from '../hysteresis.ts';
import type { Reading, SchemaIndex } from '../reading.ts';
import type { DetectionSettings, SpaceLevel } from '../settings.ts';
import { formatBytes, formatDuration, formatRatio } from '../wording.ts';
import { type Condition, metricIn, type ReportRule, type ValueOf } from './condition.ts';

/**
 * Free space: a level raises when both its share and its absolute amount are undercut, and clears once the share is back
 * above the level by the margin or the absolute amount is reached with the same margin.
 */
export const diskSpace: ReportRule = (schema, { disk }) =>
  (schema.instances.get('fs.available') ?? []).flatMap((mountpoint) => {
    const size = metricIn(schema, `fs.size[${mountpoint}]`);
    const available = metricIn(schema, `fs.available[${mountpoint}]`);
    return disk.levels.map((level) =>
      unlessImage(schema, spaceCondition(mountpoint, size, available, level, disk.clearMarginRatio)),
    );
  });

function spaceCondition(
  mountpoint: string,
  size: ValueOf,
  available: ValueOf,
  level: SpaceLevel & DetectionSettings['disk']['levels'][number],
  marginRatio: number,
): Condition {
  const metric = `fs.available[${mountpoint}]`;
  const thresholdOf = (sizeBytes: number): number => Math.min(level.belowRatio * sizeBytes, level.belowBytes);
  return {
    rule: 'disk.space',
    object: mountpoint,
    priority: level.priority,
    timing: level,
    standing: true,
    reads: [`fs.size[${mountpoint}]`, metric],
    signal(reading): Signal | null {
      const sizeBytes = size(reading);
      const availableBytes = available(reading);
      if (sizeBytes === null || availableBytes === null || sizeBytes <= 0) return null;
      if (availableBytes < thresholdOf(sizeBytes)) return 'raise';
      const clearBytes = Math.min(
        (level.belowRatio + marginRatio) * sizeBytes,
        level.belowBytes * (1 + marginRatio / level.belowRatio),
      );
      return availableBytes >= clearBytes ? 'clear' : 'hold';
    },
    sentence(reading) {
      const sizeBytes = size(reading) ?? 0;
      const availableBytes = available(reading) ?? 0;
      return `${mountpoint} has ${formatBytes(availableBytes)} left of ${formatBytes(sizeBytes)} (${formatRatio(availableBytes / sizeBytes)} free, below ${formatBytes(thresholdOf(sizeBytes))} for ${formatDuration(level.forMs)})`;
    },
    evidence: (reading) => ({ metrics: [metric], threshold: { metric, value: thresholdOf(size(reading) ?? 0) } }),
  };
}

/** Free inodes, by share alone. File systems that have no fixed number of inodes (btrfs) report 0 and are skipped. */
export const diskInodes: ReportRule = (schema, { inodes }) =>
  (schema.instances.get('fs.inodesFree') ?? []).flatMap((mountpoint) => {
    const all = metricIn(schema, `fs.inodes[${mountpoint}]`);
    const free = metricIn(schema, `fs.inodesFree[${mountpoint}]`);
    return inodes.levels.map((level) =>
      unlessImage(schema, inodeCondition(mountpoint, all, free, level, inodes.clearMarginRatio)),
    );
  });

/** What is read-only and never could be written, an image or a disk that is kept so, is as full as it was made. */
function unlessImage(schema: SchemaIndex, condition: Condition): Condition {
  const { object, reads = [] } = condition;
  const metric = `fs.readOnly[${object}]`;
  if (!schema.position.has(metric)) return condition;
  const readOnly = metricIn(schema, metric);
  return {
    ...condition,
    reads: [...reads, metric],
    signal(reading, context) {
      const isImage = readOnly(reading) === 1 && context.wasWritable?.(object) === false;
      return isImage ? null : condition.signal(reading, context);
    },
  };
}

function inodeCondition(
  mountpoint: string,
  all: ValueOf,
  free: ValueOf,
  level: DetectionSettings['inodes']['levels'][number],
  marginRatio: number,
): Condition {
  const metric = `fs.inodesFree[${mountpoint}]`;
  const ratioOf = (reading: Reading): number => (free(reading) ?? 0) / (all(reading) ?? 1);
  return {
    rule: 'disk.inodes',
    object: mountpoint,
    priority: level.priority,
    timing: level,
    standing: true,
    reads: [`fs.inodes[${mountpoint}]`, metric],
    signal(reading): Signal | null {
      const inodes = all(reading);
      if (inodes === null || free(reading) === null || inodes <= 0) return null;
      const ratio = ratioOf(reading);
      if (ratio < level.belowRatio) return 'raise';
      return ratio >= level.belowRatio + marginRatio ? 'clear' : 'hold';
    },
    sentence: (reading) =>
      `${mountpoint} has ${(free(reading) ?? 0).toLocaleString('en')} of ${(all(reading) ?? 0).toLocaleString('en')} inodes left (${formatRatio(ratioOf(reading))}): new files will soon fail although space is free`,
    evidence: (reading) => ({
      metrics: [metric],
      threshold: { metric, value: level.belowRatio * (all(reading) ?? 0) },
    }),
  };
}

/** A file system that could be written and is read-only now. One that never could was mounted so on purpose. */
export const diskReadOnly: ReportRule = (schema, settings) =>
  (schema.instances.get('fs.readOnly') ?? []).map((mountpoint): Condition => {
    const metric = `fs.readOnly[${mountpoint}]`;
    const readOnly = metricIn(schema, metric);
    return {
      rule: 'disk.read-only',
      object: mountpoint,
      priority: 'high',
      timing: settings.readOnly,
      standing: true,
      reads: [metric],
      signal(reading, { wasWritable }) {
        const value = readOnly(reading);
        if (value === null) return null;
        return value === 1 && (wasWritable?.(mountpoint) ?? true) ? 'raise' : 'clear';
      },
      sentence: () => `${mountpoint} is read-only: nothing can be written to it, often after a disk error`,
      evidence: () => ({ metrics: [metric], threshold: null }),
    };
  });
