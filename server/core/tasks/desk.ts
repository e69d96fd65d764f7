import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { ProtocolError } from '../../../protocol/error.ts';
import { Feature } from '../../../protocol/wire/frame.ts';
import { MAX_TASK_MS, type TaskFileFrame, type TaskResultFrame } from '../../../protocol/wire/task.ts';
import { QuietLog } from '../../platform/fairness/quiet-log.ts';
import { formerAnswer, formerFrame, isKnown } from './former-frames.ts';
import { type IncomingFile, IncomingFiles } from './incoming-file.ts';
import type { AskedDevice, DropReason, TaskEnding, TaskKind } from './kind.ts';
import { reasonIn } from './reason.ts';
import { RecentTasks } from './recent-tasks.ts';

export interface TaskDeskOptions {
  readonly logger: Logger;
  /** Results counted for nothing. */
  readonly onDropped: (reason: DropReason, count: number) => void;
  /** A monotonic clock, ms. */
  readonly nowMs?: () => number;
}

export interface AskOptions<Facts> {
  /** Whoever has not answered by then is not waited for. */
  readonly withinMs: number;
  /**
   * Called with how it ended. What it returns is waited for before the agent is told to forget its result: if it rejects, the
   * result is not taken, its agent sends it again, and this is called once more.
   */
  readonly take: (ending: TaskEnding<Facts>) => void | Promise<void>;
}

/** A task that an agent was asked. */
export interface AskedTask {
  /** Nobody wants to know any more. */
  withdraw(): void;
}

/** Of all devices together, but for standing tasks, of which each device has one of a kind. */
const MAX_OPEN = 2_000;
const MAX_OPEN_PER_DEVICE = 16;
/** What could not be stored is waited for at least so much longer. */
const RETRY_MS = 600_000;

interface OpenTask {
  readonly id: string;
  readonly record: AskedDevice;
  readonly kind: TaskKind<never, unknown>;
  readonly json: () => string;
  readonly untilMs: number;
  readonly take: (ending: TaskEnding<unknown>) => void | Promise<void>;
  timer: NodeJS.Timeout;
  /** The connection on which it was asked last. */
  sentTo: AskedDevice['connection']['peer'];
  /** Its number in frames of an agent that does not know tasks. */
  number: number | null;
  file: IncomingFile | null;
  isTaking: boolean;
}

/**
 * Where everything is asked of agents: each task once, whatever becomes of its connection, in the way that its agent knows. What
 * nobody asked for, and what comes too late, too large or again, is counted and goes no further.
 */
export class TaskDesk {
  readonly #options: TaskDeskOptions;
  readonly #nowMs: () => number;
  readonly #open = new Map<string, OpenTask>();
  readonly #byDevice = new Map<AskedDevice, Set<OpenTask>>();
  readonly #byNumber = new Map<number, OpenTask>();
  readonly #recent = new RecentTasks();
  readonly #files = new IncomingFiles();
  readonly #drops: QuietLog;
  #standing = 0;
  #lastNumber = 0;
  #isClosed = false;

  constructor(options: TaskDeskOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#drops = new QuietLog((fields, message) => options.logger.info(fields, message));
  }

  /** Tasks that wait for their answer, without those that stand. */
  get pending(): { readonly length: number; readonly limit: number } {
    return { length: this.#open.size - this.#standing, limit: MAX_OPEN };
  }

  /**
   * Asks the agent of this device, now or when it connects. A task that was under way when a connection ended is sent again on the
   * next one: it is the same by its id.
   * @returns null if too much waits already, of this device or of all, or its agent is too old: nothing was asked
   */
  ask<Payload, Facts>(
    record: AskedDevice,
    kind: TaskKind<Payload, Facts>,
    payload: Payload,
    { withinMs, take }: AskOptions<Facts>,
  ): AskedTask | null {
    const own = this.#byDevice.get(record) ?? new Set();
    if (this.#isClosed || !isKnown(kind.name, record.connection.peer?.features ?? Feature.tasks)) return null;
    if (kind.isStanding) this.#replace(own, kind.name);
    else if (own.size >= MAX_OPEN_PER_DEVICE || this.pending.length >= MAX_OPEN) return null;
    const task: OpenTask = {
      id: randomBytes(16).toString('hex'),
      record,
      kind,
      json: () => kind.write(payload),
      untilMs: this.#nowMs() + Math.min(withinMs, MAX_TASK_MS),
      // What comes here was judged by this kind.
      take: (ending) => take(ending as TaskEnding<Facts>),
      timer: setTimeout(() => this.#expire(task), withinMs),
      sentTo: null,
      number: null,
      file: null,
      isTaking: false,
    };
    this.#open.set(task.id, task);
    this.#byDevice.set(record, own.add(task));
    if (kind.isStanding) this.#standing += 1;
    this.#send(task);
    return { withdraw: () => this.#forget(task, 'withdrawn') };
  }

  /** The agent has its welcome: what it did not answer yet is asked again. */
  opened(record: AskedDevice): void {
    for (const task of this.#byDevice.get(record) ?? []) this.#send(task);
  }

  /** Its connection is no more: what was on its way comes again. */
  disconnected(record: AskedDevice): void {
    for (const task of this.#byDevice.get(record) ?? []) this.#dropFile(task);
  }

  /** Takes a result. Its agent is told to forget it as soon as it is stored, and at once if nobody wants it. */
  take(record: AskedDevice, frame: TaskResultFrame): void {
    const id = hex(frame.id);
    if (frame.dropped > 0) this.#drop('agent_full', record, id, frame.dropped);
    const task = this.#open.get(id);
    if (!task || task.record !== record) {
      const reason = task ? 'foreign' : this.#recent.reasonFor(id);
      if (reason !== null) this.#drop(reason, record, id);
      sendTaken(record, id);
    } else if (task.isTaking) {
      this.#drop('duplicate', record, id);
    } else if (Buffer.byteLength(frame.json) > task.kind.maxResultBytes || frame.fileBytes > task.kind.maxFileBytes) {
      this.#drop('oversized', record, id);
      this.#end(task, { outcome: 'failed', reason: 'The answer is larger than what was asked for.' });
    } else if (frame.fileBytes > 0) {
      this.#dropFile(task);
      task.file = this.#files.begin(frame, this.#nowMs());
    } else this.#end(task, this.#judged(task, frame, null));
  }

  /** Takes a part of a result's file. */
  takeFile(record: AskedDevice, frame: TaskFileFrame): void {
    const task = this.#open.get(hex(frame.id));
    // Parts of what was refused are still on their way; that was said when their result came.
    if (task?.record !== record || task.file === null) return;
    const isWhole = this.#files.take(task.file, frame, this.#nowMs());
    if (isWhole === false) return;
    const { result, bytes } = task.file;
    this.#dropFile(task);
    if (isWhole) this.#end(task, this.#judged(task, result, bytes));
    else this.#drop('malformed', record, task.id);
  }

  /** Takes the answer of an agent that does not know tasks. @throws ProtocolError frame_malformed */
  takeFormer(record: AskedDevice, json: string): void {
    const { number, ending } = formerAnswer(json);
    const task = this.#byNumber.get(number);
    if (task?.record === record && !task.isTaking) {
      this.#end(task, ending);
      return;
    }
    const reason = task ? 'foreign' : this.#recent.reasonFor(String(number));
    if (reason !== null) this.#drop(reason, record, String(number));
  }

  /** Nobody is told how what is open ends. */
  close(): void {
    this.#isClosed = true;
    this.#drops.close();
    for (const task of [...this.#open.values()]) this.#forget(task, 'withdrawn');
  }

  #replace(own: ReadonlySet<OpenTask>, kind: string): void {
    for (const task of [...own]) {
      if (task.kind.name !== kind || task.isTaking) continue;
      this.#forget(task, 'withdrawn');
      this.#tell(task, { outcome: 'replaced', reason: 'Another took its place.' }).catch((cause: unknown) =>
        this.#failed(task, cause),
      );
    }
  }

  #send(task: OpenTask): void {
    const { peer } = task.record.connection;
    if (!peer || task.sentTo === peer || task.isTaking) return;
    const isFirst = task.sentTo === null;
    task.sentTo = peer;
    const json = task.json();
    if ((peer.features & Feature.tasks) !== 0) {
      const remainingMs = Math.max(0, Math.round(task.untilMs - this.#nowMs()));
      peer.send({ type: 'task', id: Buffer.from(task.id, 'hex'), kind: task.kind.name, remainingMs, json });
      return;
    }
    // Such an agent does not know what it has done already.
    if (!isFirst) return;
    this.#lastNumber += 1;
    const former = formerFrame(task.kind.name, json, peer.features, this.#lastNumber);
    if (former) peer.send(former.frame);
    if (former?.isAnswered) {
      task.number = this.#lastNumber;
      this.#byNumber.set(this.#lastNumber, task);
    } else this.#end(task, { outcome: 'unconfirmed', reason: 'Its agent is too old to say what came of it.' });
  }

  #judged(task: OpenTask, { outcome, json, ageMs }: TaskResultFrame, file: Uint8Array | null): TaskEnding<unknown> {
    if (outcome !== 'done') return { outcome, reason: reasonIn(json) };
    try {
      return { outcome, facts: task.kind.judge(json), ageMs, file };
    } catch (cause) {
      // Thrown on, it would end the link, and end it again each time the agent comes with its answer.
      if (!(cause instanceof ProtocolError || cause instanceof SyntaxError))
        this.#options.logger.error({ err: cause, kind: task.kind.name }, 'judging an answer failed; this is a defect');
      this.#drop('malformed', task.record, task.id);
      return { outcome: 'failed', reason: 'Its answer cannot be read.' };
    }
  }

  /** The one who asked gets it; once that is stored, the agent may forget it. */
  #end(task: OpenTask, ending: TaskEnding<unknown>): void {
    task.isTaking = true;
    clearTimeout(task.timer);
    this.#tell(task, ending).then(
      () => {
        if (!this.#open.has(task.id)) return;
        this.#forget(task, 'duplicate');
        if (task.number === null) sendTaken(task.record, task.id);
      },
      (cause: unknown) => {
        this.#failed(task, cause);
        task.isTaking = false;
        // Its agent sends it again until it is stored.
        task.timer = setTimeout(() => this.#expire(task), Math.max(RETRY_MS, task.untilMs - this.#nowMs()));
      },
    );
  }

  async #tell(task: OpenTask, ending: TaskEnding<unknown>): Promise<void> {
    await task.take(ending);
  }

  #expire(task: OpenTask): void {
    this.#forget(task, 'late');
    this.#tell(task, { outcome: 'unanswered', reason: 'No answer came in time.' }).catch((cause: unknown) =>
      this.#failed(task, cause),
    );
  }

  #failed({ id, record, kind }: OpenTask, cause: unknown): void {
    const fields = { err: cause, task: id, kind: kind.name, device: record.info.id };
    this.#options.logger.error(fields, 'what came of a task could not be stored');
  }

  #forget(task: OpenTask, as: 'late' | 'duplicate' | 'withdrawn'): void {
    if (!this.#open.delete(task.id)) return;
    clearTimeout(task.timer);
    this.#dropFile(task);
    this.#recent.add(task.id, as);
    if (task.kind.isStanding) this.#standing -= 1;
    if (task.number !== null) {
      this.#byNumber.delete(task.number);
      this.#recent.add(String(task.number), as);
    }
    const own = this.#byDevice.get(task.record);
    own?.delete(task);
    if (own?.size === 0) this.#byDevice.delete(task.record);
  }

  #dropFile(task: OpenTask): void {
    if (task.file !== null) this.#files.end(task.file);
    task.file = null;
  }

  #drop(reason: DropReason, record: AskedDevice, task: string, count = 1): void {
    this.#options.onDropped(reason, count);
    this.#drops.note({ reason, device: record.info.id, task, count }, 'the result of a task counts for nothing');
  }
}

function sendTaken({ connection }: AskedDevice, id: string): void {
  const { peer } = connection;
  if (peer && (peer.features & Feature.tasks) !== 0) peer.send({ type: 'task_taken', id: Buffer.from(id, 'hex') });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
