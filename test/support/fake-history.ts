import type { Device, PresenceInterval, Series } from '../../protocol/api/view.ts';
import { typed } from '../../protocol/said/said.ts';
import { random } from './fake-random.ts';

const GiB = 1024 ** 3;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Smooth noise around 0, between -1 and 1, that changes over about `periodMs`. */
function drift(seed: string, atMs: number, periodMs: number): number {
  const step = Math.floor(atMs / periodMs);
  const share = atMs / periodMs - step;
  const ease = share * share * (3 - 2 * share);
  const from = random(seed, step) * 2 - 1;
  const to = random(seed, step + 1) * 2 - 1;
  return from + (to - from) * ease;
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** The value of a metric at a moment, or of a counter its rate per second; null while the device was silent. */
export function valueAt(device: Device, metric: string, atMs: number, nowMs: number): number | null {
  if (atMs > nowMs || (device.lastReportAt !== null && atMs > Date.parse(device.lastReportAt) + 120_000)) return null;
  const seed = `${device.id} ${metric}`;
  const noise = random(seed, Math.round(atMs / 1000)) - 0.5;
  const slow = drift(seed, atMs, 40 * 60_000);
  const busy = 0.5 + 0.5 * Math.sin(((atMs % DAY_MS) / DAY_MS) * 2 * Math.PI - 1.2);
  const family = metric.split('[')[0] ?? metric;
  const mount = metric.slice(family.length + 1, -1);
  const system = device.fileSystems.find(({ mountpoint }) => mountpoint === mount);
  const cpu =
    device.name === 'app-2' && nowMs - atMs < 52 * 60_000 ? 0.97 : clamp(0.18 + 0.12 * busy + 0.1 * slow, 0.02, 1);
  switch (family) {
    case 'cpu.busy':
      return clamp(cpu + 0.05 * noise, 0, 1);
    case 'cpu.iowait':
      return clamp(0.02 + 0.02 * slow + 0.015 * noise, 0, 1);
    case 'load.1':
    case 'load.5':
    case 'load.15':
      return clamp(cpu * 8 + (family === 'load.1' ? noise * 1.4 : family === 'load.5' ? noise * 0.4 : 0), 0, 64);
    case 'memory.size':
      return 32 * GiB;
    case 'memory.available':
      return 32 * GiB * (1 - (device.memoryUsedRatio ?? 0.5)) * (1 + 0.06 * slow + 0.01 * noise);
    case 'swap.size':
      return 4 * GiB;
    case 'swap.used':
      return 0.2 * GiB * (1 + 0.1 * slow);
    case 'fs.size':
      return system?.sizeBytes ?? null;
    case 'fs.available':
      return available(device, mount, system?.availableBytes ?? 0, nowMs - atMs, slow);
    case 'net.rxBytes':
      return (1.6e6 + 1.2e6 * busy) * (1 + 0.6 * slow + 0.5 * noise);
    case 'net.txBytes':
      return (6e5 + 5e5 * busy) * (1 + 0.6 * slow + 0.5 * noise);
    case 'disk.readBytes':
      return 2e6 * (1 + slow) * (0.6 + random(seed, Math.floor(atMs / 60_000)));
    case 'disk.writeBytes':
      return 3.4e6 * (1.2 + slow) * (0.6 + random(seed, Math.floor(atMs / 60_000)));
    case 'temperature':
      return 44 + 9 * cpu + 2 * slow;
    default:
      return clamp(0.03 + 0.03 * slow + 0.02 * noise, 0, 1);
  }
}

/** What is nearly full got there steadily. */
function available(device: Device, mount: string, nowBytes: number, agoMs: number, slow: number): number {
  const leak = device.openIncidents > 0 && device.fullestDisk?.mountpoint === mount ? (agoMs / HOUR_MS) * 1.9 * GiB : 0;
  return nowBytes + leak + 0.004 * nowBytes * slow;
}

export function makeSeries(
  device: Device,
  metrics: readonly string[],
  range: { fromMs: number; toMs: number; stepMs: number },
  nowMs: number,
  aggregation?: Series['items'][number]['aggregation'],
): Series {
  const { fromMs, toMs, stepMs } = range;
  // Readings spread a little around their mean, more in longer steps.
  const spread = Math.min(0.35, stepMs / 10_000_000) * (aggregation === 'min' ? -1 : aggregation === 'max' ? 1 : 0);
  const resolution = stepMs >= 3_600_000 ? 'hour' : stepMs >= 300_000 ? 'fiveMinute' : 'raw';
  const steps = Math.ceil((toMs - fromMs) / stepMs);
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    stepMs,
    resolution,
    items: metrics.map((metric) => {
      const known = device.latest.find((latest) => latest.metric === metric);
      return {
        metric,
        unit: known?.unit ?? 'bytes',
        kind: known?.kind ?? 'gauge',
        aggregation: aggregation ?? (known?.kind === 'counter' ? 'rate' : 'mean'),
        values: Array.from({ length: steps }, (_, index) => {
          const value = valueAt(device, metric, fromMs + index * stepMs, nowMs);
          return value === null ? null : value * (1 + spread);
        }),
      };
    }),
  };
}

/** Ninety days of a ledger: a few failures, one blindness of the server, nights off for workstations. */
export function makePresence(device: Device, nowMs: number): PresenceInterval[] {
  if (device.state === 'pending') return [];
  const fromMs = Date.parse(device.enrolledAt);
  const exceptions: [number, number, PresenceInterval['state'], string, string][] = [];
  for (let day = 1; day < (nowMs - fromMs) / DAY_MS; day += 1) {
    const at = nowMs - day * DAY_MS;
    if (device.kind === 'workstation')
      exceptions.push([at, 11 * HOUR_MS, 'excluded', 'off', 'Shut down with a goodbye; outside its expected hours']);
    else if (random(device.id, 'down', day) < 0.035)
      exceptions.push([
        at + random(device.id, day) * 12 * HOUR_MS,
        (4 + random(device.id, 'long', day) * 50) * 60_000,
        'down',
        'reboot',
        'The boot identity changed: last proof of life before, first report of the new boot after',
      ]);
    else if (day === 31)
      exceptions.push([
        at,
        3 * HOUR_MS,
        'excluded',
        'maintenance',
        'Maintenance “storage firmware”, declared 3 days before by Ben Carter',
      ]);
  }
  if (device.kind === 'server')
    exceptions.push([
      nowMs - 17 * DAY_MS,
      2.5 * HOUR_MS,
      'unknown',
      'server blind',
      'The server itself was down; no report of this time arrived afterwards',
    ]);
  exceptions.sort(([a], [b]) => a - b);
  const intervals: PresenceInterval[] = [];
  let cursor = fromMs;
  const push = (from: number, to: number, state: PresenceInterval['state'], reason: string, evidence: string) => {
    if (to > from)
      intervals.push({
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        state,
        reason,
        evidence,
        said: typed(evidence),
        revised: false,
      });
  };
  for (const [at, lengthMs, state, reason, evidence] of exceptions) {
    if (at < cursor) continue;
    push(cursor, at, 'up', 'reports', 'Reports of one boot, without a gap');
    push(at, at + lengthMs, state, reason, evidence);
    cursor = at + lengthMs;
  }
  push(cursor, nowMs, 'up', 'reports', 'Reports of one boot, without a gap');
  return intervals;
}
