import type { Logger } from 'pino';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { ClockSet, Judge } from '../../core/incidents/judge.ts';
import { type DiskWatch, outlookOf, takePoint, watchDisk } from '../../domain/forecast/disk-outlook.ts';
import { DAY_MS, type FillMemory, MEMORY_DAYS } from '../../domain/forecast/fill-memory.ts';
import type { Outlook } from '../../domain/forecast/forecast.ts';
import { type NightTime, nightAt } from '../../domain/forecast/night-growth.ts';
import { sayOutlook } from '../../domain/forecast/say-outlook.ts';
import { emptyWindow, hasHole, moveWindow, newestLevel, STEP_MS, slotOf } from '../../domain/forecast/space-window.ts';
import { sharersOf, spaceOf, toldBy } from '../../domain/pools.ts';
import { type Reading, readValue } from '../../domain/reading.ts';
import { judgeFindings } from '../../domain/rules/detection.ts';
import { diskForecast, takenOver } from '../../domain/rules/disk-forecast.ts';
import { diskNight, nightTakenOver } from '../../domain/rules/disk-night.ts';
import type { Finding } from '../../domain/rules/rule.ts';
import type { ForecastSettings } from '../../domain/settings.ts';
import { memoryChanged } from '../../fleet/device-memory.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import { type DiskForecastFigures, showForecasts } from '../../fleet/device-shown.ts';
import type { EffectiveSettings } from '../../fleet/effective-settings.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { eachApart } from '../../platform/health/faults.ts';
import { type ReadHistory, readPast } from './disk-history.ts';
import { ForecastIncidents } from './forecast-incidents.ts';
import { HistoryQueue } from './history-queue.ts';
import { type KnownDisks, takePast } from './known-disks.ts';

export interface DiskForecastsOptions {
  readonly fleet: Pick<Fleet, 'devices'>;
  readonly book: IncidentBook;
  readonly settings: EffectiveSettings;
  readonly read: ReadHistory;
  readonly now: () => number;
  /** Of whom a sentence with a date is for. */
  readonly zoneOf: (clientId: string, at: number) => string;
  readonly logger: Logger;
}

/** After a gap the spool comes soon, or late when it is long. */
const READ_AGAIN_MS = [10 * 60_000, 60 * 60_000];
/** A value older than this is not the present. */
const FRESH_MS = 2 * STEP_MS;
const MAX_FILLS = 128;

const laterThan = (now: number): number[] => READ_AGAIN_MS.map((wait) => now + wait);

/**
 * Looks at every server's file systems once in five minutes, a few devices each second. The last hours are kept in memory and
 * read back from history after a start and after a gap; what has to be remembered longer is saved with the device.
 */
export class DiskForecasts implements Judge {
  readonly about = 'the forecast of full disks';
  readonly #options: DiskForecastsOptions;
  readonly #incidents: ForecastIncidents;
  readonly #known = new Map<string, KnownDisks>();
  readonly #queue: HistoryQueue;
  /** Whose past has come: they are judged before their turn. */
  readonly #ready = new Set<string>();
  #round = -1;
  #waiting: string[] = [];
  #perSecond = 0;

  constructor(options: DiskForecastsOptions) {
    this.#options = options;
    this.#incidents = new ForecastIncidents(options.book, options.settings.builtIn.reopenWindowMs);
    this.#queue = new HistoryQueue((deviceId) => this.#load(deviceId), options.logger);
  }

  /** Devices whose past waits to be read. */
  get pending(): number {
    return this.#queue.length;
  }

  close(): void {
    this.#queue.close();
  }

  clockSet({ sizeMs, now }: ClockSet): void {
    // The slot that goes on is that of now, whatever the step leaves of it.
    const steps = slotOf(now) - slotOf(now - sizeMs);
    for (const known of this.#known.values()) {
      for (const window of known.windows.values()) moveWindow(window, steps);
      known.readAgainAt = known.readAgainAt.map((at) => at + sizeMs);
      // What is on its way was asked for by the clock of before.
      known.past = null;
    }
  }

  judge(changes: ChangeSet, now: number): void {
    const round = slotOf(now);
    if (round !== this.#round) this.#beginRound(round);
    const turn = this.#waiting.splice(0, this.#perSecond);
    const ready = [...this.#ready].splice(0, Math.max(1, this.#perSecond));
    for (const id of ready) this.#ready.delete(id);
    eachApart(new Set([...turn, ...ready]), (id) => this.#judgeDevice(id, changes, now));
  }

  #beginRound(round: number): void {
    const { devices } = this.#options.fleet;
    this.#round = round;
    // Whom the last round did not reach comes first.
    this.#waiting = [...new Set([...this.#waiting, ...devices.keys()])];
    this.#perSecond = Math.ceil((this.#waiting.length * 1_000) / STEP_MS);
    for (const id of this.#known.keys()) if (!devices.has(id)) this.#known.delete(id);
  }

  #judgeDevice(id: string, changes: ChangeSet, now: number): void {
    const record = this.#options.fleet.devices.get(id);
    if (!record?.latest || record.info.kind !== 'server') return;
    const known = this.#knownOf(record, now);
    const timeZone = this.#options.zoneOf(record.info.client_id, now);
    const time = nightAt(now, timeZone);
    const fills = takePast(record, known, timeZone);
    const settings = this.#options.settings.ofDevice(record, now);
    const { latest } = record;
    const mounted = latest.schema.instances.get('fs.available') ?? [];
    const mountpoints = mounted.filter((mountpoint) => toldBy(latest, mountpoint) === null);
    const figures = new Map<string, DiskForecastFigures>();
    for (const mountpoint of mountpoints) {
      const watch = this.#watchOf(record, known, fills, mountpoint, now, time);
      if (!watch) continue;
      const outlook = outlookOf(watch, now, settings);
      const sharers = sharersOf(latest, mountpoint);
      figures.set(mountpoint, {
        ...figuresOf(outlook),
        said: sayOutlook(mountpoint, outlook, sharers),
      });
      this.#step(record, diskForecast(mountpoint, outlook, settings.forecast, sharers), changes, now);
      const level = newestLevel(watch.window) / watch.memory.size;
      if (!Number.isFinite(level)) continue;
      const night = diskNight({ mountpoint, memory: watch.memory, level, sharers }, now, time, settings);
      this.#step(record, night, changes, now);
    }
    this.#handOver(record, latest, mounted, figures, settings.forecast, changes, now);
    for (const mountpoint of known.windows.keys()) {
      if (!mountpoints.includes(mountpoint)) known.windows.delete(mountpoint);
    }
    showForecasts(record, figures);
    memoryChanged(record);
    forgetUnmounted(fills, mounted, now);
    this.#incidents.explain(record, changes, now);
  }

  /** Takes the newest reading if there is one since the last turn. Null while nothing can be said. */
  #watchOf(
    record: DeviceRecord,
    known: KnownDisks,
    fills: Map<string, FillMemory>,
    mountpoint: string,
    now: number,
    time: NightTime,
  ): DiskWatch | null {
    const window = known.windows.get(mountpoint) ?? emptyWindow();
    const memory = fills.get(mountpoint);
    const point = record.latest && pointOf(record.latest, mountpoint);
    const present = point && now - point.atMs < FRESH_MS ? point : null;
    // While the past is being read it is not known whether there is a rhythm.
    if (!memory && (known.isReading || !present)) return null;
    const watch = memory ? { window, memory } : present && { ...watchDisk(present), window };
    if (!watch) return null;
    if (present && slotOf(present.atMs) > window.newest) takePoint(watch, present, time);
    known.windows.set(mountpoint, watch.window);
    fills.set(mountpoint, watch.memory);
    return watch;
  }

  /** What shares its space is full when that is: its figures are those of the one that stands for both. */
  #handOver(
    record: DeviceRecord,
    latest: Reading,
    mounted: readonly string[],
    figures: Map<string, DiskForecastFigures>,
    settings: ForecastSettings,
    changes: ChangeSet,
    now: number,
  ): void {
    for (const mountpoint of mounted) {
      const teller = toldBy(latest, mountpoint);
      const told = teller === null ? undefined : figures.get(teller);
      if (teller === null || told === undefined) continue;
      figures.set(mountpoint, told);
      const { raised } = record.memory.detection;
      if (raised.has(`disk.forecast|${mountpoint}`))
        this.#step(record, takenOver(mountpoint, teller, settings), changes, now);
      if (raised.has(`disk.night|${mountpoint}`)) this.#step(record, nightTakenOver(mountpoint, teller), changes, now);
    }
  }

  #step(record: DeviceRecord, findings: Iterable<Finding>, changes: ChangeSet, now: number): void {
    // Turns come at the beat of the rounds, but a moment earlier or later within them.
    const at = slotOf(now) * STEP_MS;
    for (const verdict of judgeFindings(record.memory.detection, findings, at)) {
      this.#incidents.apply(record, { ...verdict, at: now }, changes);
    }
  }

  #knownOf(record: DeviceRecord, now: number): KnownDisks {
    const { id } = record.info;
    let known = this.#known.get(id);
    if (!known) {
      known = { windows: new Map(), past: null, isReading: true, readAgainAt: laterThan(now) };
      this.#known.set(id, known);
      this.#queue.add(id);
    }
    if (known.readAgainAt.some((at) => at <= now)) {
      known.readAgainAt = known.readAgainAt.filter((at) => at > now);
      if ([...known.windows.values()].some(hasHole)) this.#queue.add(id);
    }
    const isPresent = now - (record.latest?.at ?? 0) < FRESH_MS;
    const isBack = [...known.windows.values()].some(({ newest }) => newest >= 0 && slotOf(now) - newest > 1);
    if (isPresent && isBack && known.readAgainAt.length === 0) known.readAgainAt = laterThan(now);
    return known;
  }

  async #load(deviceId: string): Promise<void> {
    const { fleet, read, now } = this.#options;
    const record = fleet.devices.get(deviceId);
    const known = this.#known.get(deviceId);
    if (!record?.latest || !known) return;
    try {
      const mountpoints = record.latest.schema.instances.get('fs.available') ?? [];
      const { fills } = record.memory.detection;
      const unknown = mountpoints.filter((mountpoint) => !fills.has(mountpoint));
      if (mountpoints.length === 0) return;
      known.past = await readPast(read, deviceId, mountpoints, unknown, record.info.enrolled_at, now());
    } finally {
      known.isReading = false;
      this.#ready.add(deviceId);
    }
  }
}

function pointOf(reading: Reading, mountpoint: string): Parameters<typeof watchDisk>[0] | null {
  const { availableBytes, sizeBytes } = spaceOf(reading, mountpoint) ?? {
    availableBytes: readValue(reading, `fs.available[${mountpoint}]`),
    sizeBytes: readValue(reading, `fs.size[${mountpoint}]`),
  };
  if (availableBytes === null || sizeBytes === null || sizeBytes <= 0) return null;
  return { atMs: reading.at, availableBytes, sizeBytes };
}

function figuresOf(outlook: Outlook): Omit<DiskForecastFigures, 'said'> {
  const fullAtMs = outlook.kind === 'full' ? outlook.fullAt : null;
  return { fullAtMs, bytesPerHour: outlook.bytesPerHour, quality: outlook.quality };
}

/** A file system that is mounted now and then keeps its memory for as long as it would keep days. */
function forgetUnmounted(fills: Map<string, FillMemory>, mounted: readonly string[], now: number): void {
  const isFull = fills.size > MAX_FILLS;
  for (const [mountpoint, { day }] of fills) {
    if (mounted.includes(mountpoint)) continue;
    if (isFull || now - day * DAY_MS > MEMORY_DAYS * DAY_MS) fills.delete(mountpoint);
  }
}
