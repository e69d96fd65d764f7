import type { ByteReader, ByteWriter } from './bytes.ts';

/** Largest payload of a task, in bytes of JSON: a plan of checks fits. */
export const MAX_TASK_BYTES = 96 * 1024;
/** Largest answer to a task, in bytes of JSON. What is larger is a file. */
export const MAX_TASK_RESULT_BYTES = 64 * 1024;
/** Largest file that a result may bring, in bytes. Its kind may allow less. */
export const MAX_TASK_FILE_BYTES = 4 * 1024 * 1024;
/** Largest part of such a file in one frame, in bytes. */
export const MAX_TASK_PART_BYTES = 64 * 1024;
/** Longest time that a task may be given, in ms. */
export const MAX_TASK_MS = 86_400_000;

/**
 * How a task ended on its agent. It ran in the first four: `done`; `failed`; `expired`, its deadline ended it; `interrupted`, the
 * agent ended while it ran, and nobody knows how far it came. It did not run in the others: `refused` by the machine's policy;
 * `busy`, too much waits there; `unknown_kind`; `malformed`.
 */
export const taskOutcomes = [
  'done',
  'failed',
  'expired',
  'interrupted',
  'refused',
  'busy',
  'unknown_kind',
  'malformed',
] as const;
export type TaskOutcome = (typeof taskOutcomes)[number];

/** The server asks the agent to do something. The same id is the same task, however often it comes. */
export interface TaskFrame {
  readonly type: 'task';
  /** 16 random bytes. */
  readonly id: Uint8Array;
  readonly kind: string;
  /** Time left, in ms: by then it has ended, on the agent's clock since boot. */
  readonly remainingMs: number;
  /** The payload, as its kind says. */
  readonly json: string;
}

/** What came of a task. The agent keeps it until a `task_taken`. */
export interface TaskResultFrame {
  readonly type: 'task_result';
  readonly id: Uint8Array;
  readonly outcome: TaskOutcome;
  /** How long ago it ended, in ms. */
  readonly ageMs: number;
  /** How many older results the agent had to drop to keep this one. */
  readonly dropped: number;
  /** Size of the file that follows in `task_file` frames; 0 for none. */
  readonly fileBytes: number;
  /** Facts, as the kind says, if it is done; otherwise an object with a `reason` for people. */
  readonly json: string;
}

/** The next part of a result's file. Parts follow their result in order, on the same connection. */
export interface TaskFileFrame {
  readonly type: 'task_file';
  readonly id: Uint8Array;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The result of this task is committed, or nobody wants it: the agent need not keep it. */
export interface TaskTakenFrame {
  readonly type: 'task_taken';
  readonly id: Uint8Array;
}

export type TaskFrames = TaskFrame | TaskResultFrame | TaskFileFrame | TaskTakenFrame;

const ID_BYTES = 16;
const MAX_AGE_MS = 2 ** 50;
const MAX_DROPPED = 0xffff;

/** How the frames of tasks are written and read. */
export const taskCodecs = {
  task: {
    write: (w: ByteWriter, f: TaskFrame): void => {
      w.raw(f.id).text(f.kind).varint(f.remainingMs).text(f.json);
    },
    read: (r: ByteReader): TaskFrame => ({
      type: 'task',
      id: r.raw(ID_BYTES),
      kind: r.text(64),
      remainingMs: r.varint(MAX_TASK_MS),
      json: r.text(MAX_TASK_BYTES),
    }),
  },
  task_result: {
    write: (w: ByteWriter, f: TaskResultFrame): void => {
      w.raw(f.id).text(f.outcome).varint(f.ageMs).varint(f.dropped).varint(f.fileBytes).text(f.json);
    },
    read: (r: ByteReader): TaskResultFrame => ({
      type: 'task_result',
      id: r.raw(ID_BYTES),
      outcome: knownOutcome(r.text(32)),
      ageMs: r.varint(MAX_AGE_MS),
      dropped: r.varint(MAX_DROPPED),
      fileBytes: r.varint(MAX_TASK_FILE_BYTES),
      json: r.text(MAX_TASK_RESULT_BYTES),
    }),
  },
  task_file: {
    write: (w: ByteWriter, f: TaskFileFrame): void => {
      w.raw(f.id).varint(f.offset).blob(f.bytes);
    },
    read: (r: ByteReader): TaskFileFrame => ({
      type: 'task_file',
      id: r.raw(ID_BYTES),
      offset: r.varint(MAX_TASK_FILE_BYTES),
      bytes: r.blob(MAX_TASK_PART_BYTES),
    }),
  },
  task_taken: {
    write: (w: ByteWriter, f: TaskTakenFrame): void => {
      w.raw(f.id);
    },
    read: (r: ByteReader): TaskTakenFrame => ({ type: 'task_taken', id: r.raw(ID_BYTES) }),
  },
} as const;

/** A newer agent may know more ways to end; its reason still says what happened. */
function knownOutcome(text: string): TaskOutcome {
  return taskOutcomes.find((one) => one === text) ?? 'failed';
}
