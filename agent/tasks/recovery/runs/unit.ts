import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import type { RecoveryRun } from '../../../../protocol/wire/recovery-task.ts';

const SYSTEMD_MARK = '/run/systemd/system';
const systemctlPaths = ['/usr/bin/systemctl', '/bin/systemctl'];
const properties = 'LoadState,ActiveState,ExecMainStartTimestamp,ExecMainExitTimestamp,ExecMainCode,ExecMainStatus';
const TIMEOUT_MS = 10_000;

/** The last run of a systemd unit; null if it has none since boot, or nobody can tell. */
export async function readUnitRun(unit: string): Promise<RecoveryRun | null> {
  const systemctl = systemctlPaths.find((path) => existsSync(path));
  if (systemctl === undefined || !existsSync(SYSTEMD_MARK)) return null;
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const options = {
    env: { TZ: 'UTC', LC_ALL: 'C' },
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024,
  } as const;
  execFile(systemctl, ['show', `--property=${properties}`, '--', unit], options, (error, stdout) =>
    resolve(error === null ? stdout : null),
  );
  const text = await promise;
  return text === null ? null : parseUnitRun(text);
}

/** What `systemctl show` says of a unit, in UTC. Its times are cut to whole seconds. */
export function parseUnitRun(text: string): RecoveryRun | null {
  const lines = text.split('\n').filter((line) => line.includes('='));
  const fields = new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  const startedAt = readTimestamp(fields.get('ExecMainStartTimestamp'));
  if (fields.get('LoadState') !== 'loaded' || startedAt === null) return null;
  const run = { from: 'unit', startedAt, endedAt: null, exitCode: null, signal: null, pointIds: [] } as const;
  const exitedAt = readTimestamp(fields.get('ExecMainExitTimestamp'));
  const status = Number(fields.get('ExecMainStatus'));
  const code = fields.get('ExecMainCode');
  // While it runs, the exit is that of the run before.
  if (exitedAt === null || exitedAt < startedAt || code === '0') {
    const isRunning = ['activating', 'active', 'reloading', 'deactivating'].includes(fields.get('ActiveState') ?? '');
    return { ...run, state: isRunning ? 'running' : 'cut_off' };
  }
  // It ended within that second.
  const ended = { ...run, endedAt: exitedAt + 999, state: 'ended' } as const;
  if (code === '1')
    return { ...ended, exitCode: Number.isInteger(status) && status >= 0 && status <= 255 ? status : null };
  const signal = Object.entries(constants.signals).find(([, number]) => number === status)?.[0] ?? null;
  return { ...ended, signal };
}

/** Such as `Tue 2026-12-01 02:00:00 UTC`. */
function readTimestamp(text: string | undefined): number | null {
  const parts = /^\w{3} (?<day>\d{4}-\d\d-\d\d) (?<time>\d\d:\d\d:\d\d)(?:\.\d+)? UTC$/.exec(text ?? '')?.groups;
  const at = parts === undefined ? Number.NaN : Date.parse(`${parts.day}T${parts.time}Z`);
  return Number.isNaN(at) ? null : at;
}
