import { type Reading, readValue } from '../reading.ts';
import type { SpaceLevel } from '../settings.ts';
import { formatBytes, formatDuration, formatRatio } from '../wording.ts';
import type { Finding, Rule, RuleContext } from './rule.ts';

/**
 * Free space: a level raises when both its share and its absolute amount are undercut, and clears once the share is back
 * above the level by the margin or the absolute amount is reached with the same margin.
 */
export const diskSpace: Rule = function* (reading, context) {
  const { levels, clearMarginRatio } = context.settings.disk;
  for (const mountpoint of reading.schema.instances.get('fs.available') ?? []) {
    const sizeBytes = readValue(reading, `fs.size[${mountpoint}]`);
    const availableBytes = readValue(reading, `fs.available[${mountpoint}]`);
    if (sizeBytes === null || availableBytes === null || sizeBytes <= 0) continue;
    for (const level of levels) {
      const thresholdBytes = Math.min(level.belowRatio * sizeBytes, level.belowBytes);
      const clearBytes = Math.min(
        (level.belowRatio + clearMarginRatio) * sizeBytes,
        level.belowBytes * (1 + clearMarginRatio / level.belowRatio),
      );
      yield {
        rule: 'disk.space',
        object: mountpoint,
        priority: level.priority,
        timing: level,
        signal: availableBytes < thresholdBytes ? 'raise' : availableBytes >= clearBytes ? 'clear' : 'hold',
        sentence: () =>
          `${mountpoint} has ${formatBytes(availableBytes)} left of ${formatBytes(sizeBytes)} (${formatRatio(availableBytes / sizeBytes)} free, below ${formatBytes(thresholdBytes)} for ${formatDuration(level.forMs)})`,
        evidence: {
          metrics: [`fs.available[${mountpoint}]`],
          threshold: { metric: `fs.available[${mountpoint}]`, value: thresholdBytes },
        },
        standing: true,
      };
    }
  }
};

/** Free inodes, by share alone. File systems that have no fixed number of inodes (btrfs) report 0 and are skipped. */
export const diskInodes: Rule = function* (reading, context) {
  for (const mountpoint of reading.schema.instances.get('fs.inodesFree') ?? []) {
    const inodes = readValue(reading, `fs.inodes[${mountpoint}]`);
    const free = readValue(reading, `fs.inodesFree[${mountpoint}]`);
    if (inodes === null || free === null || inodes <= 0) continue;
    for (const level of context.settings.inodes.levels) yield inodeFinding(mountpoint, inodes, free, level, context);
  }
};

function inodeFinding(
  mountpoint: string,
  inodes: number,
  free: number,
  level: SpaceLevel,
  context: RuleContext,
): Finding {
  const ratio = free / inodes;
  const clearRatio = level.belowRatio + context.settings.inodes.clearMarginRatio;
  return {
    rule: 'disk.inodes',
    object: mountpoint,
    priority: level.priority,
    timing: level,
    signal: ratio < level.belowRatio ? 'raise' : ratio >= clearRatio ? 'clear' : 'hold',
    sentence: () =>
      `${mountpoint} has ${free.toLocaleString('en')} of ${inodes.toLocaleString('en')} inodes left (${formatRatio(ratio)}): new files will soon fail although space is free`,
    evidence: {
      metrics: [`fs.inodesFree[${mountpoint}]`],
      threshold: { metric: `fs.inodesFree[${mountpoint}]`, value: level.belowRatio * inodes },
    },
    standing: true,
  };
}

/** A file system that is mounted read-only although it is a disk that should take writes. */
export const diskReadOnly: Rule = function* (reading: Reading, context) {
  for (const mountpoint of reading.schema.instances.get('fs.readOnly') ?? []) {
    const readOnly = readValue(reading, `fs.readOnly[${mountpoint}]`);
    if (readOnly === null) continue;
    yield {
      rule: 'disk.read-only',
      object: mountpoint,
      priority: 'high',
      timing: context.settings.readOnly,
      signal: readOnly === 1 ? 'raise' : 'clear',
      sentence: () => `${mountpoint} is read-only: nothing can be written to it, often after a disk error`,
      evidence: { metrics: [`fs.readOnly[${mountpoint}]`], threshold: null },
      standing: true,
    };
  }
};
