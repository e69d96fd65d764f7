import type { Logger } from 'pino';
import { VigiaError } from '../protocol/error.ts';
import type { GoodbyeReason } from '../protocol/frame.ts';
import type { Clock } from './clock.ts';
import { judgeReading, type Verdict } from './domain/detection.ts';
import { judgeLiveness, takeProof } from './domain/presence.ts';
import type { Reading } from './domain/reading.ts';
import type { DetectionSettings } from './domain/settings.ts';
import { ChangeSet } from './fleet/change-set.ts';
import type { DeviceRecord } from './fleet/device-record.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { Health } from './fleet/health.ts';
import { markDelivered } from './fleet/runs.ts';
import type { IncidentBook } from './incidents/incident-book.ts';
import type { Judge } from './judge.ts';
import { Lane } from './lane.ts';
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
  /** Called after a change is durable. */
  readonly publish: (changes: ChangeSet) => void;
}

/** Between two ticks at most this long, otherwise the server itself was not watching. */
const BLIND_AFTER_MS = 5_000;
const COMMIT_RETRY_MS = 1_000;
const SNAPSHOT_CHUNK = 500;
const PROCESSES_FRESH_MS = 120_000;
export const CURSOR_SETTING = 'journal.cursor';

/**
 * The judge of the fleet. Everything that changes what is known of a device passes here, in one lane: evaluate, write in one
 * transaction, publish. A crash at any point is repaired by replaying the journal over the saved memories.
 */
export class Watch {
  readonly lane = new Lane(10_000);
  readonly #options: WatchOptions;
  /** Newest journal position that was evaluated. */
  #position = 0;
  #judgeFrom: number;
  #tickedAt: number | null = null;
  #isTickWaiting = false;
  readonly #returning = new Set<DeviceRecord>();
  #isStopping = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#judgeFrom = options.clock.now() + options.settings.presence.judgeAfterStartMs;
  }

  get judgeFrom(): number {
    return this.#judgeFrom;
  }

  /** The position up to which every saved memory is complete, before anything is replayed. */
  resumeFrom(position: number): void {
    this.#position = position;
  }

  /** Evaluates committed reports in the order of the journal. They are acknowledged, so they are never refused here. */
  take(position: number, reports: readonly StoredReport[]): Promise<void> {
    return this.lane.runAlways(async () => {
      const changes = new ChangeSet();
      for (const report of reports) this.#takeReport(position, report, changes);
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
      this.#judgePresence(record, changes);
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
      for (const returned of this.#returning) this.#judgePresence(returned, changes);
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
      await this.#commit(changes);
    });
  }

  /**
   * Runs what somebody did in the lane: `work` reads, decides and fills the changes, which are then written in one transaction
   * and published. @throws VigiaError overloaded, and what `work` throws, after which nothing is written
   */
  act<T>(work: (changes: ChangeSet, now: number) => Promise<T> | T): Promise<T> {
    return this.lane.run(async () => {
      const changes = new ChangeSet();
      const result = await work(changes, this.#options.clock.now());
      await this.#commit(changes);
      return result;
    });
  }

  /** Judges the absence of everybody; called once a second. */
  async tick(): Promise<void> {
    const { clock, fleet, book } = this.#options;
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
      for (const record of fleet.devices.values()) this.#judgePresence(record, changes);
      for (const judge of this.#options.judges ?? []) judge.judge(changes, now);
      await this.#commit(changes);
    });
    book.prune(now);
  }

  /** Saves every memory that changed, then the position from which a start must replay. Returns that position. */
  snapshot(): Promise<number> {
    return this.lane.run(async () => {
      const { store, fleet, clock } = this.#options;
      const dirty = [...fleet.devices.values()].filter((record) => record.isDirty);
      const position = this.#position;
      for (let start = 0; start < dirty.length; start += SNAPSHOT_CHUNK) {
        const chunk = dirty.slice(start, start + SNAPSHOT_CHUNK);
        const changes = new ChangeSet();
        for (const record of chunk) changes.edge(record);
        await store.commit(changes.statements(store, position, clock.now()));
        for (const record of chunk) record.isDirty = false;
      }
      await store.commit([store.settings.setStatement(CURSOR_SETTING, position)]);
      return position;
    });
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
    this.#judgeFrom = Math.max(this.#judgeFrom, now + settings.presence.judgeAfterStartMs);
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
      changes.addLedger(record, takeProof(memory.presence, proof));
    }
    const { fleet } = this.#options;
    if (!record.latest || at >= record.latest.at) {
      fleet.setLatest(record, report);
      changes.touched.add(record);
    }
    const isNewest = memory.judgedAt === null || at > memory.judgedAt;
    this.#options.checks?.takeReport(record, report, !report.backfill && isNewest, changes);
    if (report.backfill || !isNewest) return;
    memory.judgedAt = at;
    if (info.kind === 'server') this.#judgeReading(record, fleet.read(report), report.clockOffsetMs, changes);
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

  #judgePresence(record: DeviceRecord, changes: ChangeSet): void {
    const { clock, settings } = this.#options;
    const now = clock.now();
    const { announced } = record.memory.presence;
    const { lastHeardAt } = record;
    const liveness = judgeLiveness(
      {
        kind: record.info.kind,
        lastHeardAt,
        linkLostAt: record.linkLostAt,
        announced: announced && (lastHeardAt ?? 0) <= announced.at ? announced : null,
        judgeFrom: this.#judgeFrom,
      },
      now,
      settings.presence,
    );
    if (liveness.state !== record.liveness.state) {
      record.stateSince = liveness.state === 'up' ? now : liveness.since;
      changes.touched.add(record);
    }
    record.liveness = liveness;
    const raised = record.memory.detection.raised['contact|'];
    if (liveness.loss && raised?.priority !== liveness.loss.priority) {
      const { priority, onset, tellAt } = liveness.loss;
      record.memory.detection.raised['contact|'] = { rule: 'contact', object: '', priority, lastSeen: now };
      const kind = raised ? 'change' : 'raise';
      const evidence = { metrics: ['cpu.busy', 'memory.available'], threshold: null };
      const verdict: Verdict = {
        kind,
        rule: 'contact',
        object: '',
        priority,
        sentence: liveness.reason,
        evidence,
        onset,
        at: now,
      };
      this.#applyVerdict(record, verdict, changes, tellAt);
    } else if (raised && liveness.state === 'up') {
      delete record.memory.detection.raised['contact|'];
      this.#applyVerdict(
        record,
        { kind: 'clear', rule: 'contact', object: '', sentence: 'Contact is back', at: now },
        changes,
      );
    }
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
      while (!(await this.#tryCommit(statements, health, logger))) {
        if (this.#isStopping) return;
        await new Promise((resolve) => setTimeout(resolve, COMMIT_RETRY_MS));
      }
    }
    publish(changes);
    for (const work of changes.published) work();
  }

  async #tryCommit(statements: Parameters<Store['commit']>[0], health: Health, logger: Logger): Promise<boolean> {
    try {
      await this.#options.store.commit(statements);
      health.set('state', null);
      return true;
    } catch (cause) {
      if (!(cause instanceof VigiaError) || cause.code === 'conflict') {
        // Repeating what the database refuses for its content would stop the watch of everybody for ever.
        logger.fatal({ err: cause }, 'a change contradicts the state database and was not written; this is a defect');
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
