import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { GoodbyeFrame, GoodbyeReason } from '../protocol/wire/frame.ts';

/** What can be seen when the agent is told to stop. */
export interface StopEvidence {
  /** The installer left its mark: it stops the agent to start a newer one. */
  readonly isUpgrade: boolean;
  /** What `systemctl list-jobs` says; empty where there is no systemd. */
  readonly systemdJobs: string;
  /** The manager of the system is on its way down, whatever the reason. */
  readonly isStopping: boolean;
}

/** When to be back, in milliseconds. After that the server raises the alarm. */
const returnInMs = {
  reboot: 15 * 60_000,
  upgrade: 5 * 60_000,
  service_stop: 10 * 60_000,
  shutdown: 0,
  sleep: 0,
  server_restart: 0,
} as const satisfies Record<GoodbyeReason, number>;

/** The mark that an installer puts into the data folder before it stops the agent; the next start removes it. */
export const UPGRADE_MARK = 'upgrade';
/** An upgrade that was broken off must not excuse a stop the day after. */
const UPGRADE_MARK_AGE_MS = 600_000;
const SYSTEMCTL_DEADLINE_MS = 1_000;

/** The goodbye that the evidence speaks for. A stop that nothing explains is a stop of the service. */
export function chooseGoodbye({ isUpgrade, systemdJobs, isStopping }: StopEvidence): GoodbyeFrame {
  const reason = reasonOf(systemdJobs, isStopping) ?? (isUpgrade ? 'upgrade' : 'service_stop');
  return { type: 'goodbye', reason, returnInMs: returnInMs[reason] };
}

function reasonOf(jobs: string, isStopping: boolean): GoodbyeReason | undefined {
  const isStarting = (target: string) => new RegExp(`^\\s*\\d+\\s+${target}\\.target\\s+start\\b`, 'm').test(jobs);
  if (['reboot', 'kexec', 'soft-reboot'].some(isStarting)) return 'reboot';
  if (['poweroff', 'halt'].some(isStarting)) return 'shutdown';
  // On its way down, but nobody says whether it returns: expect it back, so that a host which stays away is noticed.
  return isStopping || isStarting('shutdown') ? 'reboot' : undefined;
}

/** Looks at the system; takes a second at most. */
export async function readStopEvidence(dataDir: string, nowMs: number): Promise<StopEvidence> {
  const mark = statSync(join(dataDir, UPGRADE_MARK), { throwIfNoEntry: false });
  const isUpgrade = mark !== undefined && nowMs - mark.mtimeMs < UPGRADE_MARK_AGE_MS;
  // What a container was started for takes it down with itself.
  if (process.pid === 1) return { isUpgrade, systemdJobs: '', isStopping: true };
  if (!existsSync('/run/systemd/system')) return { isUpgrade, systemdJobs: '', isStopping: false };
  const [systemdJobs, state] = await Promise.all([
    systemctl(['list-jobs', '--no-legend', '--no-pager', '--plain']),
    systemctl(['is-system-running']),
  ]);
  return { isUpgrade, systemdJobs, isStopping: state.trim() === 'stopping' };
}

function systemctl(args: readonly string[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const options = { timeout: SYSTEMCTL_DEADLINE_MS, killSignal: 'SIGKILL', env: { LC_ALL: 'C' } } as const;
  // Its exit code is the state of the system. No answer leaves the evidence empty, which means a stop of the service.
  execFile('/usr/bin/systemctl', args, options, (_error, stdout) => resolve(stdout));
  return promise;
}
