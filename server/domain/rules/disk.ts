import { said } from '../../../protocol/said/said.ts';
import type { Signal } from '../hysteresis.ts';
import { isPooled, poolReads, type Space, sharersOf, spaceOf, toldBy } from '../pools.ts';
import type { Reading, SchemaIndex } from '../reading.ts';
import type { DetectionSettings, SpaceLevel } from '../settings.ts';
import { type Condition, metricIn, type ReportRule, type ValueOf } from './condition.ts';

/**
 * Free space: a level raises when both its share and its absolute amount are undercut, and clears once the share is back
 * above the level by the margin or the absolute amount is reached with the same margin.
 */
export const diskSpace: ReportRule = (schema, { disk }) =>
  (schema.instances.get('fs.available') ?? []).flatMap((mountpoint) => {
    return disk.levels.map((level) =>
      oncePerPool(schema, unlessImage(schema, spaceCondition(schema, mountpoint, level, disk.clearMarginRatio))),
    );
  });

function spaceCondition(
  schema: SchemaIndex,
  mountpoint: string,
  level: SpaceLevel & DetectionSettings['disk']['levels'][number],
  marginRatio: number,
): Condition {
  const metric = `fs.available[${mountpoint}]`;
  const size = metricIn(schema, `fs.size[${mountpoint}]`);
  const available = metricIn(schema, metric);
  const thresholdOf = (sizeBytes: number): number => Math.min(level.belowRatio * sizeBytes, level.belowBytes);
  const mayShare = isPooled(schema, mountpoint);
  const measured = (reading: Reading): Space | null => {
    if (mayShare) return spaceOf(reading, mountpoint);
    const sizeBytes = size(reading);
    const availableBytes = available(reading);
    return sizeBytes === null || availableBytes === null ? null : { sizeBytes, availableBytes };
  };
  const signalOf = (sizeBytes: number, availableBytes: number): Signal | null => {
    if (sizeBytes <= 0) return null;
    if (availableBytes < thresholdOf(sizeBytes)) return 'raise';
    const clearBytes = Math.min(
      (level.belowRatio + marginRatio) * sizeBytes,
      level.belowBytes * (1 + marginRatio / level.belowRatio),
    );
    return availableBytes >= clearBytes ? 'clear' : 'hold';
  };
  return {
    rule: 'disk.space',
    object: mountpoint,
    priority: level.priority,
    timing: level,
    standing: true,
    reads: [`fs.size[${mountpoint}]`, metric],
    signal(reading): Signal | null {
      if (mayShare) {
        const space = spaceOf(reading, mountpoint);
        return space && signalOf(space.sizeBytes, space.availableBytes);
      }
      const sizeBytes = size(reading);
      const availableBytes = available(reading);
      return sizeBytes === null || availableBytes === null ? null : signalOf(sizeBytes, availableBytes);
    },
    said(reading) {
      const { sizeBytes = 0, availableBytes = 0 } = measured(reading) ?? {};
      return said('disk.space', {
        mountpoint,
        availableBytes,
        sizeBytes,
        freeRatio: share(availableBytes, sizeBytes),
        belowBytes: thresholdOf(sizeBytes),
        forMs: level.forMs,
        sharers: sharersOf(reading, mountpoint),
      });
    },
    evidence: (reading) => ({
      metrics: [metric],
      threshold: { metric, value: thresholdOf(measured(reading)?.sizeBytes ?? 0) },
    }),
  };
}

/** Free inodes, by share alone. File systems that have no fixed number of inodes (btrfs) report 0 and are skipped. */
export const diskInodes: ReportRule = (schema, { inodes }) =>
  (schema.instances.get('fs.inodesFree') ?? []).flatMap((mountpoint) => {
    const all = metricIn(schema, `fs.inodes[${mountpoint}]`);
    const free = metricIn(schema, `fs.inodesFree[${mountpoint}]`);
    return inodes.levels.map((level) =>
      oncePerPool(schema, unlessImage(schema, inodeCondition(mountpoint, all, free, level, inodes.clearMarginRatio))),
    );
  });

/** What shares its space with another is told with that one: a full pool is one incident, however many see it. */
function oncePerPool(schema: SchemaIndex, condition: Condition): Condition {
  const { object } = condition;
  if (!isPooled(schema, object)) return condition;
  return {
    ...condition,
    sharedReads: poolReads(schema),
    signal: (reading, context) => (toldBy(reading, object) === null ? condition.signal(reading, context) : 'clear'),
    recovery(reading) {
      const other = toldBy(reading, object);
      return other === null ? null : said('disk.shares-space', { mountpoint: object, teller: other });
    },
  };
}

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
    said: (reading) =>
      said('disk.inodes', {
        mountpoint,
        free: free(reading) ?? 0,
        all: all(reading) ?? 0,
        freeRatio: share(free(reading) ?? 0, all(reading) ?? 0),
        sharers: sharersOf(reading, mountpoint),
      }),
    evidence: (reading) => ({
      metrics: [metric],
      threshold: { metric, value: level.belowRatio * (all(reading) ?? 0) },
    }),
  };
}

/** JSON knows no other number for a share of nothing. */
function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** A file system that could be written and is read-only now, or is so by an error. Any other was mounted so on purpose. */
export const diskReadOnly: ReportRule = (schema, settings) =>
  (schema.instances.get('fs.readOnly') ?? []).map((mountpoint): Condition => {
    const metric = `fs.readOnly[${mountpoint}]`;
    const readOnly = metricIn(schema, metric);
    const error = metricIn(schema, `fs.error[${mountpoint}]`);
    return {
      rule: 'disk.read-only',
      object: mountpoint,
      priority: 'high',
      timing: settings.readOnly,
      standing: true,
      reads: [metric, `fs.error[${mountpoint}]`],
      signal(reading, context) {
        const value = readOnly(reading);
        if (value === null) return null;
        const isUnwanted = error(reading) === 1 || (context.wasWritable?.(mountpoint) ?? true);
        return value === 1 && isUnwanted ? 'raise' : 'clear';
      },
      said: (reading) => said('disk.read-only', { mountpoint, hasErrors: error(reading) === 1 }),
      evidence: () => ({ metrics: [metric], threshold: null }),
    };
  });
