import { statfs as statfsOfNode, stat as statOfNode } from '../files/disk.ts';
import { type Answer, type AskApart, answerOf, askByProcess, askInTurn } from './ask-apart.ts';
import type { Statfs, StatfsResult, Volume, VolumeState } from './volume.ts';

/** What the others of a round wait for one that stands on this machine. */
const LOCAL_DEADLINE_MS = 1_000;
/** Those that may hang are asked this often, and given up after that. */
const APART_EVERY_MS = 30_000;
const APART_DEADLINE_MS = 5_000;
/** Three rounds of a workstation. */
const STALE_MS = 180_000;

interface Known {
  latest: { readonly result: StatfsResult; readonly atMs: number } | undefined;
  isReadable: boolean | null;
  /** It did not answer in time when it was asked last: asked alone, and never again by a thread of this process. */
  isDistrusted: boolean;
  /** What asked it last has still not come back: until it does, it is not asked at all. */
  isHeld: boolean;
}

/**
 * Measures file systems without ever being held up by one, whatever its type and however many hang.
 *
 * A call to statfs occupies a pool thread of the process until the kernel answers, and cannot be cancelled. Those on this
 * machine are called nevertheless, one after another, as it costs next to nothing. If one of them hangs, all are asked apart
 * until it is back, so that one thread is lost at most and the others serve name resolution and the spool. What may hang is
 * always asked apart: together as long as all answer, and else each alone.
 */
export class VolumeProbe {
  readonly #statfs: Statfs;
  readonly #apart: AskApart;
  readonly #stat: (path: Buffer) => Promise<unknown>;
  readonly #known = new Map<string, Known>();
  #localRound: Promise<void> | undefined;
  #apartRound: Promise<void> | undefined;
  #apartAtMs = Number.NEGATIVE_INFINITY;
  #nowMs = 0;

  constructor(
    statfs: Statfs = (path) => statfsOfNode(path),
    apart: AskApart = askByProcess(askInTurn(statfs)),
    stat: (path: Buffer) => Promise<unknown> = (path) => statOfNode(path),
  ) {
    this.#statfs = statfs;
    this.#apart = apart;
    this.#stat = stat;
  }

  /**
   * What is known of each volume by now. Waits a second at most.
   * @param mounted all that there are, if these are not all: what is known of the others is kept
   */
  async sample(
    volumes: readonly Volume[],
    nowMs: number,
    mounted: readonly Volume[] = volumes,
  ): Promise<readonly VolumeState[]> {
    this.#nowMs = nowMs;
    this.#forget(mounted);
    const isStuck = this.#localRound !== undefined;
    const isApart = (volume: Volume): boolean => isStuck || volume.mayHang || this.#of(volume).isDistrusted;
    this.#askApartIfDue(volumes.filter(isApart));
    if (!isStuck) await this.#localRoundWithin(volumes.filter((volume) => !isApart(volume)));
    return volumes.map((volume) => {
      const { latest, isReadable } = this.#of(volume);
      return { result: latest && nowMs - latest.atMs <= STALE_MS ? latest.result : undefined, isReadable };
    });
  }

  /** The size as it was last seen, in bytes. */
  sizeOf(volume: Volume): number | undefined {
    const result = this.#known.get(volume.name)?.latest?.result;
    return result && result.blocks * (result.frsize || result.bsize);
  }

  close(): void {
    this.#apart.close();
  }

  async #localRoundWithin(volumes: readonly Volume[]): Promise<void> {
    if (volumes.length === 0) return;
    const deadline = Promise.withResolvers<void>();
    let asked: Volume | undefined;
    let isLate = false;
    const inTurn = async (): Promise<void> => {
      for (const volume of volumes) {
        asked = volume;
        this.#take(volume, await this.#ask(volume).catch(answerOf));
        // The rest is asked apart by now.
        if (isLate) return;
      }
    };
    const timer = setTimeout(() => {
      isLate = true;
      if (asked !== undefined) this.#take(asked, 'hung');
      deadline.resolve();
    }, LOCAL_DEADLINE_MS);
    this.#localRound = inTurn().finally(() => {
      clearTimeout(timer);
      this.#localRound = undefined;
    });
    await Promise.race([this.#localRound, deadline.promise]);
  }

  async #ask({ path, hidesShutdown }: Volume): Promise<StatfsResult> {
    const result = await this.#statfs(path);
    if (hidesShutdown) await this.#stat(path);
    return result;
  }

  #askApartIfDue(volumes: readonly Volume[]): void {
    const asked = volumes.filter((volume) => !this.#of(volume).isHeld);
    const isNew = asked.some((volume) => this.#of(volume).isReadable === null && !this.#of(volume).latest);
    const isDue = this.#nowMs - this.#apartAtMs >= (isNew ? APART_EVERY_MS / 3 : APART_EVERY_MS);
    if (this.#apartRound !== undefined || asked.length === 0 || !isDue) return;
    this.#apartAtMs = this.#nowMs;
    this.#apartRound = this.#askApart(asked).finally(() => {
      this.#apartRound = undefined;
    });
  }

  async #askApart(volumes: readonly Volume[]): Promise<void> {
    const trusted = volumes.filter((volume) => !this.#of(volume).isDistrusted);
    const alone = volumes.filter((volume) => this.#of(volume).isDistrusted);
    if (trusted.length > 1) {
      const paths = trusted.map((volume) => volume.path);
      const answers = await this.#apart.ask(paths, APART_DEADLINE_MS).answers;
      if (answers === undefined) alone.unshift(...trusted);
      else for (const [index, volume] of trusted.entries()) this.#take(volume, answers[index] ?? 'failed');
    } else alone.unshift(...trusted);
    const askOneAfterAnother = async (): Promise<void> => {
      for (let volume = alone.shift(); volume !== undefined; volume = alone.shift()) await this.#askAlone(volume);
    };
    await Promise.all(Array.from({ length: this.#apart.parallel }, askOneAfterAnother));
  }

  async #askAlone(volume: Volume): Promise<void> {
    const known = this.#of(volume);
    const { answers, ended } = this.#apart.ask([volume.path], APART_DEADLINE_MS);
    known.isHeld = true;
    void ended.then(() => {
      known.isHeld = false;
    });
    const [answer] = (await answers) ?? [];
    if (answer !== undefined) this.#take(volume, answer);
  }

  #take(volume: Volume, answer: Answer): void {
    const known = this.#of(volume);
    if (typeof answer === 'object') {
      known.latest = { result: answer, atMs: this.#nowMs };
      known.isReadable = true;
      // One of this machine that hung once keeps being asked apart.
      if (volume.mayHang) known.isDistrusted = false;
      return;
    }
    known.isReadable = answer === 'refused' ? null : false;
    if (answer === 'hung') known.isDistrusted = true;
    else known.latest = undefined;
  }

  #of(volume: Volume): Known {
    let known = this.#known.get(volume.name);
    if (known === undefined) {
      known = { latest: undefined, isReadable: null, isDistrusted: false, isHeld: false };
      this.#known.set(volume.name, known);
    }
    return known;
  }

  #forget(mounted: readonly Volume[]): void {
    const names = new Set(mounted.map((volume) => volume.name));
    for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name);
  }
}
