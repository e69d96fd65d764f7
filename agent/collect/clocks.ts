import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces, uptime } from 'node:os';
import type { Clocks } from '../../protocol/wire/frame.ts';
import { parseMountinfo } from './linux/mountinfo.ts';
import { parseProcessStat } from './linux/process-stat.ts';

/** Where the system keeps its identity; tests put other folders in their place. */
export interface SystemRoots {
  readonly procRoot?: string;
  readonly etcRoot?: string;
  readonly platform?: NodeJS.Platform;
}

/** The three clocks, taken together. On Linux `bootMs` is that of /proc/uptime and moves in steps of 10 ms. */
export function readClocks(): Clocks {
  const [seconds, nanoseconds] = process.hrtime();
  return {
    wallMs: Date.now(),
    monotonicMs: seconds * 1000 + Math.floor(nanoseconds / 1e6),
    bootMs: Math.round(uptime() * 1000),
  };
}

/** As {@link readClocks}, with `bootMs` since what {@link readBootId} names began: in a container, since its own start. */
export function createClocks(roots?: SystemRoots): () => Clocks {
  const beganMs = (startUnderHostClock(roots) ?? 0) * TICK_MS;
  return () => {
    const clocks = readClocks();
    return { ...clocks, bootMs: Math.max(0, clocks.bootMs - beganMs) };
  };
}

/** /proc counts starts of processes in hundredths of a second since the boot, whatever the kernel itself ticks in. */
const TICK_MS = 10;
/** A host starts its first process in its first seconds; only a container has one that is later than this. */
const HOST_STARTS_WITHIN_TICKS = 1_000;

/**
 * When a container began, in ticks since the host's boot, if its uptime is the host's. Undefined on a host, and in a container
 * with an uptime of its own, which is mounted over the kernel's file (lxcfs, sysbox).
 */
function startUnderHostClock({
  procRoot = '/proc',
  platform = process.platform,
}: SystemRoots = {}): number | undefined {
  if (platform !== 'linux') return undefined;
  const startTicks = firstProcessTicks(procRoot) ?? 0;
  const mounts = parseMountinfo(readIfPresent(`${procRoot}/self/mountinfo`) ?? '');
  const hasOwnUptime = mounts.some(({ mountpoint }) => mountpoint === '/proc/uptime');
  return startTicks > HOST_STARTS_WITHIN_TICKS && !hasOwnUptime ? startTicks : undefined;
}

function firstProcessTicks(procRoot: string): number | undefined {
  return parseProcessStat(readIfPresent(`${procRoot}/1/stat`) ?? '')?.startTicks;
}

/** Two estimates of one boot differ by no more than this, unless the clock was set meanwhile. */
const BOOT_TOLERANCE_SECONDS = 120;

/**
 * Names this boot of this machine or container.
 *
 * Linux: the kernel's boot id and the start time of PID 1, which is constant on a host and tells a container's starts apart:
 * behind a slash where the boot clock counts from there, behind a plus where it counts from what /proc/uptime says. One identity
 * never has two boot clocks.
 * macOS: the id of the boot session. Elsewhere `boot-` and the second of the boot by the present clock: as that estimate
 * moves with the clock, the identity of the last run is kept while it is close.
 * @param previous what the last run of the agent read, if it is known
 */
export function readBootId(
  previous?: string,
  { procRoot = '/proc', platform = process.platform }: SystemRoots = {},
): string {
  if (platform === 'linux') {
    const bootId = readIfPresent(`${procRoot}/sys/kernel/random/boot_id`)?.trim();
    const startTicks = firstProcessTicks(procRoot);
    const sign = startUnderHostClock({ procRoot, platform }) === undefined ? '+' : '/';
    if (bootId) return startTicks === undefined ? bootId : `${bootId}${sign}${startTicks}`;
  }
  if (platform === 'darwin') {
    const session = output('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'])?.trim();
    if (session) return session;
  }
  return bootIdFromTime(Date.now() / 1000 - uptime(), previous);
}

/** `boot-SECOND`, or `previous` if it names a second so close that it is the same boot. */
export function bootIdFromTime(bootSeconds: number, previous?: string): string {
  const known = previous?.startsWith('boot-') ? Number(previous.slice(5)) : Number.NaN;
  if (previous !== undefined && Math.abs(known - bootSeconds) <= BOOT_TOLERANCE_SECONDS) return previous;
  return `boot-${Math.round(bootSeconds)}`;
}

/**
 * Stable per installed system: 64 hexadecimal digits, a hash because machine-id(5) asks to keep the id itself private.
 * Without an id of the platform it hashes the host name and the hardware addresses.
 */
export function readMachineId({ etcRoot = '/etc', platform = process.platform }: SystemRoots = {}): string {
  const id = platformMachineId(platform, etcRoot) ?? [hostname(), ...hardwareAddresses()].join(' ');
  return createHash('sha256').update(`vigia-machine ${id}`).digest('hex');
}

/** Whether the system has no id of its own, so that {@link readMachineId} goes by what may change. */
export function isMachineIdGuessed({ etcRoot = '/etc', platform = process.platform }: SystemRoots = {}): boolean {
  return platformMachineId(platform, etcRoot) === undefined;
}

function platformMachineId(platform: NodeJS.Platform, etcRoot: string): string | undefined {
  if (platform === 'darwin') {
    const registry = output('/usr/sbin/ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice']);
    return /"IOPlatformUUID" = "([^"]+)"/.exec(registry ?? '')?.[1];
  }
  if (platform === 'win32') {
    const key = 'HKLM\\SOFTWARE\\Microsoft\\Cryptography';
    const registry = output('C:\\Windows\\System32\\reg.exe', ['query', key, '/v', 'MachineGuid']);
    return /MachineGuid\s+REG_SZ\s+(\S+)/.exec(registry ?? '')?.[1];
  }
  const id = readIfPresent(`${etcRoot}/machine-id`)?.trim();
  // Images that have not seen their first boot hold nothing or this word.
  return id && id !== 'uninitialized' ? id : undefined;
}

function hardwareAddresses(): readonly string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return [...new Set(addresses.map((each) => each.mac))].filter((mac) => mac !== '00:00:00:00:00:00').sort();
}

/** At the start only: what the platform says through a program of its own, or undefined. */
function output(program: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      timeout: 5000,
      env: {},
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
