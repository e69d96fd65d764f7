import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import type { KeptResult, TaskResult } from '../../agent/tasks/kept-result.ts';
import type { AnyTaskKind } from '../../agent/tasks/kind.ts';
import { type LedgerBounds, TaskLedger } from '../../agent/tasks/ledger.ts';
import type { Policy } from '../../agent/tasks/policy.ts';
import { TaskRunner } from '../../agent/tasks/runner.ts';
import type { Clocks } from '../../protocol/wire/frame.ts';
import type { TaskFrame, TaskOutcome } from '../../protocol/wire/task.ts';
import { recordingLog } from './agent-machine.ts';
import { tempDir } from './temp-dir.ts';
import { until } from './until.ts';

export interface TaskAgentOptions {
  readonly kinds: readonly AnyTaskKind[];
  readonly directory?: string;
  readonly policy?: Policy;
  readonly bootId?: string;
  readonly bounds?: Partial<LedgerBounds>;
}

export interface Told {
  readonly id: string;
  readonly outcome: TaskOutcome;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  readonly facts: any;
  readonly dropped: number;
}

/** What runs tasks on an agent, with its ledger on disk and a test in place of the connection. */
export interface TaskAgent {
  readonly runner: TaskRunner;
  readonly ledger: TaskLedger;
  readonly directory: string;
  readonly lines: readonly string[];
  /** What it would send, in order; a result that is offered again stands here again. */
  readonly told: readonly Told[];
  readonly clocks: { wallMs: number; monotonicMs: number; bootMs: number };
  /** Asks for something. Returns the id, hex. */
  ask(
    kind: string,
    payload: unknown,
    over?: { readonly id?: string; readonly remainingMs?: number; readonly json?: string },
  ): string;
  /** How a task ended, once it has. */
  ended(id: string): Promise<Told>;
}

export const allowAll: Policy = { allows: () => true, networks: [], fault: undefined };

export async function startTaskAgent(t: Pick<Test, 'teardown'>, options: TaskAgentOptions): Promise<TaskAgent> {
  const { kinds, directory = tempDir(t), policy = allowAll, bootId = 'boot', bounds = {} } = options;
  const { log, lines } = recordingLog();
  const clocks = { wallMs: 1_000_000, monotonicMs: 1_000, bootMs: 5_000 } satisfies Clocks;
  const ledger = await TaskLedger.open({ directory, asker: 'device-1', bootId, clocks: () => clocks, log, bounds });
  const told: Told[] = [];
  const tell = (id: string, { outcome, json, ...rest }: TaskResult | KeptResult): void => {
    told.push({ id, outcome, facts: JSON.parse(json), dropped: 'dropped' in rest ? rest.dropped : 0 });
  };
  const runner = new TaskRunner({
    kinds,
    ledger,
    policy: () => policy,
    clocks: () => clocks,
    log,
    offer(id) {
      ledger.wanted(id);
      const kept = [...ledger.untaken()].find((one) => one.id === id);
      if (kept) tell(id, kept.result);
    },
    decline: tell,
  });
  t.teardown(() => runner.stop());
  return {
    runner,
    ledger,
    directory,
    lines,
    told,
    clocks,
    ask(kind, payload, over = {}) {
      const { id = randomBytes(16).toString('hex'), remainingMs = 60_000, json = JSON.stringify(payload) } = over;
      const frame: TaskFrame = {
        type: 'task',
        id: Buffer.from(id, 'hex'),
        kind,
        remainingMs,
        json,
      };
      runner.take(frame);
      return id;
    },
    ended: (id) => until(`task ${id} has ended`, () => told.find((one) => one.id === id)),
  };
}
