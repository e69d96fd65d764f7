/**
 * What a metric is called and how its numbers travel.
 *
 * A metric is `name` or `name[instance]`: `cpu.busy`, `fs.available[/var]`, `net.rxBytes[eth0]`. Values are in base units
 * (bytes, seconds, ratios 0..1, degrees Celsius). A counter only grows and restarts at 0 with the machine.
 */

export type Unit = 'ratio' | 'bytes' | 'seconds' | 'count' | 'celsius' | 'load' | 'flag';
export type MetricKind = 'gauge' | 'counter';

export interface MetricDescriptor {
  /** Name with its instance, at most {@link MAX_METRIC_NAME_BYTES} bytes of UTF-8. */
  readonly name: string;
  readonly unit: Unit;
  readonly kind: MetricKind;
  /** Decimal places kept on the wire: value x 10^decimals is sent as an integer. 0 to 6. */
  readonly decimals: number;
}

export const MAX_METRIC_NAME_BYTES = 255;
export const MAX_METRICS_PER_SCHEMA = 2048;

interface Family {
  readonly unit: Unit;
  readonly kind: MetricKind;
  readonly decimals: number;
  /** What stands in the brackets, if anything. */
  readonly instance?: 'mountpoint' | 'disk' | 'interface' | 'sensor' | 'check';
}

const ratio: Family = { unit: 'ratio', kind: 'gauge', decimals: 4 };
const bytes: Family = { unit: 'bytes', kind: 'gauge', decimals: 0 };
const byteCounter: Family = { unit: 'bytes', kind: 'counter', decimals: 0 };
const counter: Family = { unit: 'count', kind: 'counter', decimals: 0 };

/** Every metric family that a Vigia agent reports. */
export const families = {
  'cpu.busy': ratio,
  'cpu.user': ratio,
  'cpu.nice': ratio,
  'cpu.system': ratio,
  'cpu.iowait': ratio,
  'cpu.irq': ratio,
  'cpu.steal': ratio,
  'cpu.busiestCore': ratio,
  'load.1': { unit: 'load', kind: 'gauge', decimals: 2 },
  'load.5': { unit: 'load', kind: 'gauge', decimals: 2 },
  'load.15': { unit: 'load', kind: 'gauge', decimals: 2 },
  'memory.size': bytes,
  'memory.available': bytes,
  'memory.cached': bytes,
  'swap.size': bytes,
  'swap.used': bytes,
  'swap.inBytes': byteCounter,
  'swap.outBytes': byteCounter,
  'fs.size': { ...bytes, instance: 'mountpoint' },
  'fs.available': { ...bytes, instance: 'mountpoint' },
  'fs.inodes': { unit: 'count', kind: 'gauge', decimals: 0, instance: 'mountpoint' },
  'fs.inodesFree': { unit: 'count', kind: 'gauge', decimals: 0, instance: 'mountpoint' },
  'fs.readOnly': { unit: 'flag', kind: 'gauge', decimals: 0, instance: 'mountpoint' },
  /** 0: it does not answer, or with a fault; absent while nobody knows. */
  'fs.readable': { unit: 'flag', kind: 'gauge', decimals: 0, instance: 'mountpoint' },
  /** 1: an error made it read-only, 0: it was mounted so; only of what is read-only, where the kernel tells. */
  'fs.error': { unit: 'flag', kind: 'gauge', decimals: 0, instance: 'mountpoint' },
  /**
   * The same number for all that share one pool of space, from 1 in each report anew; absent where it shares with none. A place
   * without `fs.size` is another name of one that is measured, such as a subvolume.
   */
  'fs.pool': { unit: 'count', kind: 'gauge', decimals: 0, instance: 'mountpoint' },
  /** Its size, 0 if that is not known: mounted, but not watched, as there are too many. */
  'fs.leftOut': { ...bytes, instance: 'mountpoint' },
  /** How many are mounted and not watched; only where there are any. */
  'fs.leftOutCount': { unit: 'count', kind: 'gauge', decimals: 0 },
  'disk.readBytes': { ...byteCounter, instance: 'disk' },
  'disk.writeBytes': { ...byteCounter, instance: 'disk' },
  'disk.reads': { ...counter, instance: 'disk' },
  'disk.writes': { ...counter, instance: 'disk' },
  'disk.busy': { ...ratio, instance: 'disk' },
  'net.rxBytes': { ...byteCounter, instance: 'interface' },
  'net.txBytes': { ...byteCounter, instance: 'interface' },
  'net.rxErrors': { ...counter, instance: 'interface' },
  'net.txErrors': { ...counter, instance: 'interface' },
  'psi.cpu': ratio,
  'psi.memory': ratio,
  'psi.io': ratio,
  'host.uptime': { unit: 'seconds', kind: 'gauge', decimals: 0 },
  'host.processes': { unit: 'count', kind: 'gauge', decimals: 0 },
  /** 1 passed, 0 failed; absent while it has not run or nobody can tell. */
  'check.up': { unit: 'flag', kind: 'gauge', decimals: 0, instance: 'check' },
  /** Position in `checkReasons`. */
  'check.reason': { unit: 'count', kind: 'gauge', decimals: 0, instance: 'check' },
  'check.duration': { unit: 'seconds', kind: 'gauge', decimals: 3, instance: 'check' },
  /** Time since it ran, so that the server can date the result. */
  'check.age': { unit: 'seconds', kind: 'gauge', decimals: 3, instance: 'check' },
  /** HTTP status. */
  'check.status': { unit: 'count', kind: 'gauge', decimals: 0, instance: 'check' },
  /** Time that the certificate is still valid; below 0 once it has ended. */
  'check.certificateLeft': { unit: 'seconds', kind: 'gauge', decimals: 0, instance: 'check' },
  temperature: { unit: 'celsius', kind: 'gauge', decimals: 1, instance: 'sensor' },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;

/**
 * Describes one metric of a known family.
 * @example describe('fs.size', '/var') // { name: 'fs.size[/var]', unit: 'bytes', kind: 'gauge', decimals: 0 }
 */
export function describe(family: FamilyName, instance?: string): MetricDescriptor {
  const { unit, kind, decimals } = families[family];
  return { name: instance === undefined ? family : `${family}[${instance}]`, unit, kind, decimals };
}

/** Splits `fs.size[/var]` into its family and instance. */
export function parseMetricName(name: string): { family: string; instance: string | undefined } {
  const open = name.indexOf('[');
  if (open < 0 || !name.endsWith(']')) return { family: name, instance: undefined };
  return { family: name.slice(0, open), instance: name.slice(open + 1, -1) };
}

/**
 * The same list if each of its names is proper and stands in it once; else one that is so. The second of a name gets a mark
 * (`disk.busy[sdb#2]`), control characters are replaced, and what is too long is cut: whatever machines call their parts, a
 * name never costs the report it stands in.
 */
export function properNames(metrics: readonly MetricDescriptor[]): readonly MetricDescriptor[] {
  const seen = new Set<string>();
  let isProper = true;
  const named = metrics.map((metric) => {
    const name = freeName(properName(metric.name), seen);
    seen.add(name);
    if (name === metric.name) return metric;
    isProper = false;
    return { ...metric, name };
  });
  return isProper ? metrics : named;
}

const utf8 = new TextEncoder();

function properName(name: string): string {
  const printable = name.toWellFormed().replace(/\p{Cc}/gu, '\ufffd');
  return fits(printable) ? printable || 'nameless' : shortened(printable, '~');
}

function freeName(name: string, seen: ReadonlySet<string>): string {
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : marked(name, `#${count}`);
    if (!seen.has(candidate)) return candidate;
  }
}

function marked(name: string, mark: string): string {
  const candidate = name.endsWith(']') ? `${name.slice(0, -1)}${mark}]` : name + mark;
  return fits(candidate) ? candidate : shortened(name, mark);
}

function fits(name: string): boolean {
  return utf8.encode(name).length <= MAX_METRIC_NAME_BYTES;
}

/** Cut so that the mark has room behind it, and its bracket closed again. */
function shortened(name: string, mark: string): string {
  const end = name.endsWith(']') ? `${mark}]` : mark;
  let room = MAX_METRIC_NAME_BYTES - end.length;
  let cut = '';
  for (const character of name) {
    room -= utf8.encode(character).length;
    if (room < 0) break;
    cut += character;
  }
  return cut + end;
}
