import { setTimeout as sleep } from 'node:timers/promises';
import type { PresenceState } from '../../protocol/api/view.ts';
import type { Dashboard } from './client.ts';
import type { LoadProcesses } from './load-process.ts';

/** How long it takes until a dashboard shows what happened to a machine, measured through `/live`. */
export interface DetectionFigures {
  /** Milliseconds from the event to the state on the dashboard; the worst of several machines. */
  readonly detectionDelayMs: {
    readonly cleanShutdown: number;
    readonly killedProcess: number;
    readonly cableCutLate: number;
    readonly cableCutLost: number;
  };
}

const MACHINES_EACH = 3;
const DEADLINE_MS = 60_000;

const gone: readonly PresenceState[] = ['expected', 'off', 'asleep', 'late', 'lost'];

/** Ends nine machines, three in each way, far enough apart that no two are of a site. They report no more. */
export async function measureDetection(
  load: LoadProcesses,
  dashboard: Dashboard,
  deviceIds: readonly string[],
): Promise<DetectionFigures> {
  const places = Array.from({ length: 3 * MACHINES_EACH }, (_, nth) =>
    Math.floor(((nth + 0.5) / (3 * MACHINES_EACH)) * deviceIds.length),
  );
  const until = (index: number, states: readonly PresenceState[]): Promise<number> =>
    dashboard.waitFor(
      (message) =>
        message.type === 'changes' &&
        (message.devices ?? []).some(({ id, state }) => id === deviceIds[index] && states.includes(state)),
      DEADLINE_MS,
    );
  const left = places.slice(0, MACHINES_EACH).map(async (index) => {
    const shown = until(index, gone);
    return -(await load.end(index, 'leave')) + (await shown);
  });
  const died = places.slice(MACHINES_EACH, 2 * MACHINES_EACH).map(async (index) => {
    const shown = until(index, ['late', 'lost']);
    return -(await load.end(index, 'die')) + (await shown);
  });
  const vanished = places.slice(2 * MACHINES_EACH).map(async (index) => {
    const [late, lost] = [until(index, ['late', 'lost']), until(index, ['lost'])];
    const at = await load.end(index, 'vanish');
    return { late: (await late) - at, lost: (await lost) - at };
  });
  const cut = await Promise.all(vanished);
  return {
    detectionDelayMs: {
      cleanShutdown: Math.max(...(await Promise.all(left))),
      killedProcess: Math.max(...(await Promise.all(died))),
      cableCutLate: Math.max(...cut.map(({ late }) => late)),
      cableCutLost: Math.max(...cut.map(({ lost }) => lost)),
    },
  };
}

/** From the report that crosses a threshold to its incident on the dashboard, ms; of `times` machines, one after another. */
export async function measureThreshold(
  load: LoadProcesses,
  dashboard: Dashboard,
  deviceIds: readonly string[],
  times: number,
): Promise<{ p50: number; p99: number; worst: number }> {
  const delays: number[] = [];
  for (let nth = 0; nth < times; nth += 1) {
    const index = Math.floor(((nth + 0.25) / times) * deviceIds.length);
    const shown = dashboard.waitFor(
      (message) =>
        message.type === 'changes' &&
        (message.incidents ?? []).some(
          ({ deviceId, rule, state }) => deviceId === deviceIds[index] && rule === 'disk.read-only' && state === 'open',
        ),
      DEADLINE_MS,
    );
    const sentAt = await load.readOnly(index, true);
    delays.push((await shown) - sentAt);
    await load.readOnly(index, false);
    // Not in step with the server's own rhythm.
    await sleep(Math.random() * 250);
  }
  delays.sort((a, b) => a - b);
  const of = (share: number): number => delays[Math.ceil(share * delays.length) - 1] ?? Number.NaN;
  return { p50: of(0.5), p99: of(0.99), worst: of(1) };
}
