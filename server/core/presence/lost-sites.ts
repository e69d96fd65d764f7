import { type ParamsOf, type Said, said } from '../../../protocol/said/said.ts';
import type { Absentee } from '../../domain/blame.ts';
import { EMERGENCY_AFTER_MS, isSiteEmergency, siteLostAt, siteQuorum } from '../../domain/blame.ts';
import type { IncidentRecord, Subject } from '../../domain/incidents/incident.ts';
import type { Liveness } from '../../domain/liveness.ts';
import type { Verdict } from '../../domain/rules/detection.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { EffectiveSettings } from '../../fleet/effective-settings.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Store } from '../../platform/store/store.ts';
import type { ChangeSet } from '../incidents/change-set.ts';
import type { IncidentBook } from '../incidents/incident-book.ts';
import { adopt, release } from './family.ts';

type SiteName = ParamsOf<'site.emergency.over'>;

export interface LostSitesOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly settings: EffectiveSettings;
}

interface LostSite {
  readonly since: number;
  readonly incidentId: string;
  /** For the reason of its devices. */
  readonly said: Said;
}

const noEvidence = { metrics: [], threshold: null };

/** The sites that are out of contact: one incident each, which holds those of its devices. */
export class LostSites {
  readonly #options: LostSitesOptions;
  readonly #lost = new Map<string, LostSite>();
  readonly #emergencies = new Set<string>();
  /** Sites that were lost until a moment ago: until when their other agents may take to return. */
  readonly #returning = new Map<string, number>();

  constructor(options: LostSitesOptions) {
    this.#options = options;
  }

  /** Takes up what stood when the server stopped. */
  restore(): void {
    for (const { rule, siteId, onsetAt, id } of this.#options.book.open()) {
      if (siteId === null) continue;
      if (rule === 'site.contact')
        this.#lost.set(siteId, { since: onsetAt, incidentId: id, said: this.#sayLost(siteId, onsetAt) });
      else if (rule === 'site.emergency') this.#emergencies.add(siteId);
    }
  }

  /** The server's clock was set: for how long they are lost stays. */
  clockSet(sizeMs: number): void {
    for (const [siteId, lost] of this.#lost) this.#lost.set(siteId, { ...lost, since: lost.since + sizeMs });
    for (const [siteId, until] of this.#returning) this.#returning.set(siteId, until + sizeMs);
  }

  /** What the devices of a lost site are told, or null if it is not lost. */
  said(siteId: string): Said | null {
    return this.#lost.get(siteId)?.said ?? null;
  }

  parentOf(siteId: string | null): string | null {
    return siteId === null ? null : (this.#lost.get(siteId)?.incidentId ?? null);
  }

  /** True while a site's state must be looked at although nobody of it is absent. */
  get isAnyLost(): boolean {
    return this.#lost.size > 0 || this.#emergencies.size > 0;
  }

  /** Opens and ends. `absent` fell silent without a goodbye; `judged` are those who did long enough ago to be judged. */
  judge(
    changes: ChangeSet,
    now: number,
    totals: ReadonlyMap<string, number>,
    absent: readonly Absentee[],
    judged: ReadonlySet<string>,
  ): void {
    const bySite = Map.groupBy(absent, ({ siteId }) => siteId);
    for (const [siteId, members] of bySite) {
      if (this.#lost.has(siteId) || !members.some(({ deviceId }) => judged.has(deviceId))) continue;
      const total = totals.get(siteId) ?? 0;
      const goneAt = members.map((member) => member.goneAt);
      const since = siteLostAt(total, goneAt);
      if (since !== null) this.#open(changes, now, siteId, { since, total, members });
    }
    for (const siteId of [...this.#lost.keys()]) {
      const silent = bySite.get(siteId)?.length ?? 0;
      if (silent < siteQuorum(totals.get(siteId) ?? 0)) this.#end(changes, now, siteId, silent > 0);
    }
  }

  /** Half a site down for long enough is an emergency, also if more of it was. `down`: its always-on devices that are down, by site. */
  judgeEmergencies(
    changes: ChangeSet,
    now: number,
    totals: ReadonlyMap<string, number>,
    down: ReadonlyMap<string, readonly DeviceRecord[]>,
  ): void {
    for (const [siteId, until] of [...this.#returning]) if (until <= now) this.#returning.delete(siteId);
    for (const [siteId, records] of down) {
      if (this.#returning.has(siteId) && !this.#lost.has(siteId)) continue;
      const total = totals.get(siteId) ?? 0;
      const since = records.map(({ connection }) => connection.liveness.since);
      if (this.#emergencies.has(siteId) || !isSiteEmergency(total, since, now)) continue;
      const subject = this.#subjectOf(siteId);
      if (!subject) continue;
      this.#emergencies.add(siteId);
      changes.otherwise(() => this.#emergencies.delete(siteId));
      const isLost = this.#lost.has(siteId);
      const headline = sayEmergency(this.#nameOf(siteId), total, records);
      const rule = isLost ? 'site.contact' : 'site.emergency';
      const kind = isLost ? 'change' : 'raise';
      const onset = Math.min(...since);
      this.#apply(
        changes,
        { kind, rule, object: '', priority: 'emergency', said: headline, evidence: noEvidence, onset, at: now },
        subject,
      );
    }
    for (const siteId of [...this.#emergencies]) {
      const stillDown = down.get(siteId)?.length ?? 0;
      if (stillDown > 0 && stillDown * 2 >= (totals.get(siteId) ?? 0)) continue;
      this.#emergencies.delete(siteId);
      changes.otherwise(() => this.#emergencies.add(siteId));
      const subject = this.#subjectOf(siteId);
      const over = said('site.emergency.over', this.#nameOf(siteId));
      if (subject)
        this.#apply(changes, { kind: 'clear', rule: 'site.emergency', object: '', said: over, at: now }, subject);
    }
  }

  #open(
    changes: ChangeSet,
    now: number,
    siteId: string,
    { since, total, members }: { since: number; total: number; members: readonly Absentee[] },
  ): void {
    const { book, store, fleet, settings } = this.#options;
    const subject = this.#subjectOf(siteId);
    if (!subject) return;
    const { tellAfterMs } = settings.ofSite({ id: siteId, client_id: subject.clientId }, now).presence;
    const spanMs = Math.max(...members.map(({ goneAt }) => goneAt)) - since;
    const headline = said('site.lost', {
      ...this.#nameOf(siteId),
      silent: members.length,
      total,
      withinMs: Math.max(1_000, spanMs),
      since,
    });
    const verdict: Verdict = {
      kind: 'raise',
      rule: 'site.contact',
      object: '',
      priority: 'high',
      said: headline,
      evidence: noEvidence,
      onset: since,
      at: now,
    };
    const step = book.step(verdict, subject, Math.max(now, since + tellAfterMs));
    if (!step) return;
    changes.addIncident(null, step);
    changes.otherwise(() => this.#lost.delete(siteId));
    this.#lost.set(siteId, { since, incidentId: step.record.id, said: this.#sayLost(siteId, since) });
    changes.add(fleet.blindness.begin(store, { id: siteId, clientId: subject.clientId }, since, 'site_lost', headline));
    // Whoever fell silent a little earlier has an incident already, which nobody was told of.
    for (const { deviceId } of members) {
      const child = contactOf(book, deviceId);
      if (child && child.onsetAt >= since) adopt(book, changes, fleet.require(deviceId), child, step.record.id, now);
    }
  }

  #end(changes: ChangeSet, now: number, siteId: string, areSomeSilent: boolean): void {
    const { book, store, fleet, settings } = this.#options;
    const lost = this.#lost.get(siteId);
    const subject = this.#subjectOf(siteId);
    this.#lost.delete(siteId);
    changes.otherwise(() => lost && this.#lost.set(siteId, lost));
    this.#handOver(changes, now, siteId);
    changes.add(fleet.blindness.end(store, siteId, now));
    if (!lost || !subject) return;
    // The others return within their backoff: a number would be wrong seconds later.
    const over = said('site.lost.over', { ...this.#nameOf(siteId), areSomeSilent });
    this.#apply(changes, { kind: 'clear', rule: 'site.contact', object: '', said: over, at: now }, subject);
    for (const record of fleet.devices.values()) {
      if (record.info.site_id !== siteId) continue;
      const child = contactOf(book, record.info.id);
      // Agents return within their backoff: only who does not is told of, by itself.
      if (child?.parentId === lost.incidentId)
        release(book, changes, record, child, now, now + settings.builtIn.presence.judgeAfterStartMs);
    }
  }

  /** The emergency ends with the incident that it was said in: what is down once the others had time to return is judged anew. */
  #handOver(changes: ChangeSet, now: number, siteId: string): void {
    const wasEmergency = this.#emergencies.delete(siteId);
    this.#returning.set(siteId, now + this.#options.settings.builtIn.presence.judgeAfterStartMs);
    changes.otherwise(() => {
      this.#returning.delete(siteId);
      if (wasEmergency) this.#emergencies.add(siteId);
    });
  }

  #apply(changes: ChangeSet, verdict: Verdict, subject: Subject): void {
    const step = this.#options.book.step(verdict, subject);
    if (step) changes.addIncident(null, step);
  }

  #subjectOf(siteId: string): Subject | null {
    const site = this.#options.fleet.sites.get(siteId);
    return site ? { clientId: site.client_id, siteId, deviceId: null } : null;
  }

  #nameOf(siteId: string): SiteName {
    const { sites, clients } = this.#options.fleet;
    const site = sites.get(siteId);
    return { site: site?.name ?? null, client: clients.get(site?.client_id ?? '')?.name ?? null };
  }

  #sayLost(siteId: string, since: number): Said {
    return said('blame.site', { ...this.#nameOf(siteId), since });
  }
}

/** What nobody can see is silent; down is only what was seen to be. */
function sayEmergency(name: SiteName, total: number, records: readonly DeviceRecord[]): Said {
  const isSeenDown = ({ state, loss }: Liveness): boolean => state === 'off' || loss?.blame === 'host';
  const seenDown = records.filter(({ connection }) => isSeenDown(connection.liveness)).length;
  return said('site.emergency', { ...name, away: records.length, total, seenDown, forMs: EMERGENCY_AFTER_MS });
}

function contactOf(book: IncidentBook, deviceId: string): IncidentRecord | null {
  for (const incident of book.openOf(deviceId)) if (incident.rule === 'contact') return incident;
  return null;
}
