import { join } from 'node:path';
import type { Clocks } from '../../protocol/wire/frame.ts';
import { readdir, readFile, rename, rm, stat } from '../files/disk.ts';
import { keepFile } from '../files/keep.ts';
import { describeError, type Log } from '../log/log.ts';
import { onceAMinute } from '../log/once-a-minute.ts';
import { makeDirectory } from '../spool/folder.ts';
import { type KeptResult, parseBegun, parseKept, type TaskResult, without } from './kept-result.ts';

export interface LedgerOptions {
  readonly directory: string;
  /** The id of the device that this agent is. */
  readonly asker: string;
  readonly bootId: string;
  readonly clocks: () => Clocks;
  readonly log: Log;
  readonly bounds?: Partial<LedgerBounds>;
}

/** What is remembered at most. */
export interface LedgerBounds {
  readonly tasks: number;
  /** Of results, without their files. */
  readonly bytes: number;
  readonly fileBytes: number;
  /** A disk that takes longer counts as one that cannot be written. */
  readonly writeMs: number;
}

const defaultBounds: LedgerBounds = { tasks: 256, bytes: 2 ** 20, fileBytes: 8 * 2 ** 20, writeMs: 5_000 };

type State = 'begun' | 'ended' | 'taken';
/** The further one counts, if a crash left two. */
const states: readonly State[] = ['begun', 'ended', 'taken'];

interface Entry {
  readonly number: number;
  readonly id: string;
  state: State;
  result: KeptResult | null;
}

/**
 * The tasks that ran here, on disk: one file each, which says in its name how far it came. A task is written down before it runs,
 * so that it never runs twice, and its result before it is sent, so that it is not lost. What the server has is remembered until
 * newer ones need the room.
 */
export class TaskLedger {
  readonly #options: LedgerOptions;
  readonly #bounds: LedgerBounds;
  /** By id, oldest first. */
  readonly #entries = new Map<string, Entry>();
  readonly #mayTell = onceAMinute();
  #lastNumber = 0;

  private constructor(options: LedgerOptions) {
    this.#options = options;
    this.#bounds = { ...defaultBounds, ...options.bounds };
  }

  /** Reads what is on disk. Tasks that had begun and not ended are interrupted. Never rejects: without a disk it starts empty. */
  static async open(options: LedgerOptions): Promise<TaskLedger> {
    const ledger = new TaskLedger(options);
    try {
      await makeDirectory(options.directory);
      await ledger.#load();
    } catch (error) {
      options.log.warn('the results of earlier tasks cannot be read', describeError(error));
    }
    return ledger;
  }

  knows(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Results that the server does not have, oldest first. */
  *untaken(): Generator<{ readonly id: string; readonly result: KeptResult }> {
    for (const { id, state, result } of this.#entries.values()) if (state === 'ended' && result) yield { id, result };
  }

  /** Where the file of a task's result is. */
  fileOf(id: string): string {
    return join(this.#options.directory, `${id}.file`);
  }

  /** How long ago it ended, in ms. */
  ageMs({ bootId, bootMs, wallMs }: KeptResult): number {
    const now = this.#options.clocks();
    return Math.round(Math.max(0, bootId === this.#options.bootId ? now.bootMs - bootMs : now.wallMs - wallMs));
  }

  /** The task is about to run. Resolves when that is on disk, or cannot be. */
  async begin(id: string): Promise<void> {
    this.#lastNumber += 1;
    const entry: Entry = { number: this.#lastNumber, id, state: 'begun', result: null };
    this.#entries.set(id, entry);
    await this.#onDisk(() => keepFile(this.#pathOf(entry), JSON.stringify({ asker: this.#options.asker })));
  }

  /** The task ended so. Resolves when that is on disk, or cannot be. */
  async end(id: string, result: TaskResult): Promise<void> {
    const entry = this.#entries.get(id);
    if (!entry) throw new Error('A task has ended that did not begin.');
    const before = this.#pathOf(entry);
    const { bootMs, wallMs } = this.#options.clocks();
    const { asker, bootId } = this.#options;
    const when = { asker, bootId, bootMs: Math.round(bootMs), wallMs: Math.round(wallMs) };
    entry.state = 'ended';
    entry.result = { ...result, dropped: 0, ...when };
    const dropped = await this.#makeRoom(entry);
    entry.result = { ...entry.result, dropped };
    await this.#onDisk(async () => {
      await keepFile(this.#pathOf(entry), JSON.stringify(entry.result));
      await rm(before, { force: true });
    });
  }

  /** The server has it. */
  async taken(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry?.state !== 'ended') return;
    const before = this.#pathOf(entry);
    entry.state = 'taken';
    // Without waiting for the disk: what is sent once more is known there.
    await this.#onDisk(() => rename(before, this.#pathOf(entry)));
  }

  /** The server asks for it again. */
  wanted(id: string): void {
    const entry = this.#entries.get(id);
    if (entry?.state === 'taken') entry.state = 'ended';
  }

  #pathOf({ number, id, state }: Entry): string {
    return join(this.#options.directory, `${String(number).padStart(12, '0')}-${id}.${state}`);
  }

  async #load(): Promise<void> {
    const { directory, log } = this.#options;
    const found = new Map<string, Entry>();
    for (const name of (await readdir(directory)).sort()) {
      const parts = /^(?<number>\d{12})-(?<id>[0-9a-f]{32})\.(?<state>begun|ended|taken)$/.exec(name)?.groups;
      if (parts === undefined) {
        if (name.endsWith('.tmp')) await rm(join(directory, name), { force: true });
        continue;
      }
      const entry: Entry = {
        number: Number(parts.number),
        id: parts.id ?? '',
        state: parts.state as State,
        result: null,
      };
      this.#lastNumber = Math.max(this.#lastNumber, entry.number);
      const other = found.get(entry.id);
      const isFurther = !other || states.indexOf(other.state) < states.indexOf(entry.state);
      const behind = isFurther ? other : entry;
      if (behind) await rm(this.#pathOf(behind), { force: true });
      if (isFurther) found.set(entry.id, entry);
    }
    for (const entry of found.values()) {
      try {
        const text = await readFile(this.#pathOf(entry), 'utf8');
        if (entry.state !== 'begun') entry.result = parseKept(text);
        const asker = entry.result?.asker ?? parseBegun(text);
        if (asker === this.#options.asker) this.#entries.set(entry.id, entry);
        else await this.#forget(entry);
      } catch (error) {
        log.warn('the result of a task cannot be read and is dropped', { task: entry.id, ...describeError(error) });
        await this.#forget(entry);
      }
    }
    await this.#dropStrayFiles();
    for (const { id, state } of [...this.#entries.values()])
      if (state === 'begun') await this.end(id, without('interrupted', 'The agent ended while the task ran.'));
  }

  async #dropStrayFiles(): Promise<void> {
    const { directory } = this.#options;
    for (const name of await readdir(directory)) {
      const id = /^(?<id>[0-9a-f]{32})\.file$/.exec(name)?.groups?.id;
      if (id !== undefined && !this.#entries.get(id)?.result?.fileBytes)
        await rm(join(directory, name), { force: true });
    }
  }

  /** Forgets the oldest while there are too many: first what the server has, then what it has not. @returns how many of these */
  async #makeRoom(newest: Entry): Promise<number> {
    let dropped = 0;
    while (this.#isTooFull()) {
      const ended = [...this.#entries.values()].filter(({ state }) => state !== 'begun');
      const oldest = ended.find(({ state }) => state === 'taken') ?? ended.find((entry) => entry !== newest);
      if (!oldest) return dropped;
      if (oldest.state === 'ended') dropped += 1 + (oldest.result?.dropped ?? 0);
      await this.#onDisk(() => this.#forget(oldest));
    }
    if (dropped > 0 && this.#mayTell('dropped') !== null)
      this.#options.log.warn('too many results of tasks wait for the server; the oldest are dropped', { dropped });
    return Math.min(dropped, 0xffff);
  }

  #isTooFull(): boolean {
    const results = [...this.#entries.values()].map(({ result }) => result);
    const bytes = results.reduce((sum, result) => sum + (result?.json.length ?? 0), 0);
    const fileBytes = results.reduce((sum, result) => sum + (result?.fileBytes ?? 0), 0);
    const { tasks, bytes: maxBytes, fileBytes: maxFileBytes } = this.#bounds;
    return this.#entries.size > tasks || bytes > maxBytes || fileBytes > maxFileBytes;
  }

  async #forget(entry: Entry): Promise<void> {
    this.#entries.delete(entry.id);
    await rm(this.#pathOf(entry), { force: true });
    await rm(this.fileOf(entry.id), { force: true });
  }

  /** An agent goes on without its disk: then it remembers as long as it runs. */
  async #onDisk(work: () => Promise<void>): Promise<void> {
    const { promise: tooLong, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error('the disk does not answer')), this.#bounds.writeMs);
    try {
      await Promise.race([work(), tooLong]);
    } catch (error) {
      if (this.#mayTell('disk') !== null)
        this.#options.log.warn('what became of tasks cannot be kept on disk', describeError(error));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Size of a file in bytes; 0 if there is none. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
