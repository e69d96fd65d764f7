import { readValue } from '../reading.ts';
import { formatBytes, formatDuration, formatInstant, formatRatio } from '../wording.ts';
import type { Rule } from './rule.ts';

/** All cores together are busy for long. A build or a backup is not an emergency, so this is Normal. */
export const cpuBusy: Rule = function* (reading, { settings, topProcesses }) {
  const busy = readValue(reading, 'cpu.busy');
  if (busy === null) return;
  const { cpu } = settings;
  yield {
    rule: 'cpu.busy',
    object: '',
    priority: 'normal',
    timing: cpu,
    signal: busy >= cpu.raiseRatio ? 'raise' : busy < cpu.clearRatio ? 'clear' : 'hold',
    sentence: () =>
      `CPU is ${formatRatio(busy)} busy, at least ${formatRatio(cpu.raiseRatio)} for ${formatDuration(cpu.forMs)}${topProcesses && `; busiest: ${topProcesses}`}`,
    evidence: {
      metrics: ['cpu.busy', 'cpu.iowait', 'cpu.steal'],
      threshold: { metric: 'cpu.busy', value: cpu.raiseRatio },
    },
    standing: false,
  };
};

/** Little memory is left and the machine pages because of it. A full page cache alone is healthy. */
export const memoryExhausted: Rule = function* (reading, { settings, swappedAt, topProcesses }) {
  const sizeBytes = readValue(reading, 'memory.size');
  const availableBytes = readValue(reading, 'memory.available');
  if (sizeBytes === null || availableBytes === null || sizeBytes <= 0) return;
  const { memory } = settings;
  const thresholdBytes = Math.min(memory.belowRatio * sizeBytes, memory.belowBytes);
  const isSwapping = swappedAt !== null && reading.at - swappedAt <= memory.swapQuietMs;
  const isClear = availableBytes >= thresholdBytes * (1 + memory.clearMarginRatio / memory.belowRatio);
  yield {
    rule: 'memory.exhausted',
    object: '',
    priority: 'normal',
    timing: memory,
    signal: availableBytes < thresholdBytes && isSwapping ? 'raise' : isClear || !isSwapping ? 'clear' : 'hold',
    sentence: () =>
      `${formatBytes(availableBytes)} of ${formatBytes(sizeBytes)} memory is available and the machine is swapping, for ${formatDuration(memory.forMs)}${topProcesses && `; largest: ${topProcesses}`}`,
    evidence: {
      metrics: ['memory.available', 'swap.used'],
      threshold: { metric: 'memory.available', value: thresholdBytes },
    },
    standing: false,
  };
};

/** The machine came back with another boot identity and had not said that it would. Stands for a day. */
export const rebootUnexpected: Rule = function* (reading, { settings, unexpectedRebootAt }) {
  const stands = unexpectedRebootAt !== null && reading.at - unexpectedRebootAt < settings.reboot.standsForMs;
  yield {
    rule: 'reboot.unexpected',
    object: '',
    priority: 'medium',
    timing: { forMs: 0, keepForMs: 0 },
    signal: stands ? 'raise' : 'clear',
    sentence: () =>
      `The machine restarted at ${formatInstant(unexpectedRebootAt ?? reading.at)} without being told to: a crash, a power cut or a hard reset`,
    evidence: { metrics: ['host.uptime'], threshold: null },
    standing: false,
    ...(unexpectedRebootAt === null ? {} : { since: unexpectedRebootAt }),
  };
};

/** The agent's time of day is far from the server's: logins, certificates and backups depend on it. */
export const clockSkew: Rule = function* (_reading, { settings, clockOffsetMs }) {
  if (clockOffsetMs === null) return;
  const offMs = Math.abs(clockOffsetMs);
  for (const level of settings.clock.levels) {
    yield {
      rule: 'clock.skew',
      object: '',
      priority: level.priority,
      timing: level,
      signal: offMs > level.aboveMs ? 'raise' : offMs <= level.aboveMs / 2 ? 'clear' : 'hold',
      sentence: () =>
        `The clock is ${formatDuration(offMs)} ${clockOffsetMs > 0 ? 'ahead of' : 'behind'} the server's (more than ${formatDuration(level.aboveMs)})`,
      evidence: { metrics: [], threshold: null },
      standing: true,
    };
  }
};
