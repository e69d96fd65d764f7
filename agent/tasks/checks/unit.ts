import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type CheckOutcome, outcome } from '../../../protocol/check/outcome.ts';

const systemctlPaths = ['/usr/bin/systemctl', '/bin/systemctl'] as const;
/** There only where systemd is what runs the machine: a container may have the program without it. */
const SYSTEMD_MARK = '/run/systemd/system';
const MAX_ANSWER_BYTES = 64 * 1024;
/** Units that start a unit when it is needed. */
const starters = /\.(socket|timer|path|automount)$/;

export interface UnitSurroundings {
  readonly systemctl: string | undefined;
  readonly isBooted: boolean;
}

/** Who is to start it, and keeps systemd from forgetting it. */
const wanting = ['WantedBy', 'RequiredBy', 'UpheldBy', 'TriggeredBy'];

/** Properties by their names, of one unit. */
type Properties = ReadonlyMap<string, string>;

function thisMachine(): UnitSurroundings {
  return { systemctl: systemctlPaths.find((path) => existsSync(path)), isBooted: existsSync(SYSTEMD_MARK) };
}

/**
 * Passes if the systemd unit does what it is there for: it is active; or it is a oneshot that is at work or has finished well;
 * or it ended well and waits for its socket, timer or path, which is active. Asks `systemctl show`, by its absolute path, without
 * a shell or an environment.
 */
export async function runUnit(
  name: string,
  timeoutMs: number,
  { systemctl, isBooted }: UnitSurroundings = thisMachine(),
): Promise<CheckOutcome> {
  const startedAtMs = performance.now();
  if (systemctl === undefined || !isBooted) return outcome(null, 'not_found', startedAtMs);
  const ask = (names: readonly string[]) => show(systemctl, names, timeoutMs - (performance.now() - startedAtMs));
  const answers = await ask([name.includes('.') ? name : `${name}.service`]);
  // It is the manager that did not answer; the unit may be well.
  if (answers === 'timeout') return outcome(null, 'timeout', startedAtMs);
  const [unit] = answers;
  const load = unit?.get('LoadState') ?? '';
  if (unit === undefined || load === '') return outcome(null, 'failed', startedAtMs);
  if (load === 'not-found') return outcome(false, 'not_found', startedAtMs);
  if (isActive(unit) || isFineOneshot(unit)) return outcome(true, 'ok', startedAtMs);
  const waitsFor = endedWell(unit) ? startersOf(unit) : [];
  if (waitsFor.length === 0) return outcome(false, 'not_running', startedAtMs);
  const states = await ask(waitsFor);
  if (states === 'timeout') return outcome(null, 'timeout', startedAtMs);
  const isWaiting = states.some(isActive);
  return outcome(isWaiting, isWaiting ? 'ok' : 'not_running', startedAtMs);
}

function isActive(unit: Properties): boolean {
  return ['active', 'reloading', 'refreshing'].includes(unit.get('ActiveState') ?? '');
}

/**
 * Being at work is `activating` for a oneshot, and having done it well is `inactive`. What others want and never ran has done
 * nothing yet. What nobody wants systemd forgets as soon as it has ended well, and not if it failed: nothing is wrong with it.
 */
function isFineOneshot(unit: Properties): boolean {
  if (unit.get('Type') !== 'oneshot') return false;
  if (unit.get('ActiveState') === 'activating') return unit.get('SubState')?.startsWith('start') ?? false;
  const hasRun = Number(unit.get('ExecMainExitTimestampMonotonic') ?? 0) > 0;
  return endedWell(unit) && (hasRun || !isWanted(unit));
}

function isWanted(unit: Properties): boolean {
  return wanting.some((property) => (unit.get(property) ?? '') !== '');
}

function endedWell(unit: Properties): boolean {
  return unit.get('ActiveState') === 'inactive' && ['success', ''].includes(unit.get('Result') ?? '');
}

function startersOf(unit: Properties): readonly string[] {
  return (unit.get('TriggeredBy') ?? '').split(' ').filter((starter) => starters.test(starter));
}

async function show(
  systemctl: string,
  names: readonly string[],
  timeoutMs: number,
): Promise<readonly Properties[] | 'timeout'> {
  const { promise, resolve } = Promise.withResolvers<{ stdout: string; killed: boolean }>();
  const wanted = `LoadState,ActiveState,SubState,Type,Result,ExecMainExitTimestampMonotonic,${wanting.join()}`;
  const options = {
    timeout: Math.max(1, Math.round(timeoutMs)),
    killSignal: 'SIGKILL',
    env: {},
    maxBuffer: MAX_ANSWER_BYTES,
  } as const;
  execFile(systemctl, ['show', `--property=${wanted}`, '--', ...names], options, (error, stdout) =>
    resolve({ stdout, killed: error?.killed ?? false }),
  );
  const { stdout, killed } = await promise;
  if (killed) return 'timeout';
  // Units are parted by an empty line.
  return stdout.split('\n\n').map((block) => {
    const lines = block.split('\n').filter((line) => line.includes('='));
    return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  });
}
