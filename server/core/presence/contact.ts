import type { Logger } from 'pino';
import { said } from '../../../protocol/said/said.ts';
import { type Absentee, networkOf } from '../../domain/blame.ts';
import { judgeLiveness, type LivenessFacts } from '../../domain/liveness.ts';
import { OPINION_HOLDS_MS, type Opinion } from '../../domain/opinion.ts';
import type { PresenceSettings } from '../../domain/settings.ts';
import { judged } from '../../fleet/device-connection.ts';
import { note } from '../../fleet/device-notes.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { EffectiveSettings } from '../../fleet/effective-settings.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { enterState } from '../../fleet/state-since.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Faults } from '../../platform/health/faults.ts';
import type { Health } from '../../platform/health/health.ts';
import type { Store } from '../../platform/store/store.ts';
import type { ChangeSet } from '../incidents/change-set.ts';
import type { IncidentBook } from '../incidents/incident-book.ts';
import type { Anchors } from './anchors.ts';
import { ContactIncidents } from './contact-incidents.ts';
import { hush } from './family.ts';
import { LostSites } from './lost-sites.ts';
import { type Blind, OwnSight } from './own-sight.ts';
import { ServerIncident } from './server-incident.ts';

export interface ContactOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly health: Health;
  readonly settings: EffectiveSettings;
  readonly logger: Logger;
  readonly anchors: Anchors | null;
  /** Asks others about these devices, whose agents are silent. */
  readonly ask: (records: readonly DeviceRecord[], now: number) => void;
  readonly faults: Pick<Faults, 'guard'>;
  /** Whether everybody was told from memory of trouble of the server that stood at this instant, ms, or began since. */
  readonly isTold?: (at: number) => boolean;
  /** Whether a workstation is expected to run at this moment. */
  readonly isExpected: (info: DeviceRecord['info'], now: number) => boolean;
}

/**
 * Judges who is to blame for silence, in this order: the server itself, a site, an agent, a host, and otherwise nobody can say.
 * It steps memory and fills changes; the watch commits them.
 */
export class Contact {
  readonly #options: ContactOptions;
  readonly #sight: OwnSight;
  readonly #sites: LostSites;
  readonly #server: ServerIncident;
  readonly #incidents: ContactIncidents;
  #judgeFrom: number;
  #nextDueAt = Number.POSITIVE_INFINITY;
  #blind: Blind | null = null;

  constructor(options: ContactOptions, judgeFrom: number) {
    this.#options = options;
    this.#judgeFrom = judgeFrom;
    this.#sight = new OwnSight(options);
    this.#sites = new LostSites(options);
    this.#server = new ServerIncident({
      ...options,
      rule: 'server.blind',
      priority: 'high',
      tellAfterMs: options.settings.builtIn.presence.tellAfterMs,
      over: said('server.blind.over'),
    });
    this.#sites.restore();
    this.#incidents = new ContactIncidents({ ...options, siteIncident: (siteId) => this.#sites.parentOf(siteId) });
  }

  /** Until then absence is not judged. */
  get judgeFrom(): number {
    return this.#judgeFrom;
  }

  /** When the first of those that were heard is late unless it is heard of again: as of the newest {@link judgeAll}. */
  get nextDueAt(): number {
    return this.#nextDueAt;
  }

  /** The server was not watching: agents get time to be heard first. */
  postpone(until: number): void {
    this.#judgeFrom = Math.max(this.#judgeFrom, until);
  }

  /** The server's clock was set: what was to happen in a while happens in the same while. */
  clockSet(sizeMs: number): void {
    this.#judgeFrom += sizeMs;
    this.#nextDueAt += sizeMs;
    this.#sight.clockSet(sizeMs);
    this.#sites.clockSet(sizeMs);
    this.#blind = this.#sight.blind;
  }

  /** Judges everybody whose silence is not beyond doubt. */
  judgeAll(changes: ChangeSet, now: number): void {
    const { fleet } = this.#options;
    const away: DeviceRecord[] = [];
    let alwaysOn = 0;
    let nextDueAt = Number.POSITIVE_INFINITY;
    for (const record of fleet.devices.values()) {
      if (isAlwaysOn(record)) alwaysOn += 1;
      const dueAt = this.#dueAt(record, now);
      if (dueAt <= now) away.push(record);
      else if (dueAt < nextDueAt) nextDueAt = dueAt;
    }
    this.#nextDueAt = nextDueAt;
    const absent: (Absentee & { readonly record: DeviceRecord })[] = [];
    const judged = new Set<string>();
    for (const record of away) {
      if (!isAlwaysOn(record)) continue;
      const { state } = judgeLiveness({ ...this.#facts(record, now), blind: null }, now, this.#settingsOf(record, now));
      if ((state !== 'late' && state !== 'lost') || announcedOf(record)) continue;
      absent.push(toAbsentee(record));
      if (state === 'lost') judged.add(record.info.id);
    }
    this.#judgeOwnSight(changes, now, alwaysOn, absent, judged);
    const totals = absent.length > 0 || this.#sites.isAnyLost ? this.#countSites() : new Map<string, number>();
    if (!this.#blind && now >= this.#judgeFrom) this.#sites.judge(changes, now, totals, absent, judged);
    for (const record of away)
      this.#options.faults.guard('presence', () => this.judge(record, changes, now), undefined);
    if (!this.#blind && now >= this.#judgeFrom) this.#judgeEmergencies(changes, now, totals, away);
    if (this.#blind || now < this.#judgeFrom) return;
    this.#options.ask(
      away.filter((record) => isAlwaysOn(record) && isWorthAsking(record)),
      now,
    );
  }

  /** Judges one device by what is known of the server and its site at this moment. */
  judge(record: DeviceRecord, changes: ChangeSet, now: number): void {
    const liveness = judgeLiveness(this.#facts(record, now), now, this.#settingsOf(record, now));
    if (liveness.state !== record.connection.liveness.state) {
      enterState(record, liveness, now);
      if (liveness.state === 'up') note(record, 'askedAt', null);
      changes.touched.add(record);
    } else if (liveness.loss?.blame !== record.connection.liveness.loss?.blame) changes.touched.add(record);
    const before = record.connection.liveness.loss;
    judged(record.connection, liveness);
    this.#incidents.judge(record, before, changes, now, this.#blind === null);
  }

  #judgeOwnSight(
    changes: ChangeSet,
    now: number,
    alwaysOn: number,
    absent: readonly (Absentee & { readonly record: DeviceRecord })[],
    judged: ReadonlySet<string>,
  ): void {
    const { store, fleet, book, settings } = this.#options;
    const before = this.#blind;
    this.#blind = this.#sight.look(now, alwaysOn, absent, judged.size > 0);
    if (!before && this.#blind) {
      const { from, reason, why } = this.#blind;
      changes.add(fleet.blindness.begin(store, null, from, reason, why));
      // Those who fell silent a little earlier have incidents, which nobody was told of.
      for (const incident of book.open()) {
        const isContact = incident.rule === 'contact' || incident.rule === 'site.contact';
        if (!isContact || incident.onsetAt < from || incident.suppressedBy !== null) continue;
        hush(book, changes, fleet.devices.get(incident.deviceId ?? '') ?? null, incident, now);
      }
    } else if (before && !this.#blind) {
      changes.add(fleet.blindness.end(store, null, now));
      this.postpone(now + settings.builtIn.presence.judgeAfterStartMs);
    }
    this.#server.follow(changes, now, this.#blind?.isIncident ? this.#blind : null);
  }

  #judgeEmergencies(
    changes: ChangeSet,
    now: number,
    totals: ReadonlyMap<string, number>,
    away: readonly DeviceRecord[],
  ): void {
    const down = away.filter((record) => {
      const { state, loss } = record.connection.liveness;
      const isDown = (state === 'lost' || state === 'off') && loss !== null && loss.blame !== 'agent';
      return isDown && isAlwaysOn(record) && !record.inMaintenance;
    });
    if (down.length === 0 && !this.#sites.isAnyLost) return;
    const counted = totals.size > 0 ? totals : this.#countSites();
    this.#sites.judgeEmergencies(
      changes,
      now,
      counted,
      Map.groupBy(down, ({ info }) => info.site_id),
    );
  }

  #facts(record: DeviceRecord, now: number): LivenessFacts {
    return {
      kind: this.#options.isExpected(record.info, now) ? 'server' : record.info.kind,
      lastHeardAt: record.connection.lastHeardAt,
      linkLostAt: record.connection.linkLostAt,
      announced: announcedOf(record),
      judgeFrom: this.#judgeFrom,
      inMaintenance: record.inMaintenance,
      blind: this.#blind?.why ?? null,
      siteLost: this.#sites.said(record.info.site_id),
      opinion: freshOpinion(record, now),
    };
  }

  /** Until then nothing needs to be judged: it was up, and was heard of so lately that no fact could make it late. */
  #dueAt(record: DeviceRecord, now: number): number {
    const { connection, memory } = record;
    const { liveness, lastHeardAt, linkLostAt } = connection;
    if (liveness.state !== 'up' || lastHeardAt === null || memory.presence.announced) return Number.NEGATIVE_INFINITY;
    const { lateAfterMs, lateAfterLinkLossMs } = this.#settingsOf(record, now);
    const dueAt = lastHeardAt + lateAfterMs;
    return linkLostAt === null ? dueAt : Math.min(dueAt, linkLostAt + lateAfterLinkLossMs);
  }

  #settingsOf(record: DeviceRecord, now: number): PresenceSettings {
    return this.#options.settings.ofDevice(record, now).presence;
  }

  #countSites(): Map<string, number> {
    const totals = new Map<string, number>();
    for (const record of this.#options.fleet.devices.values()) {
      if (isAlwaysOn(record)) totals.set(record.info.site_id, (totals.get(record.info.site_id) ?? 0) + 1);
    }
    return totals;
  }
}

/** A server that has reported: its silence means something. */
function isAlwaysOn({ info, connection }: DeviceRecord): boolean {
  return info.kind === 'server' && connection.lastHeardAt !== null;
}

/** What it said when it left, unless it was heard of since. */
function announcedOf({ memory, connection }: DeviceRecord) {
  const { announced } = memory.presence;
  return announced && (connection.lastHeardAt ?? 0) <= announced.at ? announced : null;
}

/** Others' newest word, if it is of this silence and recent. */
function freshOpinion({ memory, connection }: DeviceRecord, now: number): Opinion | null {
  const last = memory.presence.opinions.at(-1);
  return last && last.to > (connection.lastHeardAt ?? 0) && now - last.to <= OPINION_HOLDS_MS ? last : null;
}

function isWorthAsking({ connection }: DeviceRecord): boolean {
  const { liveness } = connection;
  return liveness.state === 'late' || (liveness.state === 'lost' && liveness.loss?.blame !== 'site');
}

function toAbsentee(record: DeviceRecord) {
  const { info, connection } = record;
  const { lastHeardAt, remoteAddress } = connection;
  return {
    record,
    deviceId: info.id,
    siteId: info.site_id,
    clientId: info.client_id,
    goneAt: lastHeardAt ?? 0,
    network: remoteAddress === null ? null : networkOf(remoteAddress),
  };
}
