import type { Logger } from 'pino';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook, IncidentStep } from '../../core/incidents/incident-book.ts';
import type { Judge } from '../../core/incidents/judge.ts';
import { OwnClient } from '../../core/presence/own-client.ts';
import { hasPassed } from '../../domain/has-passed.ts';
import type { Span } from '../../domain/history-loss.ts';
import { type Loss, showLoss } from '../../fleet/device-shown.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Health } from '../../platform/health/health.ts';
import type { DamagedPart, SeriesStore } from '../../platform/series/series-store.ts';
import type { Store } from '../../platform/store/store.ts';
import { findLosses } from './find-losses.ts';
import { lossKey, sayLosses } from './loss.ts';
import { insertLoss, pruneLosses, readLosses, toldOfLosses } from './loss-repository.ts';

export interface HistoryLossesOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly health: Pick<Health, 'set'>;
  readonly logger: Logger;
  readonly now: () => number;
  /** The longest time for which history is kept, ms. */
  readonly retentionMs: number;
}

/** A warning and the incident stand for a week after the last hours were found missing. */
const STANDS_MS = 7 * 86_400_000;
/** Damage is told of once a day at most, however many blocks a bad disk has. */
const AGAIN_MS = 86_400_000;
const TOPIC = 'history';
const RULE = 'server.history';
export const FILE_SETTING = 'series.file';

/**
 * Which hours of whom are gone from the series: found at a start, or block by block. Kept as facts in the state, said once in the log
 * and by an incident about the server, and shown on the screen.
 */
export class HistoryLosses implements Judge {
  readonly about = 'what is gone from history';
  readonly #options: HistoryLossesOptions;
  readonly #client: OwnClient;
  readonly #known: Loss[] = [];
  readonly #keys = new Set<string>();
  /** Not written yet. */
  #waiting: Loss[] = [];
  /** No incident has told of these. */
  #untold: Loss[] = [];
  /** To be noted as the one that the state knows. */
  #file: number | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;
  /** What was found before what is known was read; null afterwards. */
  #early: DamagedPart[] | null = [];

  constructor(options: HistoryLossesOptions) {
    this.#options = options;
    this.#client = new OwnClient(options);
  }

  /** Reads what is known, and compares the state with the series that were just opened. Nothing of it is written yet. */
  async begin(
    series: Pick<SeriesStore, 'origin' | 'extents'>,
    state: { readonly cursor: number; readonly aliveAt: number | null; readonly lagMs: number },
  ): Promise<void> {
    const { store, fleet, now, retentionMs } = this.#options;
    for (const loss of await readLosses(store)) {
      this.#add(loss);
      if (loss.isUntold) this.#untold.push(loss);
    }
    const file = await store.settings.get(FILE_SETTING);
    const knownFile = typeof file === 'number' ? file : null;
    if (knownFile !== series.origin.file) this.#file = series.origin.file;
    const found = await findLosses({
      ...state,
      series,
      knownFile,
      devices: fleet.devices.values(),
      retentionMs,
      known: (deviceId) => this.#spansOf(deviceId),
      now: now(),
    });
    for (const loss of found) this.#take(loss);
    const early = this.#early ?? [];
    this.#early = null;
    for (const part of early) this.takeDamage(part);
    this.#warn();
  }

  /** A part of the series was found damaged, now or before this start. */
  takeDamage(part: DamagedPart): void {
    if (this.#early) {
      this.#early.push(part);
      return;
    }
    const { deviceId, fromMs, toMs, foundAt } = part;
    const loss: Loss = { kind: 'damaged', deviceId, fromMs, toMs, foundAt };
    if (this.#keys.has(lossKey(loss))) return;
    this.#take(loss);
    this.#warn();
  }

  /** Writes what was found and tells of it. Called once a second. */
  judge(changes: ChangeSet, now: number): void {
    this.#write(changes);
    this.#tell(changes, now);
    this.#settle(changes, now);
  }

  /** All, the newest found first. */
  all(): Loss[] {
    return this.#known.toReversed();
  }

  /** Forgets what retention would have removed by now, and lets the warning end. */
  async prune(now: number): Promise<Record<string, unknown>> {
    const { store, retentionMs } = this.#options;
    this.#warn();
    return { pruned: await pruneLosses(store, now - retentionMs) };
  }

  #take(loss: Loss): void {
    this.#add(loss);
    this.#waiting.push(loss);
    this.#options.logger.error({ loss }, 'hours of history that were acknowledged are gone');
  }

  #add(loss: Loss): void {
    this.#known.push(loss);
    this.#keys.add(lossKey(loss));
    const record = this.#options.fleet.devices.get(loss.deviceId ?? '');
    if (record) showLoss(record, loss);
  }

  #spansOf(deviceId: string): Span[] {
    return this.#known.flatMap(({ deviceId: id, kind, fromMs, toMs }) =>
      id === deviceId && kind !== 'damaged' && fromMs !== null && toMs !== null ? [{ fromMs, toMs }] : [],
    );
  }

  #write(changes: ChangeSet): void {
    if (this.#waiting.length === 0 && this.#file === null) return;
    const { store, fleet } = this.#options;
    const [waiting, file, untold] = [this.#waiting, this.#file, this.#untold];
    for (const loss of waiting) {
      changes.add(insertLoss(store, loss, fleet.devices.get(loss.deviceId ?? '')?.info.client_id ?? null));
    }
    // With the facts: before them, a start that finds the same again would not look.
    if (file !== null) changes.add(store.settings.setStatement(FILE_SETTING, file));
    this.#waiting = [];
    this.#file = null;
    this.#untold = [...untold, ...waiting];
    changes.otherwise(() => {
      this.#waiting = [...waiting, ...this.#waiting];
      this.#file = file;
      this.#untold = untold;
    });
  }

  #tell(changes: ChangeSet, now: number): void {
    const untold = this.#untold;
    if (untold.length === 0) return;
    const { store, book } = this.#options;
    const isFresh = untold.some(({ foundAt }) => isStanding(foundAt, now));
    const isFile = untold.some(({ kind }) => kind !== 'damaged');
    const open = this.#open();
    if (isFresh && !isFile && open && !hasPassed(AGAIN_MS, this.#toldAt, now)) return;
    if (isFresh) {
      const clientId = this.#client.id(now);
      if (clientId === null) return;
      const step = book.step(
        {
          rule: RULE,
          object: '',
          kind: open ? 'repeat' : 'raise',
          priority: isFile || open?.priority === 'high' ? 'high' : 'medium',
          said: this.#say(untold.toReversed()),
          evidence: { metrics: [], threshold: null },
          onset: Math.min(...untold.map(({ foundAt }) => foundAt)),
          at: now,
        },
        { clientId, siteId: null, deviceId: null },
      );
      changes.addIncident(null, step);
    }
    changes.add(toldOfLosses(store, now));
    const toldAt = this.#toldAt;
    this.#untold = [];
    this.#toldAt = now;
    changes.otherwise(() => {
      this.#untold = untold;
      this.#toldAt = toldAt;
    });
  }

  /** What is gone does not come back: the incident ends when it has stood for long enough, without a message. */
  #settle(changes: ChangeSet, now: number): void {
    const open = this.#open();
    if (!open || this.#untold.length > 0 || this.#known.some(({ foundAt }) => isStanding(foundAt, now))) return;
    const { book } = this.#options;
    const step = book.step(
      { rule: RULE, object: '', kind: 'clear', said: said('history.lost.over'), at: now, isFinal: true },
      { clientId: open.clientId, siteId: null, deviceId: null },
    );
    const quiet: IncidentStep | null = step && { ...step, notice: null };
    changes.addIncident(null, quiet);
  }

  #open() {
    for (const record of this.#options.book.open()) if (record.rule === RULE) return record;
    return null;
  }

  #warn(): void {
    const { health, now } = this.#options;
    const standing = this.#known.filter(({ foundAt }) => isStanding(foundAt, now()));
    health.set(TOPIC, standing.length === 0 ? null : this.#say(standing.toReversed()));
  }

  #say(losses: readonly Loss[]): Said {
    return sayLosses(losses, (deviceId) => this.#options.fleet.devices.get(deviceId)?.info.name);
  }
}

/** An instant in the future was noted by a clock that was wrong. */
function isStanding(foundAt: number, now: number): boolean {
  return now - foundAt <= STANDS_MS;
}
