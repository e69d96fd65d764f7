import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type CheckOutcome, outcome } from '../../protocol/check/outcome.ts';

const systemctlPaths = ['/usr/bin/systemctl', '/bin/systemctl'] as const;
/** There only where systemd is what runs the machine: a container may have the program without it. */
const SYSTEMD_MARK = '/run/systemd/system';

export interface UnitSurroundings {
  readonly systemctl: string | undefined;
  readonly isBooted: boolean;
}

function thisMachine(): UnitSurroundings {
  return { systemctl: systemctlPaths.find((path) => existsSync(path)), isBooted: existsSync(SYSTEMD_MARK) };
}

/** Passes if the systemd unit is active. Asks `systemctl show`, by its absolute path, without a shell or an environment. */
export async function runUnit(
  name: string,
  timeoutMs: number,
  { systemctl, isBooted }: UnitSurroundings = thisMachine(),
): Promise<CheckOutcome> {
  const startedAtMs = performance.now();
  if (systemctl === undefined || !isBooted) return outcome(null, 'not_found', startedAtMs);
  const unit = name.includes('.') ? name : `${name}.service`;
  const { promise, resolve } = Promise.withResolvers<{ stdout: string; killed: boolean }>();
  const args = ['show', '--property=LoadState,ActiveState', '--', unit];
  execFile(systemctl, args, { timeout: timeoutMs, killSignal: 'SIGKILL', env: {}, maxBuffer: 4096 }, (error, stdout) =>
    resolve({ stdout, killed: error?.killed ?? false }),
  );
  const { stdout, killed } = await promise;
  // It is the manager that did not answer; the unit may be well.
  if (killed) return outcome(null, 'timeout', startedAtMs);
  const property = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  const [load, active] = [property('LoadState'), property('ActiveState')];
  if (load === '') return outcome(null, 'failed', startedAtMs);
  if (load === 'not-found') return outcome(false, 'not_found', startedAtMs);
  const isActive = active === 'active' || active === 'reloading';
  return outcome(isActive, isActive ? 'ok' : 'not_running', startedAtMs);
}
