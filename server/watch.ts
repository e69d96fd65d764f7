import type { Logger } from 'pino';
import { VigiaError } from '../protocol/error.ts';
import type { GoodbyeReason } from '../protocol/frame.ts';
import type { Clock } from './clock.ts';
import { judgeReading, type Verdict } from './domain/detection.ts';
import type { Interval, Proof } from './domain/ledger.ts';
import { addOpinion } from './domain/opinion.ts';
import { takenBack, takeProof } from './domain/presence.ts';
import type { Reading } from './domain/reading.ts';
import { everyClient } from './domain/scope.ts';
import type { DetectionSettings } from './domain/settings.ts';
import { formatInstant } from './domain/wording.ts';
import { Faults } from './faults.ts';
import { ChangeSet } from './fleet/change-set.ts';
import type { DeviceRecord } from './fleet/device-record.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { Health } from './fleet/health.ts';
import { markDelivered } from './fleet/runs.ts';
import type { IncidentBook } from './incidents/incident-book.ts';
import type { Judge } from './judge.ts';
import { Lane } from './lane.ts';
import type { Anchors } from './presence/anchors.ts';
import { Contact } from './presence/contact.ts';
import type { Finding } from './presence/second-opinion.ts';
import type { StoredReport } from './series/series-store.ts';
import type { Store } from './store/store.ts';

export interface WatchOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly health: Health;
  readonly settings: DetectionSettings;
  readonly logger: Logger;
  /** In this order, once a second, after presence. */
  readonly judges?: readonly Judge[];
  /** Takes what a report says of checks, after it was taken as proof of life. `isLive`: it describes the present. */
  readonly checks?: {
    takeReport(record: DeviceRecord, report: StoredReport, isLive: boolean, changes: ChangeSet): void;
  };
  /** Hosts outside by which the server knows whether its own link is lost. */
  readonly anchors?: Anchors | null;
  /** Asks others about devices that are silent; what they find comes back through `takeFinding`. */
  readonly ask?: (records: readonly DeviceRecord[], now: number) => void;
  /** Whether a workstation is expected to run at this moment; by default none is. */
  readonly isExpected?: (info: DeviceRecord['info'], now: number) => boolean;
  /** Called after a change is durable. */
  readonly publish: (changes: ChangeSet) => void;
}

/** Between two ticks at most this long, otherwise the server itself was not watching. */
const BLIND_AFTER_MS = 5_000;
const COMMIT_RETRY_MS = 1_000;
const SNAPSHOT_CHUNK = 200;
const PROCESSES_FRESH_MS = 120_000;
export const CURSOR_SETTING = 'journal.cursor';
const ALIVE_SETTING = 'server.aliveAt';
/** Without another try for this long, a copied identity is no longer in use. */
const CLONE_QUIET_MS = 60 * 60_000;

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
  #tickedAt: number | null = null;
  #isTickWaiting = false;
  readonly #returning = new Set<DeviceRecord>();
  /** Whose identity somebody else used lately. */
  readonly #cloned = new Set<DeviceRecord>();
  #isStopping = false;

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
    this.#contact = new Contact(
      { ...options, settings: presence, anchors, ask, isExpected: expects, faults },
      judgeFrom,
    );
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
    return this.lane.runAlways(async () => {
      const changes = new ChangeSet();
      for (const report of reports) {
        this.#faults.guard('reports', () => this.#takeReport(position, report, changes), undefined);
      }
      this.#position = position;
      await this.#commit(changes);
    });
  }

  /** The agent announced that it leaves. */
  takeGoodbye(record: DeviceRecord, reason: GoodbyeReason): Promise<void> {
    // Now, not when the lane comes to it: by then the agent may be back.
    const announced = { reason, at: this.#options.clock.now() };
    return this.lane.run(async () => {
      const changes = new ChangeSet();
      record.memory.presence.announced = announced;
      changes.edge(record);
      this.#contact.judge(record, changes, this.#options.clock.now());
      await this.#commit(changes);
    });
  }

  /**
   * Takes up what stood when the server stopped. It was off since it was last alive; what it did not see meanwhile is not to be
   * blamed on anybody.
   */
  async begin(): Promise<void> {
    const { store, clock, fleet, book } = this.#options;
    const wasBlind = await fleet.blindness.load(store, clock.now());
    for (const { rule, deviceId } of book.open()) {
      const record = rule === 'identity.cloned' ? fleet.devices.get(deviceId ?? '') : undefined;
      if (!record) continue;
      record.clonedAt = clock.now();
      this.#cloned.add(record);
    }
    const aliveAt = await store.settings.get(ALIVE_SETTING);
    if (typeof aliveAt !== 'number' || aliveAt >= clock.now()) return;
    // It is saved now and then only; what was heard later proves that the server was there.
    let from = aliveAt;
    for (const { lastHeardAt } of fleet.devices.values()) from = Math.max(from, lastHeardAt ?? 0);
    this.#inBackground((changes) => {
      if (wasBlind) changes.add(fleet.blindness.end(store, null, from));
      this.#noteBlind(changes, from, 'start', 'the server was not running');
    });
  }

  /** A start must not wait for a disk that is full. */
  #inBackground(work: (changes: ChangeSet) => void): void {
    this.act(work).catch((cause: unknown) => {
      this.#options.logger.error({ err: cause }, 'a stretch without sight could not be recorded');
    });
  }

  /** Others were asked about a device whose agent is silent. */
  takeFinding(record: DeviceRecord, finding: Finding): Promise<void> {
    const at = this.#options.clock.now();
    return this.lane.run(async () => {
      const { presence } = record.memory;
      if (!presence.last || at <= presence.last.at) return;
      const { opinions, isEdge } = addOpinion(presence.opinions, { ...finding, at });
      presence.opinions = opinions;
      record.isDirty = true;
      const changes = new ChangeSet();
      if (isEdge) changes.edge(record);
      this.#contact.judge(record, changes, this.#options.clock.now());
      await this.#commit(changes);
    });
  }

  /** Another machine proved this device's key and was turned away: one incident, however often it tries. */
  takeClone(record: DeviceRecord, address: string): Promise<void> {
    const at = this.#options.clock.now();
    const isKnown = record.clonedAt !== null;
    record.clonedAt = at;
    if (isKnown) return Promise.resolve();
    this.#cloned.add(record);
    return this.lane.run(async () => {
      const changes = new ChangeSet();
      const { name } = record.info;
      this.#applyVerdict(
        record,
        {
          kind: 'raise',
          rule: 'identity.cloned',
          object: '',
          priority: 'high',
          sentence: `Another machine at ${address} uses the identity of ${name} while ${name} is connected, and was refused. Somebody copied its disk or its key: enrol the copy anew, or retire this device if it was stolen.`,
          evidence: { metrics: [], threshold: null },
          onset: at,
          at,
        },
        changes,
      );
      await this.#commit(changes);
    });
  }

  /** A device was heard of again after it had not been `up`: shown at once, not at the next tick. A fleet returns together. */
  takeReturn(record: DeviceRecord): Promise<void> {
    const isScheduled = this.#returning.size > 0;
    this.#returning.add(record);
    if (isScheduled) return this.lane.idle();
    return this.lane.runAlways(async () => {
      const changes = new ChangeSet();
      for (const returned of this.#returning) this.#contact.judge(returned, changes, this.#options.clock.now());
      this.#returning.clear();
      await this.#commit(changes);
    });
  }

  /** The device was retired: what was open about it is over. */
  takeRetirement(record: DeviceRecord): Promise<void> {
    const { book, clock } = this.#options;
    return this.lane.run(async () => {
      const changes = new ChangeSet();
      record.memory.detection.raised = {};
      const sentence = `${record.info.name} was retired`;
      for (const { rule, object } of [...book.openOf(record.info.id)]) {
        this.#applyVerdict(record, { kind: 'clear', rule, object, sentence, at: clock.now() }, changes);
      }
      // It leaves the memory: what the ledger ends with must be saved now.
      changes.edge(record);
      await this.#commit(changes);
    });
  }

  /**
   * Runs what somebody did in the lane: `work` reads, decides and fills the changes, which are then written in one transaction
   * and published. @throws VigiaError overloaded, and what `work` throws, after which nothing is written; also what the
   * database says when it refuses the change for its content
   */
  act<T>(work: (changes: ChangeSet, now: number) => Promise<T> | T): Promise<T> {
    return this.lane.run(async () => {
      const changes = new ChangeSet();
      const result = await work(changes, this.#options.clock.now());
      await this.#commit(changes);
      // Whoever acts is told; a judge's change can only be logged.
      if (changes.refusal !== null) throw changes.refusal;
      return result;
    });
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
    await this.lane.runAlways(async () => {
      this.#isTickWaiting = false;
      const changes = new ChangeSet();
      this.#faults.guard('presence', () => this.#contact.judgeAll(changes, clock.now()), undefined);
      this.#endClones(changes, now);
      for (const judge of this.#options.judges ?? []) {
        this.#faults.guard(judge.about, () => judge.judge(changes, now), undefined);
      }
      await this.#commit(changes);
    });
    book.prune(now);
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

  /** Gives up retrying what cannot be written: the next start replays it. */
  stop(): void {
    this.#isStopping = true;
  }

  #noteBlindness(gapMs: number, now: number): void {
    const { settings, logger } = this.#options;
    logger.warn(
      { gapMs },
      'the server did not watch for a while: absence is not judged until agents had time to be heard',
    );
    this.#contact.postpone(now + settings.presence.judgeAfterStartMs);
    const stalledFrom = now - gapMs;
    this.#inBackground((changes) => this.#noteBlind(changes, stalledFrom, 'stalled', 'the server stood still'));
  }

  #noteBlind(changes: ChangeSet, from: number, reason: string, what: string): void {
    const { store, fleet } = this.#options;
    const until = this.judgeFrom;
    const why = `The server itself could not see from ${formatInstant(from)} to ${formatInstant(until)}: ${what}, and agents had time to return.`;
    changes.add(fleet.blindness.note(store, from, until, reason, why));
  }

  #endClones(changes: ChangeSet, now: number): void {
    for (const record of this.#cloned) {
      if (record.clonedAt !== null && now - record.clonedAt < CLONE_QUIET_MS) continue;
      record.clonedAt = null;
      this.#cloned.delete(record);
      if (!this.#options.fleet.devices.has(record.info.id)) continue;
      const sentence = 'Nobody else has used this identity for an hour';
      this.#applyVerdict(record, { kind: 'clear', rule: 'identity.cloned', object: '', sentence, at: now }, changes);
    }
  }

  #takeReport(position: number, report: StoredReport, changes: ChangeSet): void {
    const record = this.#options.fleet.devices.get(report.deviceId);
    if (!record || position <= record.loadedCursor) return;
    const { memory, info } = record;
    const { bootId, clocks, at, receivedAt } = report;
    markDelivered(memory.runs, report.runId, report.sequence, at);
    record.isDirty = true;
    record.lastHeardAt = Math.max(record.lastHeardAt ?? 0, receivedAt);
    // The date of an earlier boot hangs on the agent's time of day: before its enrolment there was no agent.
    if (at >= info.enrolled_at) {
      const proof = { at, bootId, bootMs: clocks.bootMs, monotonicMs: clocks.monotonicMs };
      this.#noteTakenBack(record, proof, changes);
      changes.addLedger(record, takeProof(memory.presence, proof));
    }
    const { fleet } = this.#options;
    if (!record.latest || at >= record.latest.at) {
      // The first one ends its waiting on every screen.
      if (!record.latest) changes.touched.add(record);
      fleet.setLatest(record, report);
      changes.reported.add(record);
    }
    const isNewest = memory.judgedAt === null || at > memory.judgedAt;
    this.#options.checks?.takeReport(record, report, !report.backfill && isNewest, changes);
    if (report.backfill || !isNewest) return;
    memory.judgedAt = at;
    if (info.kind !== 'server') return;
    const reading = record.latest?.at === at ? record.latest : fleet.read(report);
    this.#judgeReading(record, reading, report.clockOffsetMs, changes);
  }

  /** What was shown as down while the device was silent and is not: recorded before it gives way. */
  #noteTakenBack(record: DeviceRecord, proof: Proof, changes: ChangeSet): void {
    const { presence } = record.memory;
    if (presence.opinions.length === 0 && !presence.announced) return;
    const back = takenBack(presence, proof);
    if (!back) return;
    const { store, clock } = this.#options;
    const said = (intervals: readonly Interval[]): string =>
      JSON.stringify(intervals.map(({ start, end, state, reason }) => ({ from: start, to: end, state, reason })));
    changes.add(
      store.scoped(everyClient).ledgerRevisions.insertStatement({
        client_id: record.info.client_id,
        subject_kind: 'device',
        subject_id: record.info.id,
        at: clock.now(),
        by_user: 'server',
        why: `The machine came back at ${formatInstant(proof.at)} and its boot identity says what the time before was.`,
        from_ms: back.from,
        to_ms: back.to,
        before_json: said(back.before),
        after_json: said(back.after),
      }),
    );
  }

  #judgeReading(record: DeviceRecord, reading: Reading, clockOffsetMs: number, changes: ChangeSet): void {
    const { memory } = record;
    const onboardedBefore = Object.keys(memory.detection.onboarding).length;
    const verdicts = judgeReading(memory.detection, reading, {
      settings: this.#options.settings,
      clockOffsetMs,
      unexpectedRebootAt: memory.presence.unexpectedRebootAt,
      topProcesses: describeProcesses(record, reading.at),
    });
    for (const verdict of verdicts) this.#applyVerdict(record, verdict, changes);
    if (Object.keys(memory.detection.onboarding).length !== onboardedBefore) changes.edge(record);
  }

  #applyVerdict(record: DeviceRecord, verdict: Verdict, changes: ChangeSet, tellAt?: number): void {
    const { id, client_id, site_id } = record.info;
    const step = this.#options.book.step(verdict, { clientId: client_id, siteId: site_id, deviceId: id }, tellAt);
    if (step) changes.addIncident(record, step);
    else changes.edge(record);
  }

  /**
   * Writes until it is written: memory is ahead by then, so giving up would tell people of what a restart forgets. Meanwhile the
   * lane stands still, reports queue up to their bound, and the screen says why.
   */
  async #commit(changes: ChangeSet): Promise<void> {
    const { store, clock, health, logger, publish } = this.#options;
    if (changes.hasWrites) {
      const statements = changes.statements(store, this.#position, clock.now());
      while (!(await this.#tryCommit(changes, statements, health, logger))) {
        if (this.#isStopping) return;
        await new Promise((resolve) => setTimeout(resolve, COMMIT_RETRY_MS));
      }
    }
    const durable = changes.refusal === null ? changes.published : [];
    const shown = [() => publish(changes), ...durable];
    for (const show of shown) this.#faults.guard('what is shown', show, undefined);
  }

  async #tryCommit(
    changes: ChangeSet,
    statements: Parameters<Store['commit']>[0],
    health: Health,
    logger: Logger,
  ): Promise<boolean> {
    try {
      await this.#options.store.commit(statements);
      health.set('state', null);
      return true;
    } catch (cause) {
      if (!(cause instanceof VigiaError) || cause.code === 'conflict') {
        // Repeating what the database refuses for its content would stop the watch of everybody for ever.
        logger.fatal({ err: cause }, 'a change contradicts the state database and was not written; this is a defect');
        changes.refusal = cause;
        return true;
      }
      logger.error({ err: cause }, 'the state database refuses writes; retrying');
      health.set(
        'state',
        `The server cannot write its state: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
      return false;
    }
  }
}

/** The three busiest processes of the last sample, if it is fresh: agents send one only while the machine is busy. */
function describeProcesses(record: DeviceRecord, now: number): string {
  if (!record.processes || now - record.processes.at > PROCESSES_FRESH_MS) return '';
  return record.processes.items
    .slice(0, 3)
    .map(({ name, cpuRatio }) => `${name} ${Math.round(cpuRatio * 100)} %`)
    .join(', ');
}
