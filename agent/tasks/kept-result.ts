import {
  MAX_TASK_FILE_BYTES,
  MAX_TASK_RESULT_BYTES,
  type TaskOutcome,
  taskOutcomes,
} from '../../protocol/wire/task.ts';

/** How a task ended. */
export interface TaskResult {
  readonly outcome: TaskOutcome;
  /** Facts, or an object with a `reason`. */
  readonly json: string;
  /** Size of the file beside it; 0 for none. */
  readonly fileBytes: number;
}

/** The same, as it is kept until the server has it. */
export interface KeptResult extends TaskResult {
  /** The device as which the agent was asked: another server, or another device of it, gets nothing of it. */
  readonly asker: string;
  /** How many results had to be dropped to keep this one. */
  readonly dropped: number;
  /** When it ended, by this boot's clock, and by the time of day for the next boot. */
  readonly bootId: string;
  readonly bootMs: number;
  readonly wallMs: number;
}

/** A result without facts. */
export function without(outcome: TaskOutcome, reason: string): TaskResult {
  return { outcome, json: JSON.stringify({ reason: reason.slice(0, 300) }), fileBytes: 0 };
}

/** Reads what was kept on disk. @throws Error if it is no result */
export function parseKept(text: string): KeptResult {
  const it = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
  const outcome = taskOutcomes.find((one) => one === it?.outcome);
  const isCount = (value: unknown, most: number): value is number =>
    Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most;
  if (
    it === null ||
    outcome === undefined ||
    typeof it.json !== 'string' ||
    Buffer.byteLength(it.json) > MAX_TASK_RESULT_BYTES ||
    typeof it.asker !== 'string' ||
    typeof it.bootId !== 'string' ||
    !isCount(it.fileBytes, MAX_TASK_FILE_BYTES) ||
    !isCount(it.dropped, 0xffff) ||
    !isCount(it.bootMs, 2 ** 50) ||
    !isCount(it.wallMs, 2 ** 50)
  ) {
    throw new Error('it is no result of a task');
  }
  const { json, fileBytes, dropped, asker, bootId, bootMs, wallMs } = it;
  return { outcome, json, fileBytes, dropped, asker, bootId, bootMs, wallMs };
}

/** The device in a note of a task that began. @throws Error if it is none */
export function parseBegun(text: string): string {
  const asker = (JSON.parse(text) as { readonly asker?: unknown } | null)?.asker;
  if (typeof asker !== 'string') throw new Error('it is no note of a task');
  return asker;
}
