import type { CompiledQuery } from 'kysely';
import type { Logger } from 'pino';
import { VigiaError } from '../../../protocol/error.ts';
import { everyClient } from '../../domain/scope.ts';
import { identify } from '../../fleet/device-identity.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import { AGENTS, asSender } from '../../platform/fairness/sender.ts';
import type { AgentFacts } from '../../platform/store/repo/device.ts';
import type { Store } from '../../platform/store/store.ts';

export interface FactsWriterOptions {
  readonly store: Pick<Store, 'scoped'>;
  /** Writes them in one transaction, or none. */
  readonly write: (statements: readonly CompiledQuery[]) => Promise<void>;
  readonly logger: Logger;
  /** Called when it is written. */
  readonly onWritten: (record: DeviceRecord) => void;
  /** One device is written at most once in this time. */
  readonly spacingMs?: number;
}

/** A document comes once a day; who sends more has the newest written now and then. */
const SPACING_MS = 5_000;
const RETRY_MS = 5_000;
/** Of one transaction: a few milliseconds, in which others wait. */
const MAX_DEVICES_AT_ONCE = 16;
/** Of all that waits. A fleet that was upgraded sends some 10 KB each. */
const MAX_WAITING_CHARACTERS = 128 * 2 ** 20;

/**
 * What agents tell of themselves, on its way to the state database: the newest of each device waits, and a few devices at a time are
 * written, so that all agents together are one customer of the database, and each of them a small one.
 */
export class FactsWriter {
  readonly #options: FactsWriterOptions;
  readonly #waiting = new Map<DeviceRecord, AgentFacts>();
  readonly #writtenAtMs = new WeakMap<DeviceRecord, number>();
  #waitingCharacters = 0;
  #isWriting = false;
  #isEnding = false;
  #written: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #refusedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: FactsWriterOptions) {
    this.#options = options;
  }

  /** Writes this soon, over what waits of the same device. @throws VigiaError overloaded if too much waits */
  take(record: DeviceRecord, facts: AgentFacts): void {
    const before = this.#waiting.get(record);
    const after = { ...before, ...facts };
    const grownBy = sizeOf(after) - sizeOf(before);
    if (grownBy > 0 && this.#waitingCharacters + grownBy > MAX_WAITING_CHARACTERS) throw new VigiaError('overloaded');
    this.#waitingCharacters += grownBy;
    this.#waiting.set(record, after);
    this.#begin();
  }

  /** What will be known of the device once all is written. */
  known(record: DeviceRecord): DeviceRecord['info'] {
    return { ...record.info, ...this.#waiting.get(record) };
  }

  /** Writes what waits, whoever was written a moment ago, and ends; gives up where the database refuses. */
  async drain(): Promise<void> {
    this.#isEnding = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#written;
    while (this.#waiting.size > 0 && (await this.#write([...this.#waiting.keys()].slice(0, MAX_DEVICES_AT_ONCE))));
  }

  #begin(): void {
    if (this.#isWriting) return;
    const waitMs = this.#refusedAtMs + RETRY_MS - performance.now();
    if (waitMs > 0) {
      this.#beginIn(waitMs);
      return;
    }
    this.#isWriting = true;
    this.#written = asSender(AGENTS, () => this.#writeAll());
    this.#written.catch((cause: unknown) => this.#options.logger.error({ err: cause }, 'what agents tell is stuck'));
  }

  #beginIn(waitMs: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#isEnding) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#begin();
    }, waitMs);
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.size > 0) {
        const { ready, inMs } = this.#nextReady();
        if (ready.length > 0 && (await this.#write(ready))) continue;
        this.#beginIn(ready.length > 0 ? RETRY_MS : inMs);
        return;
      }
    } finally {
      this.#isWriting = false;
    }
  }

  /** Those that may be written now, or else when the first may. */
  #nextReady(): { ready: DeviceRecord[]; inMs: number } {
    const ready: DeviceRecord[] = [];
    const spacingMs = this.#options.spacingMs ?? SPACING_MS;
    const nowMs = performance.now();
    let inMs = spacingMs;
    for (const record of this.#waiting.keys()) {
      const waitMs = (this.#writtenAtMs.get(record) ?? Number.NEGATIVE_INFINITY) + spacingMs - nowMs;
      if (waitMs > 0) inMs = Math.min(inMs, waitMs);
      else if (ready.push(record) === MAX_DEVICES_AT_ONCE) break;
    }
    return { ready, inMs };
  }

  async #write(records: readonly DeviceRecord[]): Promise<boolean> {
    const { store, write, logger, onWritten } = this.#options;
    const { devices } = store.scoped(everyClient);
    const batch = records.map((record) => ({ record, facts: this.#waiting.get(record) ?? {} }));
    try {
      await write(batch.map(({ record, facts }) => devices.agentStatement(record.info.id, facts)));
    } catch (cause) {
      this.#refusedAtMs = performance.now();
      logger.error({ err: cause }, 'what agents told of their machines could not be written; it waits');
      return false;
    }
    for (const { record, facts } of batch) {
      this.#writtenAtMs.set(record, performance.now());
      identify(record, { ...record.info, ...facts });
      if (this.#waiting.get(record) === facts) {
        this.#waiting.delete(record);
        this.#waitingCharacters -= sizeOf(facts);
      }
    }
    for (const { record } of batch) onWritten(record);
    return true;
  }
}

function sizeOf(facts: AgentFacts | undefined): number {
  return facts?.inventory_json?.length ?? 0;
}
