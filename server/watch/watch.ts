import type { CompiledQuery } from 'kysely';
import type { Logger } from 'pino';
import type { GoodbyeReason } from '../../protocol/wire/frame.ts';
import type { Act, ActInStore, Hear } from '../core/incidents/act.ts';
import type { ChangeSet } from '../core/incidents/change-set.ts';
import type { IncidentBook } from '../core/incidents/incident-book.ts';
import type { ClockSet, Judge } from '../core/incidents/judge.ts';
import type { Anchors } from '../core/presence/anchors.ts';
import { Contact } from '../core/presence/contact.ts';
import { PowerCuts } from '../core/presence/power-cuts.ts';
import type { Finding } from '../core/presence/second-opinion.ts';
import { UnsteadyLines } from '../core/presence/unsteady-lines.ts';
import type { Twins } from '../core/twins/twins.ts';
import type { Clone } from '../domain/clone.ts';
import { addOpinion } from '../domain/opinion.ts';
import { goodbyeSaid, memoryChanged, othersSaid } from '../fleet/device-memory.ts';
import { note } from '../fleet/device-notes.ts';
import type { DeviceRecord } from '../fleet/device-record.ts';
import type { EffectiveSettings } from '../fleet/effective-settings.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { restoreMemories } from '../fleet/restore-memories.ts';
import type { Clock } from '../platform/clock.ts';
import { Faults } from '../platform/health/faults.ts';
import type { Health } from '../platform/health/health.ts';
import type { StoredReport } from '../platform/series/series-store.ts';
import type { Store } from '../platform/store/store.ts';
import { Acts } from './acts.ts';
import { ChangeWriter } from './change-writer.ts';
import { ClockFollower } from './clock-follower.ts';
import { ClonedIdentities } from './cloned-identities.ts';
import { endWatching } from './departures.ts';
import { Lane } from './lane.ts';
import { OwnBlindness } from './own-blindness.ts';
import { type ReportedChecks, ReportJudge } from './report-judge.ts';
import { saveMemories } from './saved-memories.ts';
import { Turns } from './turns.ts';

export interface WatchOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly health: Health;
  readonly settings: EffectiveSettings;
  readonly logger: Logger;
  readonly checks?: ReportedChecks;
  /** Machines that share an identity. */
  readonly twins?: Twins;
  /** In this order, once a second, after presence. */
  readonly judges?: readonly Judge[];
  /** Hosts outside by which the server knows whether its own link is lost. */
  readonly anchors?: Anchors | null;
  /** Asks others about devices that are silent; what they find comes back through `takeFinding`. */
  readonly ask?: (records: readonly DeviceRecord[], now: number) => void;
  /** Whether a workstation is expected to run at this moment; by default none is. */
  readonly isExpected?: (info: DeviceRecord['info'], now: number) => boolean;
  /** Whether everybody was told from memory of trouble of the server that stood at this instant, ms, or began since. */
  readonly isTold?: (at: number) => boolean;
  /** Called at once when the clock was set, before anything is stamped by the new one. */
  readonly onClockSet?: (set: ClockSet) => void;
  /** Called after a change is durable. */
  readonly publish: (changes: ChangeSet) => void;
  /** Called when everybody was judged, and what followed is written. */
  readonly onJudged?: () => void;
}

/** So many are evaluated before sockets are served again: two or three milliseconds. */
const REPORTS_PER_TURN = 512;
/** Tasks in the lane, the running one among them. */
const MAX_WAITING_FOR_TURNS = 2;

/**
 * The judge of the fleet. Everything that changes what is known of a device passes here, in one lane: evaluate, write in one
 * transaction, publish. A crash at any point is repaired by replaying the journal over the saved memories.
 */
export class Watch {
  readonly lane = new Lane(10_000);
  readonly #options: WatchOptions;
  readonly #turns: Turns;
  readonly #faults: Faults;
  readonly #contact: Contact;
  readonly #reports: ReportJudge;
  readonly #clones: ClonedIdentities;
  readonly #powerCuts: PowerCuts;
  readonly #lines: UnsteadyLines;
  readonly #clock: ClockFollower;
  readonly #blindness: OwnBlindness;
  readonly #writer: ChangeWriter;
  readonly #acts: Acts;
  #isTickWaiting = false;
  readonly #returning = new Set<DeviceRecord>();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#faults = new Faults(options);
    const { anchors = null, ask = () => undefined, isExpected = () => false, settings, clock } = options;
    const judgeFrom = clock.now() + settings.builtIn.presence.judgeAfterStartMs;
    const faults = this.#faults;
    options.book.guardPolicies(faults);
    const expects = (info: DeviceRecord['info'], now: number): boolean =>
      faults.guard('expected hours', () => isExpected(info, now), false);
    // Before those whose policies go before it: what a site or the server's blindness explains is no drop of its own.
    this.#lines = new UnsteadyLines(options);
    this.#contact = new Contact({ ...options, anchors, ask, isExpected: expects, faults }, judgeFrom);
    const onSet = (set: ClockSet, sizeMs: number, changes: ChangeSet): void => this.#moveClock(set, sizeMs, changes);
    this.#clock = new ClockFollower({ ...options, onSet });
    this.#reports = new ReportJudge({ ...options, isClockUnsure: () => this.#clock.isUnsure });
    this.#clones = new ClonedIdentities(options.fleet, options.book, options.twins);
    this.#powerCuts = new PowerCuts(options);
    const restore = (records: Iterable<DeviceRecord>): Promise<void> => restoreMemories(options, records);
    this.#writer = new ChangeWriter({ ...options, faults, restore });
    const { lane } = this;
    const turns = new Turns({ lane, writer: this.#writer, faults });
    this.#turns = turns;
    this.#blindness = new OwnBlindness({ ...options, turns, contact: this.#contact });
    this.#acts = new Acts({ ...options, lane, writer: this.#writer, position: () => turns.position });
  }

  get judgeFrom(): number {
    return this.#contact.judgeFrom;
  }

  /** The position up to which every saved memory is complete, before anything is replayed. */
  resumeFrom(position: number): void {
    this.#turns.position = position;
  }

  /** Evaluates committed reports in the order of the journal. They are acknowledged, so they are never refused here. */
  takeReports(position: number, reports: readonly StoredReport[]): Promise<void> {
    return this.#turns.follow('always', async (changes) => {
      const take = (report: StoredReport): void => this.#reports.take(position, report, changes);
      for (let start = 0; start < reports.length; start += REPORTS_PER_TURN) {
        // A turn may take in more reports than it evaluates: what lags behind gets no pauses.
        if (start > 0 && this.lane.length <= MAX_WAITING_FOR_TURNS) await new Promise(setImmediate);
        this.#reports.look();
        this.#faults.guardEach('reports', reports.slice(start, start + REPORTS_PER_TURN), take);
      }
      this.#turns.position = position;
    });
  }

  /** The agent announced that it leaves. */
  takeGoodbye(record: DeviceRecord, reason: GoodbyeReason): Promise<void> {
    // Now, not when the lane comes to it: by then the agent may be back.
    const announced = { reason, at: this.#options.clock.now() };
    return this.#turns.follow('bounded', (changes) => {
      goodbyeSaid(record.memory, announced);
      changes.edge(record);
      this.#contact.judge(record, changes, this.#options.clock.now());
    });
  }

  /** Takes up what stood when the server stopped. */
  async begin(): Promise<void> {
    const { clock } = this.#options;
    await this.#clock.load();
    this.#clones.restore(clock.now());
    await this.#lines.load(clock.now());
    await this.#blindness.begin();
  }

  /** Others were asked about a device whose agent is silent. */
  takeFinding(record: DeviceRecord, finding: Finding): Promise<void> {
    const at = this.#options.clock.now();
    return this.#turns.follow('bounded', (changes) => {
      const { presence } = record.memory;
      if (!presence.last || at <= presence.last.at) return;
      const { opinions, isEdge } = addOpinion(presence.opinions, { ...finding, at });
      othersSaid(record.memory, opinions);
      memoryChanged(record);
      if (isEdge) changes.edge(record);
      this.#contact.judge(record, changes, this.#options.clock.now());
    });
  }

  /** Another machine proved this device's key: one incident, however often it tries. */
  takeClone(record: DeviceRecord, address: string, which: Clone): Promise<void> {
    const at = this.#options.clock.now();
    const isNews = this.#clones.note(record, at);
    if (!isNews && (which === 'machine' || this.#clones.isTold(record))) return Promise.resolve();
    const told = this.#turns.follow('bounded', (changes) =>
      this.#clones.raise(record, { address, which, at }, changes),
    );
    return told.catch((cause: unknown) => {
      // Nobody was told: the next try is news again.
      if (isNews) note(record, 'clonedAt', null);
      throw cause;
    });
  }

  /** A device was heard of again after it had not been `up`: shown at once, not at the next tick. A fleet returns together. */
  takeReturn(record: DeviceRecord): Promise<void> {
    const isScheduled = this.#returning.size > 0;
    this.#returning.add(record);
    if (isScheduled) return this.lane.idle();
    return this.#turns.follow('always', (changes) => {
      for (const returned of this.#returning) this.#contact.judge(returned, changes, this.#options.clock.now());
      this.#returning.clear();
    });
  }

  /** See {@link endWatching}. */
  endOf(deviceId: string, changes: ChangeSet, at: number): void {
    endWatching(this.#options, deviceId, changes, at);
  }

  /** What somebody does, in memory or in the database alone, and what machines tell: see {@link Act}. */
  get act(): Act {
    return this.#acts.act;
  }

  get actOnStore(): ActInStore {
    return this.#acts.actOnStore;
  }

  get hear(): Hear {
    return this.#acts.hear;
  }

  /** Writes what machines tell of themselves: see {@link Acts.write}. */
  write(statements: readonly CompiledQuery[]): Promise<void> {
    return this.#acts.write(statements);
  }

  /** Runs in the lane what happened by itself, and cannot be repeated: it is written as soon as it can be. @throws VigiaError overloaded */
  follow(work: (changes: ChangeSet, now: number) => void): Promise<void> {
    return this.#turns.follow('bounded', (changes) => work(changes, this.#options.clock.now()));
  }

  /** In how many ms somebody falls due who is not heard of until then, as of the newest judgement; infinite if nobody may. */
  get dueInMs(): number {
    return this.#contact.nextDueAt - this.#options.clock.now();
  }

  /** Judges absence alone: at the moment at which somebody falls due between two ticks. */
  judgeDue(): Promise<void> {
    return this.#turns.follow('always', (changes) => this.#judgeAbsence(changes));
  }

  /** Judges the absence of everybody; called once a second. */
  async tick(): Promise<void> {
    const { clock, book } = this.#options;
    this.#blindness.ticked(clock.now());
    // While the lane stands still, one tick is as good as many.
    if (this.#isTickWaiting) return;
    this.#isTickWaiting = true;
    await this.#turns.follow('always', (changes) => {
      this.#isTickWaiting = false;
      this.#clock.look(changes);
      const judgedAt = clock.now();
      this.#judgeAbsence(changes);
      this.#clones.judge(changes, judgedAt);
      this.#faults.guard('unsteady lines', () => this.#lines.judge(changes, judgedAt), undefined);
      this.#faults.guard('power cuts', () => this.#powerCuts.judge(changes, judgedAt), undefined);
      for (const judge of this.#options.judges ?? []) {
        this.#faults.guard(judge.about, () => judge.judge(changes, judgedAt), undefined);
      }
    });
    this.#options.onJudged?.();
    // The clock may have been set since this tick began.
    book.prune(clock.now());
    this.#faults.settle();
  }

  /** See {@link saveMemories}. */
  snapshot(): Promise<number> {
    return saveMemories({ ...this.#options, lane: this.lane, turns: this.#turns });
  }

  /** Somebody else tried to write: `null` if that went well. */
  noteWritable(cause: Error | null): void {
    this.#writer.note(cause);
  }

  /** Resolves when what was decided cannot be written, and everything else waits for it. */
  untilStuck(): Promise<void> {
    return this.#writer.stuck ? Promise.resolve() : new Promise((resolve) => this.#writer.onStuck(() => resolve()));
  }

  /** Gives up retrying what cannot be written: the next start replays it. */
  stop(): void {
    this.#writer.stop();
  }

  /** The server's time of day was set, and is followed. */
  #moveClock(set: ClockSet, sizeMs: number, changes: ChangeSet): void {
    this.#blindness.clockSet(sizeMs);
    this.#options.onClockSet?.(set);
    this.#contact.clockSet(sizeMs);
    this.#lines.clockSet(set);
    this.#powerCuts.clockSet(set);
    for (const judge of this.#options.judges ?? [])
      this.#faults.guard(judge.about, () => judge.clockSet?.(set, changes), undefined);
  }

  #judgeAbsence(changes: ChangeSet): void {
    const { clock } = this.#options;
    this.#faults.guard('presence', () => this.#contact.judgeAll(changes, clock.now()), undefined);
  }
}
