import { type Said, said } from '../../protocol/said/said.ts';
import { applyVerdict } from '../core/incidents/apply-verdict.ts';
import type { ChangeSet } from '../core/incidents/change-set.ts';
import type { IncidentBook } from '../core/incidents/incident-book.ts';
import type { Interval, Proof } from '../domain/ledger.ts';
import { lowDriveBytes } from '../domain/low-drives.ts';
import { takenBack, takeProof } from '../domain/presence.ts';
import { type Reading, readValue } from '../domain/reading.ts';
import { judgeReading } from '../domain/rules/detection.ts';
import type { Surroundings } from '../domain/rules/report-context.ts';
import { everyClient } from '../domain/scope.ts';
import type { DetectionSettings } from '../domain/settings.ts';
import { heardBy } from '../fleet/device-connection.ts';
import { driveSeen, judgedUpTo, memoryChanged } from '../fleet/device-memory.ts';
import type { DeviceRecord } from '../fleet/device-record.ts';
import type { EffectiveSettings } from '../fleet/effective-settings.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { markDelivered } from '../fleet/runs.ts';
import type { Clock } from '../platform/clock.ts';
import type { StoredReport } from '../platform/series/series-store.ts';
import type { Store } from '../platform/store/store.ts';

export interface ReportJudgeOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly settings: EffectiveSettings;
  readonly checks?: ReportedChecks;
  /** The server's own clock may be wrong at the moment: nobody else's is judged. */
  readonly isClockUnsure?: () => boolean;
}

export interface ReportedChecks {
  /** Takes what a report says of checks, after it was taken as proof of life. `isLive`: it describes the present. */
  takeReport(record: DeviceRecord, report: StoredReport, isLive: boolean, changes: ChangeSet): void;
}

/** Clocks of the same process differ by less. */
const FUTURE_MS = 5_000;
const PROCESSES_FRESH_MS = 120_000;

/** What a committed report says of its device: delivered, alive, its newest reading, and what the rules make of it. */
export class ReportJudge {
  readonly #options: ReportJudgeOptions;
  #now = 0;
  #isClockUnsure = false;

  constructor(options: ReportJudgeOptions) {
    this.#options = options;
  }

  /** To be called before every few reports: what the clocks say holds for them all, and costs as much as one of them. */
  look(): void {
    const { clock, isClockUnsure } = this.#options;
    this.#now = clock.now();
    this.#isClockUnsure = isClockUnsure?.() ?? false;
  }

  /** `position`: that of the report in the journal. What a device knows already is passed over. */
  take(position: number, report: StoredReport, changes: ChangeSet): void {
    const { fleet } = this.#options;
    const record = fleet.devices.get(report.deviceId);
    if (!record || position <= record.loadedCursor) return;
    const { memory, info } = record;
    const { bootId, clocks, at, receivedAt } = report;
    // One that was on its way while the clock was set back may be dated ahead.
    markDelivered(memory.runs, report.runId, report.sequence, Math.min(at, this.#now));
    memoryChanged(record);
    // Stamped by a clock that was ahead: believed, it would make all deaf to what comes until then.
    if (at > this.#now + FUTURE_MS) return;
    heardBy(record.connection, receivedAt);
    // The date of an earlier boot hangs on the agent's time of day: before its enrolment there was no agent.
    if (at >= info.enrolled_at) {
      const proof = { at, bootId, bootMs: clocks.bootMs, monotonicMs: clocks.monotonicMs };
      this.#noteTakenBack(record, proof, changes);
      // From then on the state itself knows that there was something, whatever becomes of the series.
      if (memory.presence.first === null) changes.edge(record);
      const ledger = takeProof(memory.presence, proof);
      if (ledger.length > 0) changes.addLedger(record, ledger);
    }
    if (!record.latest || at >= record.latest.at) {
      // The first one ends its waiting on every screen.
      if (!record.latest) changes.touched.add(record);
      fleet.setLatest(record, report);
      changes.reported.push(record);
    }
    const isNewest = memory.judgedAt === null || at > memory.judgedAt;
    this.#options.checks?.takeReport(record, report, !report.backfill && isNewest, changes);
    if (report.backfill || !isNewest) return;
    judgedUpTo(memory, at);
    if (info.kind === 'workstation' && record.latest?.at === at) noteSystemDrive(record, record.latest, changes);
    if (info.kind !== 'server') return;
    const reading = record.latest?.at === at ? record.latest : fleet.read(report);
    this.#judgeReading(record, reading, this.#isClockUnsure ? null : report.clockOffsetMs, changes);
  }

  /** What was shown as down while the device was silent and is not: recorded before it gives way. */
  #noteTakenBack(record: DeviceRecord, proof: Proof, changes: ChangeSet): void {
    const { presence } = record.memory;
    if (presence.opinions.length === 0 && !presence.announced) return;
    const back = takenBack(presence, proof);
    if (!back) return;
    const { store, clock } = this.#options;
    const stretches = (intervals: readonly Interval[]): string =>
      JSON.stringify(intervals.map(({ start, end, state, reason }) => ({ from: start, to: end, state, reason })));
    changes.add(
      store.scoped(everyClient).ledgerRevisions.insertStatement({
        client_id: record.info.client_id,
        subject_kind: 'device',
        subject_id: record.info.id,
        at: clock.now(),
        by_user: 'server',
        said_json: JSON.stringify(said('revision.came-back', { at: proof.at })),
        from_ms: back.from,
        to_ms: back.to,
        before_json: stretches(back.before),
        after_json: stretches(back.after),
      }),
    );
  }

  #judgeReading(record: DeviceRecord, reading: Reading, clockOffsetMs: number | null, changes: ChangeSet): void {
    const { detection } = record.memory;
    const onboardedBefore = detection.onboarding.size;
    // Those of the moment that it describes, so that a replay judges as before.
    const settings = this.#options.settings.ofDevice(record, reading.at);
    const surroundings = new ReportSurroundings(record, reading.at, settings, clockOffsetMs);
    const verdicts = judgeReading(detection, reading, surroundings, record.quiet);
    for (const verdict of verdicts) applyVerdict(this.#options.book, record, verdict, changes);
    if (detection.onboarding.size !== onboardedBefore) changes.edge(record);
  }
}

/** Made for each report: its processes are asked for where something is said of it, by a method and not by a function of its own. */
class ReportSurroundings implements Surroundings {
  readonly settings: DetectionSettings;
  readonly clockOffsetMs: number | null;
  readonly unexpectedRebootAt: number | null;
  readonly #record: DeviceRecord;
  readonly #at: number;

  constructor(record: DeviceRecord, at: number, settings: DetectionSettings, clockOffsetMs: number | null) {
    this.settings = settings;
    this.clockOffsetMs = clockOffsetMs;
    this.unexpectedRebootAt = record.memory.presence.unexpectedRebootAt;
    this.#record = record;
    this.#at = at;
  }

  topProcesses(): readonly Said[] {
    return busiestOf(this.#record, this.#at);
  }
}

/** The drive that the system itself lies on: `/`, or the one of Windows. What comes onto the list or leaves it is told to every screen. */
function noteSystemDrive(record: DeviceRecord, reading: Reading, changes: ChangeSet): void {
  const availableBytes = readValue(reading, 'fs.available[/]') ?? readValue(reading, 'fs.available[C:]');
  if (availableBytes === null) return;
  const { memory, info } = record;
  const isLow = (): boolean => lowDriveBytes(info.kind, memory.systemDrive) !== null;
  const wasLow = isLow();
  driveSeen(memory, { at: reading.at, availableBytes });
  if (isLow() !== wasLow) changes.touched.add(record);
}

/** The three busiest processes of the last sample, if it is fresh: agents send one only while the machine is busy. */
function busiestOf(record: DeviceRecord, now: number): Said[] {
  if (!record.processes || now - record.processes.at > PROCESSES_FRESH_MS) return [];
  return record.processes.items
    .slice(0, 3)
    .map(({ name, cpuRatio }) => said('process.busy', { process: name, busyRatio: cpuRatio }));
}
