import { said } from '../../../protocol/said/said.ts';
import type { Signal } from '../hysteresis.ts';
import type { Reading } from '../reading.ts';
import { type Condition, metricIn, type ReportRule } from './condition.ts';
import type { RuleContext } from './rule.ts';

/** All cores together are busy for long. A build or a backup is not an emergency, so this is Normal. */
export const cpuBusy: ReportRule = (schema, { cpu }) => {
  const busy = metricIn(schema, 'cpu.busy');
  const clearRatio = cpu.raiseRatio - cpu.clearMarginRatio;
  return [
    {
      rule: 'cpu.busy',
      object: '',
      priority: 'normal',
      timing: cpu,
      standing: false,
      reads: ['cpu.busy'],
      signal(reading): Signal | null {
        const ratio = busy(reading);
        if (ratio === null) return null;
        return ratio >= cpu.raiseRatio ? 'raise' : ratio < clearRatio ? 'clear' : 'hold';
      },
      said: (reading, context) =>
        said('cpu.busy', {
          busyRatio: busy(reading) ?? 0,
          atLeastRatio: cpu.raiseRatio,
          forMs: cpu.forMs,
          busiest: context.topProcesses(),
        }),
      evidence: () => ({
        metrics: ['cpu.busy', 'cpu.iowait', 'cpu.steal'],
        threshold: { metric: 'cpu.busy', value: cpu.raiseRatio },
      }),
    },
  ];
};

/** Little memory is left and the machine pages because of it. A full page cache alone is healthy. */
export const memoryExhausted: ReportRule = (schema, { memory }) => {
  const size = metricIn(schema, 'memory.size');
  const available = metricIn(schema, 'memory.available');
  const thresholdOf = (sizeBytes: number): number => Math.min(memory.belowRatio * sizeBytes, memory.belowBytes);
  return [
    {
      rule: 'memory.exhausted',
      object: '',
      priority: 'normal',
      timing: memory,
      standing: false,
      signal(reading, { swappedAt }): Signal | null {
        const sizeBytes = size(reading);
        const availableBytes = available(reading);
        if (sizeBytes === null || availableBytes === null || sizeBytes <= 0) return null;
        const isSwapping = swappedAt !== null && reading.at - swappedAt <= memory.swapQuietMs;
        const thresholdBytes = thresholdOf(sizeBytes);
        if (!isSwapping) return 'clear';
        if (availableBytes < thresholdBytes) return 'raise';
        return availableBytes >= thresholdBytes * (1 + memory.clearMarginRatio / memory.belowRatio) ? 'clear' : 'hold';
      },
      said: (reading, context) =>
        said('memory.exhausted', {
          availableBytes: available(reading) ?? 0,
          sizeBytes: size(reading) ?? 0,
          forMs: memory.forMs,
          largest: context.topProcesses(),
        }),
      evidence: (reading) => ({
        metrics: ['memory.available', 'swap.used'],
        threshold: { metric: 'memory.available', value: thresholdOf(size(reading) ?? 0) },
      }),
    },
  ];
};

/** The machine came back with another boot identity and had not said that it would. Stands for a day. */
export const rebootUnexpected: ReportRule = (_schema, { reboot }) => {
  const stands = (reading: Reading, { unexpectedRebootAt }: RuleContext): boolean =>
    unexpectedRebootAt !== null && reading.at - unexpectedRebootAt < reboot.standsForMs;
  return [
    {
      rule: 'reboot.unexpected',
      object: '',
      priority: 'medium',
      timing: { forMs: 0, keepForMs: 0 },
      standing: false,
      signal: (reading, context) => (stands(reading, context) ? 'raise' : 'clear'),
      said: (reading, { unexpectedRebootAt }) => said('reboot.unexpected', { at: unexpectedRebootAt ?? reading.at }),
      evidence: () => ({ metrics: ['host.uptime'], threshold: null }),
      since: ({ unexpectedRebootAt }) => unexpectedRebootAt,
    },
  ];
};

/** The agent's time of day is far from the server's: logins, certificates and backups depend on it. */
export const clockSkew: ReportRule = (_schema, { clock }) =>
  clock.levels.map(
    (level): Condition => ({
      rule: 'clock.skew',
      object: '',
      priority: level.priority,
      timing: level,
      standing: true,
      signal(_reading, { clockOffsetMs }) {
        if (clockOffsetMs === null) return null;
        const offMs = Math.abs(clockOffsetMs);
        return offMs > level.aboveMs ? 'raise' : offMs <= level.aboveMs / 2 ? 'clear' : 'hold';
      },
      said: (_reading, { clockOffsetMs }) =>
        said('clock.skew', {
          offMs: Math.abs(clockOffsetMs ?? 0),
          side: (clockOffsetMs ?? 0) > 0 ? 'ahead' : 'behind',
          aboveMs: level.aboveMs,
        }),
      evidence: () => ({ metrics: [], threshold: null }),
    }),
  );
