import type { CompiledQuery } from 'kysely';
import type { Logger } from 'pino';
import { said } from '../../protocol/said/said.ts';
import type { GoodbyeReason } from '../../protocol/wire/frame.ts';
import type { Act, ActInStore } from '../core/incidents/act.ts';
import { applyVerdict } from '../core/incidents/apply-verdict.ts';
import { ChangeSet } from '../core/incidents/change-set.ts';
import type { IncidentBook } from '../core/incidents/incident-book.ts';
import type { ClockSet, Judge } from '../core/incidents/judge.ts';
import type { Anchors } from '../core/presence/anchors.ts';
import { Contact } from '../core/presence/contact.ts';
import { PowerCuts } from '../core/presence/power-cuts.ts';
import type { Finding } from '../core/presence/second-opinion.ts';
import { ServerIncident } from '../core/presence/server-incident.ts';
import { UnsteadyLines } from '../core/presence/unsteady-lines.ts';
import type { Twins } from '../core/twins/twins.ts';
import type { Clone } from '../domain/clone.ts';
import { addOpinion } from '../domain/opinion.ts';
import type { DetectionSettings } from '../domain/settings.ts';
import type { DeviceRecord } from '../fleet/device-record.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { restoreMemories } from '../fleet/restore-memories.ts';
import type { Clock } from '../platform/clock.ts';
import { Faults } from '../platform/health/faults.ts';
import type { Health } from '../platform/health/health.ts';
import type { StoredReport } from '../platform/series/series-store.ts';
import { futureStatements } from '../platform/store/heal-future.ts';
import type { Store } from '../platform/store/store.ts';
import { Acts } from './acts.ts';
import { ChangeWriter } from './change-writer.ts';
import { ClockKeeper } from './clock-keeper.ts';
import { type KnownStep, readStep, setBackBy, stepStatement, undoneStatement } from './clock-step.ts';
import { ClonedIdentities } from './cloned-identities.ts';
import { Lane } from './lane.ts';
import { redateStanding } from './redate-standing.ts';
import { type ReportedChecks, ReportJudge } from './report-judge.ts';

export interface WatchOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly health: Health;
  readonly settings: DetectionSettings;
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

/** Between two ticks at most this long, otherwise the server itself was not watching. */
const BLIND_AFTER_MS = 5_000;
const SNAPSHOT_CHUNK = 200;
/** So many are evaluated before sockets are served again: two or three milliseconds. */
const REPORTS_PER_TURN = 512;
/** Tasks in the lane, the running one among them. */
const MAX_WAITING_FOR_TURNS = 2;
export const CURSOR_SETTING = 'journal.cursor';
export const ALIVE_SETTING = 'server.aliveAt';

/**
 * The judge of the fleet. Everything that changes what is known of a device passes here, in one lane: evaluate, write in one
 * transaction, publish. A crash at any point is repaired by replaying the journal over the saved memories.
 */
export class Watch {
  readonly lane = new Lane(10_000);
  readonly #options: WatchOptions;
  /** Newest journal position that was evaluated. */
  #position = 0;
  readonly #faults: Faults;
  readonly #contact: Contact;
  readonly #reports: ReportJudge;
  readonly #clones: ClonedIdentities;
  readonly #powerCuts: PowerCuts;
  readonly #lines: UnsteadyLines;
  readonly #clock: ClockKeeper;
  readonly #clockIncident: ServerIncident;
  /** By which the clock may be wrong. */
  #step: KnownStep | null = null;
  readonly #writer: ChangeWriter;
  readonly #acts: Acts;
  #tickedAt: number | null = null;
  #isTickWaiting = false;
  readonly #returning = new Set<DeviceRecord>();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#faults = new Faults(options);
    const { anchors = null, ask = () => undefined, isExpected = () => false, settings, clock } = options;
    const { presence } = settings;
    const judgeFrom = clock.now() + presence.judgeAfterStartMs;
    const faults = this.#faults;
    options.book.guardPolicies(faults);
    const expects = (info: DeviceRecord['info'], now: number): boolean =>
      faults.guard('expected hours', () => isExpected(info, now), false);
    // Before those whose policies go before it: what a site or the server's blindness explains is no drop of its own.
    this.#lines = new UnsteadyLines(options);
    this.#contact = new Contact(
      { ...options, settings: presence, anchors, ask, isExpected: expects, faults },
      judgeFrom,
    );
    this.#clock = new ClockKeeper({
      ...options,
      isUndoing: (sizeMs) => Number.isFinite(setBackBy(sizeMs, this.#step, clock.now()).since),
    });
    this.#reports = new ReportJudge({ ...options, isClockUnsure: () => this.#clock.isUnsure });
    this.#clones = new ClonedIdentities(options.fleet, options.book, options.twins);
    this.#powerCuts = new PowerCuts(options);
    const restore = (records: Iterable<DeviceRecord>): Promise<void> => restoreMemories(options, records);
    this.#clockIncident = new ServerIncident({
      ...options,
      isTold: () => false,
      rule: 'server.clock',
      priority: 'high',
      tellAfterMs: 0,
      over: said('server.clock.over'),
    });
    this.#writer = new ChangeWriter({ ...options, faults, restore });
    this.#acts = new Acts({
      lane: this.lane,
      writer: this.#writer,
      store: options.store,
      clock,
      position: () => this.#position,
    });
  }

  get judgeFrom(): number {
    return this.#contact.judgeFrom;
  }

  /** The position up to which every saved memory is complete, before anything is replayed. */
  resumeFrom(position: number): void {
    this.#position = position;
  }

  /** Evaluates committed reports in the order of the journal. They are acknowledged, so they are never refused here. */
  take(position: number, reports: readonly StoredReport[]): Promise<void> {
    return this.#follow('always', async (changes) => {
      const take = (report: StoredReport): void => this.#reports.take(position, report, changes);
      for (let start = 0; start < reports.length; start += REPORTS_PER_TURN) {
        // A turn may take in more reports than it evaluates: what lags behind gets no pauses.
        if (start > 0 && this.lane.length <= MAX_WAITING_FOR_TURNS) await new Promise(setImmediate);
        this.#reports.look();
        this.#faults.guardEach('reports', reports.slice(start, start + REPORTS_PER_TURN), take);
      }
      this.#position = position;
    });
  }

  /** The agent announced that it leaves. */
  takeGoodbye(record: DeviceRecord, reason: GoodbyeReason): Promise<void> {
    // Now, not when the lane comes to it: by then the agent may be back.
    const announced = { reason, at: this.#options.clock.now() };
    return this.#follow('bounded', (changes) => {
      record.memory.presence.announced = announced;
      changes.edge(record);
      this.#contact.judge(record, changes, this.#options.clock.now());
    });
  }

  /**
   * Takes up what stood when the server stopped. It was off since it was last alive; what it did not see meanwhile is not to be
   * blamed on anybody.
   */
  async begin(): Promise<void> {
    const { store, clock, fleet } = this.#options;
    const wasBlind = await fleet.blindness.load(store, clock.now());
    this.#step = await readStep(store);
    this.#clones.restore(clock.now());
    await this.#lines.load(clock.now());
    const aliveAt = await store.settings.get(ALIVE_SETTING);
    if (typeof aliveAt !== 'number' || aliveAt >= clock.now()) return;
    // It is saved now and then only; what was heard later proves that the server was there.
    let from = aliveAt;
    for (const { lastHeardAt } of fleet.devices.values()) from = Math.max(from, lastHeardAt ?? 0);
    this.#inBackground((changes) => {
      if (wasBlind) changes.add(fleet.blindness.end(store, null, from));
      this.#noteBlind(changes, from, 'start');
    });
  }

  /** A start must not wait for a disk that is full. */
  #inBackground(work: (changes: ChangeSet) => void): void {
    this.follow(work).catch((cause: unknown) => {
      this.#options.logger.error({ err: cause }, 'a stretch without sight could not be recorded');
    });
  }

  /** Others were asked about a device whose agent is silent. */
  takeFinding(record: DeviceRecord, finding: Finding): Promise<void> {
    const at = this.#options.clock.now();
    return this.#follow('bounded', (changes) => {
      const { presence } = record.memory;
      if (!presence.last || at <= presence.last.at) return;
      const { opinions, isEdge } = addOpinion(presence.opinions, { ...finding, at });
      presence.opinions = opinions;
      record.isDirty = true;
      if (isEdge) changes.edge(record);
      this.#contact.judge(record, changes, this.#options.clock.now());
    });
  }

  /** Another machine proved this device's key: one incident, however often it tries. */
  takeClone(record: DeviceRecord, address: string, which: Clone): Promise<void> {
    const at = this.#options.clock.now();
    const isNews = this.#clones.note(record, at);
    if (!isNews && (which === 'machine' || this.#clones.isTold(record))) return Promise.resolve();
    const told = this.#follow('bounded', (changes) => this.#clones.raise(record, { address, which, at }, changes));
    return told.catch((cause: unknown) => {
      // Nobody was told: the next try is news again.
      if (isNews) record.clonedAt = null;
      throw cause;
    });
  }

  /** A device was heard of again after it had not been `up`: shown at once, not at the next tick. A fleet returns together. */
  takeReturn(record: DeviceRecord): Promise<void> {
    const isScheduled = this.#returning.size > 0;
    this.#returning.add(record);
    if (isScheduled) return this.lane.idle();
    return this.#follow('always', (changes) => {
      for (const returned of this.#returning) this.#contact.judge(returned, changes, this.#options.clock.now());
      this.#returning.clear();
    });
  }

  /** A device leaves: what is open about it is over, in the same turn. Nothing, if it is not known. */
  endOf(deviceId: string, changes: ChangeSet, at: number): void {
    const { book, fleet, twins } = this.#options;
    const record = fleet.devices.get(deviceId);
    if (!record) return;
    const { raised } = record.memory.detection;
    const before = new Map(raised);
    raised.clear();
    changes.otherwise(() => {
      for (const [key, value] of before) raised.set(key, value);
    });
    const retired = said('retired', { device: record.info.name });
    for (const { rule, object } of [...book.openOf(deviceId)]) {
      applyVerdict(book, record, { kind: 'clear', rule, object, said: retired, at, isFinal: true }, changes);
    }
    if (twins) changes.add(twins.removeStatement(deviceId));
    changes.afterwards(() => twins?.forget(deviceId));
    // It leaves the memory: what the ledger ends with must be saved now.
    changes.edge(record);
  }

  /** What somebody does: see {@link Act}. */
  get act(): Act {
    return this.#acts.act;
  }

  /** The same for what lives in the database alone. */
  get actOnStore(): ActInStore {
    return this.#acts.actOnStore;
  }

  /** Writes what machines tell of themselves: see {@link Acts.write}. */
  write(statements: readonly CompiledQuery[]): Promise<void> {
    return this.#acts.write(statements);
  }

  /** Runs in the lane what happened by itself, and cannot be repeated: it is written as soon as it can be. @throws VigiaError overloaded */
  follow(work: (changes: ChangeSet, now: number) => void): Promise<void> {
    return this.#follow('bounded', (changes) => work(changes, this.#options.clock.now()));
  }

  /** In how many ms somebody falls due who is not heard of until then, as of the newest judgement; infinite if nobody may. */
  get dueInMs(): number {
    return this.#contact.nextDueAt - this.#options.clock.now();
  }

  /** Judges absence alone: at the moment at which somebody falls due between two ticks. */
  judgeDue(): Promise<void> {
    return this.#follow('always', (changes) => this.#judgeAbsence(changes));
  }

  /** Judges the absence of everybody; called once a second. */
  async tick(): Promise<void> {
    const { clock, book } = this.#options;
    const now = clock.now();
    if (this.#tickedAt !== null && now - this.#tickedAt > BLIND_AFTER_MS)
      this.#noteBlindness(now - this.#tickedAt, now);
    this.#tickedAt = now;
    // While the lane stands still, one tick is as good as many.
    if (this.#isTickWaiting) return;
    this.#isTickWaiting = true;
    await this.#follow('always', (changes) => {
      this.#isTickWaiting = false;
      this.#followClock(changes);
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

  /**
   * Saves every memory that changed, then the position from which a start must replay. Returns that position. Reports are taken
   * between two parts of the fleet: each memory is saved with the position that it includes, so those saved later are ahead of
   * the one returned, and a replay skips what they know.
   */
  async snapshot(): Promise<number> {
    const { store, fleet, clock } = this.#options;
    const { position, dirty } = await this.lane.run(async () => ({
      position: this.#position,
      dirty: [...fleet.devices.values()].filter((record) => record.isDirty),
    }));
    for (let start = 0; start < dirty.length; start += SNAPSHOT_CHUNK) {
      const chunk = dirty.slice(start, start + SNAPSHOT_CHUNK);
      await this.lane.run(async () => {
        const changes = new ChangeSet();
        for (const record of chunk) changes.edge(record);
        await store.commit(changes.statements(store, this.#position, clock.now()));
        for (const record of chunk) record.isDirty = false;
      });
    }
    await this.lane.run(() =>
      store.commit([
        store.settings.setStatement(CURSOR_SETTING, position),
        store.settings.setStatement(ALIVE_SETTING, clock.now()),
      ]),
    );
    return position;
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

  /** Before anything is judged: the server's time of day may have been set. */
  #followClock(changes: ChangeSet): void {
    const sizeMs = this.#clock.look();
    const { store, clock, book, fleet } = this.#options;
    const now = clock.now();
    this.#clockIncident.follow(changes, now, this.#clock.trouble);
    if (sizeMs === 0) return;
    if (this.#tickedAt !== null) this.#tickedAt += sizeMs;
    const step = setBackBy(sizeMs, this.#step, now - sizeMs);
    this.#options.onClockSet?.({ ...step, now });
    this.#contact.clockSet(sizeMs);
    this.#lines.clockSet({ ...step, now });
    this.#powerCuts.clockSet({ ...step, now });
    for (const judge of this.#options.judges ?? [])
      this.#faults.guard(judge.about, () => judge.clockSet?.({ ...step, now }, changes), undefined);
    this.#step = sizeMs > 0 ? { sizeMs, since: now } : null;
    changes.add(stepStatement(store, this.#step));
    // Nobody has said that what is stored is wrong.
    if (sizeMs > 0 || !this.#clock.isProven) return;
    redateStanding(book, fleet, now, step);
    if (Number.isFinite(step.since)) changes.add(undoneStatement(store, step));
    changes.add(...futureStatements(store, now, step));
  }

  #judgeAbsence(changes: ChangeSet): void {
    const { clock } = this.#options;
    this.#faults.guard('presence', () => this.#contact.judgeAll(changes, clock.now()), undefined);
  }

  #noteBlindness(gapMs: number, now: number): void {
    const { settings, logger } = this.#options;
    logger.warn(
      { gapMs },
      'the server did not watch for a while: absence is not judged until agents had time to be heard',
    );
    this.#contact.postpone(now + settings.presence.judgeAfterStartMs);
    const stalledFrom = now - gapMs;
    this.#inBackground((changes) => this.#noteBlind(changes, stalledFrom, 'stalled'));
  }

  #noteBlind(changes: ChangeSet, from: number, reason: 'start' | 'stalled'): void {
    const { store, fleet } = this.#options;
    const until = this.judgeFrom;
    const why = said('server.blind.was', { from, to: until, why: reason });
    changes.add(fleet.blindness.note(store, from, until, reason, why));
  }

  /** `always`: however many wait, for what must not be refused and is bounded where it comes from. */
  #follow(kind: 'always' | 'bounded', decide: (changes: ChangeSet) => Promise<void> | void): Promise<void> {
    const commit = async (): Promise<void> => {
      const changes = await this.#writer.always(
        () => this.#position,
        async (decided) => {
          await decide(decided);
          return decided;
        },
      );
      const throwRefusal = (): void => {
        if (changes.refusal !== null) throw changes.refusal;
      };
      this.#faults.guard('what follows from reports and time', throwRefusal, undefined);
    };
    // What everybody depends on: if it fails as a whole, the server says so.
    const task = (): Promise<void> => this.#faults.watchOver('everything', commit);
    return kind === 'always' ? this.lane.runAlways(task) : this.lane.run(task);
  }
}
