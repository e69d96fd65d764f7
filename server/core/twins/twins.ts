import { randomUUID } from 'node:crypto';
import type { CompiledQuery } from 'kysely';
import { VigiaError } from '../../../protocol/error.ts';
import { Feature, type HelloFrame } from '../../../protocol/wire/frame.ts';
import { type Life, refreshLife, type Sign, takeSign } from '../../domain/lives.ts';
import { livesIn, memoryChanged } from '../../fleet/device-memory.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import { type Twin, type TwinFacts, whoseRun, withSign } from './twin.ts';
import type { TwinRepository } from './twin-repository.ts';

/** Whether who proved the key of a device is judged, and whether that shows a second machine for the first time. */
export interface Placement {
  /** The machine that lives beside the one judged; null if it is the one judged. */
  readonly twin: Twin | null;
  readonly isNews: boolean;
}

/** What is not written yet. It stays so until whoever wrote it says that it is. */
export interface Saving {
  readonly statements: readonly CompiledQuery[];
  /** Called once they are durable. */
  readonly written: () => void;
}

/** Machines of one device that are remembered beside the one judged; the oldest that was given up goes first. */
const MAX_TWINS = 16;
const none: readonly Twin[] = [];

/**
 * Machines that share one identity. Decides, when one proves the key, which of them it is. What it remembers is written with the
 * device's own memory, with the incident and with the reports that are kept apart.
 */
export class Twins {
  readonly #store: TwinRepository;
  readonly #now: () => number;
  readonly #ofDevice = new Map<string, Twin[]>();
  /** Forgotten, and still to be removed. */
  readonly #dropped = new Set<string>();

  private constructor(store: TwinRepository, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  static async load(store: TwinRepository, now: () => number): Promise<Twins> {
    const twins = new Twins(store, now);
    for (const twin of await store.all()) twins.#add(twin);
    return twins;
  }

  of(deviceId: string): readonly Twin[] {
    return this.#ofDevice.get(deviceId) ?? none;
  }

  all(): Twin[] {
    return [...this.#ofDevice.values()].flat();
  }

  /** Somebody has to say which machine it is. */
  isUndecided(deviceId: string): boolean {
    return this.of(deviceId).some(({ role }) => role === 'beside');
  }

  /** A machine proved the key of this device. @throws VigiaError identity_given_up; run_conflict if there are too many */
  place(record: DeviceRecord, hello: HelloFrame, address: string): Placement {
    const at = this.#now();
    const sign = signOf(hello, at);
    const lives = livesOf(record);
    const { dating } = record.memory;
    if (dating) {
      const { bootId, bootOffsetMs, sampledAt } = dating;
      refreshLife(lives, { bootId, at: sampledAt, bootMs: sampledAt - bootOffsetMs });
    }
    const known = this.#find(record, sign, (hello.features & Feature.givenUp) !== 0);
    if (known) return { twin: this.#heard(known, sign, hello, address), isNews: false };
    memoryChanged(record);
    if (
      (hello.features & Feature.forkedRun) !== 0 &&
      lives.length > 0 &&
      !lives.some(({ runId }) => runId === sign.runId)
    ) {
      // Its run before goes on elsewhere, and proved that. Every sign that tells machines apart was copied with it.
      const forked = this.#appear(record, [{ ...sign, firstAt: at }], hello);
      return { twin: this.#heard(forked, sign, hello, address), isNews: true };
    }
    const crossing = takeSign(lives, sign);
    if (!crossing) return { twin: null, isNews: false };
    const twin = this.#appear(record, crossing.others, hello);
    if (crossing.isFirst) return { twin: null, isNews: true };
    return { twin: this.#heard(twin, sign, hello, address), isNews: true };
  }

  /** What is known of the machines of this device and not written yet; the role of one that is there stays as it is. */
  saving(deviceId: string): Saving {
    const dropped = [...this.#dropped];
    const dirty = this.of(deviceId).filter(({ isDirty }) => isDirty);
    const saved = dirty.map((twin) => ({ twin, facts: twin.facts, inventoryJson: twin.inventoryJson }));
    return {
      statements: [
        ...dropped.map((id) => this.#store.dropStatement(id)),
        ...dirty.map((twin) => this.#store.saveStatement(twin)),
      ],
      written: () => {
        for (const id of dropped) this.#dropped.delete(id);
        // What it told while this was written is still to be written.
        for (const { twin, facts, inventoryJson } of saved)
          if (twin.facts === facts && twin.inventoryJson === inventoryJson) twin.isDirty = false;
      },
    };
  }

  /** Remembers a machine that was the one judged. */
  add(twin: Twin): void {
    this.#add(twin);
  }

  /** Forgets one that is the machine now, or a device that is no more. */
  forget(deviceId: string, isForgotten: (twin: Twin) => boolean = () => true): void {
    const left = this.of(deviceId).filter((twin) => !isForgotten(twin));
    if (left.length > 0) this.#ofDevice.set(deviceId, left);
    else this.#ofDevice.delete(deviceId);
  }

  /** Removes all that is kept of a device. */
  removeStatement(deviceId: string): CompiledQuery {
    return this.#store.removeStatement(deviceId);
  }

  #find(record: DeviceRecord, sign: Sign, saysGivenUp: boolean): Twin | undefined {
    const twins = this.of(record.info.id).filter(({ role }) => role !== 'taken');
    if (twins.length === 0) return undefined;
    const lives = livesOf(record);
    const isOf = (runs: readonly Life[]): boolean => runs.some(({ runId }) => runId === sign.runId);
    const byRun = twins.find(({ facts }) => isOf(facts.runs));
    if (byRun || isOf(lives)) return byRun;
    const givenUp = twins.filter(({ role }) => role === 'given_up');
    if (saysGivenUp && givenUp.length > 0) return givenUp.at(-1);
    const bootIds = (runs: readonly Life[]): string[] => runs.map(({ bootId }) => bootId);
    // Whoever gave it up is known by its boot alone: refusing the machine itself would be worse than asking once more.
    const isJudged = bootIds(lives).includes(sign.bootId);
    const refused = givenUp.find(({ facts }) => bootIds(facts.runs).includes(sign.bootId));
    if (refused && !isJudged) return refused;
    const undecided = twins.filter(({ role }) => role === 'beside');
    const found = whoseRun<Twin | null>(
      [
        { machine: null, bootIds: bootIds(lives), heardAt: record.connection.lastHeardAt ?? 0 },
        ...undecided.map((twin) => ({
          machine: twin,
          bootIds: bootIds(twin.facts.runs),
          heardAt: twin.facts.lastAt,
        })),
      ],
      sign,
    );
    return found ?? undefined;
  }

  /** @throws VigiaError identity_given_up */
  #heard(twin: Twin, sign: Sign, { agentVersion }: HelloFrame, address: string): Twin {
    const { facts } = twin;
    twin.facts = { ...facts, runs: withSign(facts.runs, sign), address, agentVersion, lastAt: sign.at };
    twin.isDirty = true;
    if (twin.role === 'given_up') throw new VigiaError('identity_given_up');
    return twin;
  }

  /** These lives are another machine's. */
  #appear(record: DeviceRecord, runs: readonly Life[], { agentVersion }: HelloFrame): Twin {
    const { id: deviceId, client_id: clientId } = record.info;
    const known = this.of(deviceId);
    if (known.length >= MAX_TWINS) {
      const oldest = known.find(({ role }) => role === 'given_up');
      if (!oldest) throw new VigiaError('run_conflict');
      this.#dropped.add(oldest.id);
      this.forget(deviceId, (twin) => twin === oldest);
    }
    const facts: TwinFacts = {
      runs,
      address: record.connection.remoteAddress,
      agentVersion,
      hostname: null,
      firstAt: Math.min(...runs.map(({ firstAt }) => firstAt)),
      lastAt: Math.max(...runs.map(({ at }) => at)),
      dating: null,
    };
    const twin: Twin = newTwin(deviceId, clientId, 'beside', facts);
    this.#add(twin);
    return twin;
  }

  #add(twin: Twin): void {
    this.#ofDevice.set(twin.deviceId, [...this.of(twin.deviceId), twin]);
  }
}

export function newTwin(deviceId: string, clientId: string, role: Twin['role'], facts: TwinFacts): Twin {
  return {
    id: randomUUID(),
    deviceId,
    clientId,
    role,
    facts,
    inventoryJson: null,
    kept: 0,
    keptBytes: 0,
    isDirty: true,
  };
}

/** The lives of the machine that is judged; made if its memory is of an older version. */
export function livesOf({ memory }: Pick<DeviceRecord, 'memory'>): Life[] {
  return livesIn(memory);
}

function signOf({ runId, bootId, clocks }: HelloFrame, at: number): Sign {
  return { runId: Buffer.from(runId).toString('hex'), bootId, at, bootMs: clocks.bootMs };
}
