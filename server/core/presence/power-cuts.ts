import { isSame, type Said, said } from '../../../protocol/said/said.ts';
import { hasPassed } from '../../domain/has-passed.ts';
import { type IncidentRecord, type IncidentStep, incidentKey, type Subject } from '../../domain/incidents/incident.ts';
import {
  BACK_WITHIN_MS,
  type PowerCut,
  powerCutOf,
  type Restart,
  restartsOf,
  wentWith,
} from '../../domain/power-cut.ts';
import type { Verdict } from '../../domain/rules/detection.ts';
import type { RuleName } from '../../domain/rules/rule.ts';
import { deviceFacts } from '../../fleet/device-facts.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { EffectiveSettings } from '../../fleet/effective-settings.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Store } from '../../platform/store/store.ts';
import type { ChangeSet } from '../incidents/change-set.ts';
import type { IncidentBook } from '../incidents/incident-book.ts';
import type { ClockSet } from '../incidents/judge.ts';
import { recurrenceOf } from '../incidents/statements.ts';
import { adopt } from './family.ts';

export interface PowerCutsOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly settings: EffectiveSettings;
}

/** A machine with this tag is on a UPS: that it ran on says nothing against a power cut. */
export const UPS_TAG = 'ups';
const ENDS_EVERY_MS = 60_000;
/** Last proofs of life are up to a report older than what was seen of the link. */
const MARGIN_MS = 60_000;
const WHY = said('explained.power');

/**
 * Restarts without a goodbye of a site's machines within minutes: one incident about the site, which holds those of its machines.
 * What it knows it reads from the memories of the machines, so a restart of the server loses nothing.
 */
export class PowerCuts {
  readonly #options: PowerCutsOptions;
  /** Sites of which a machine restarted lately, until when others may follow. */
  readonly #watched = new Map<string, number>();
  #endedAt = Number.NEGATIVE_INFINITY;

  constructor(options: PowerCutsOptions) {
    this.#options = options;
    for (const record of options.book.open()) if (record.rule === 'reboot.unexpected') this.#expect(record);
    options.book.addFirstPolicy((step) => this.#hold(step));
  }

  clockSet({ sizeMs }: ClockSet): void {
    for (const [siteId, until] of this.#watched) this.#watched.set(siteId, until + sizeMs);
  }

  judge(changes: ChangeSet, now: number): void {
    for (const [siteId, until] of [...this.#watched]) {
      if (until < now) this.#watched.delete(siteId);
      this.#judgeSite(siteId, changes, now);
    }
    if (!hasPassed(ENDS_EVERY_MS, this.#endedAt, now)) return;
    this.#endedAt = now;
    for (const record of [...this.#options.book.open()]) this.#end(record, changes, now);
  }

  #expect({ siteId, openedAt, updatedAt }: Pick<IncidentRecord, 'siteId' | 'openedAt' | 'updatedAt'>): void {
    if (siteId === null) return;
    const until = Math.max(openedAt, updatedAt) + BACK_WITHIN_MS;
    this.#watched.set(siteId, Math.max(until, this.#watched.get(siteId) ?? until));
  }

  /** A restart that may be one of many is told a little later, and not at all if it is. */
  #hold(step: IncidentStep): IncidentStep {
    const { record, notice, event } = step;
    const isExplained = record.parentId !== null && this.#options.book.byId(record.parentId)?.rule === 'site.power';
    // What comes again within the hour is another occurrence: the cut explained the one before.
    if (event.kind === 'reopened' && isExplained) return this.#hold({ ...step, record: { ...record, parentId: null } });
    const isNew = notice !== null && notice.kind !== 'resolved';
    if (record.rule !== 'reboot.unexpected' || record.state === 'resolved' || !isNew) return step;
    this.#expect(record);
    const { presence } = this.#options.settings.builtIn;
    const isAlone = !this.#membersOf(record.siteId).some((other) => {
      return other.info.id !== record.deviceId && (isUnsure(other) || this.#restartedLately(other, record.updatedAt));
    });
    if (isAlone || record.parentId !== null) return step;
    return {
      ...step,
      notice: { ...notice, tellAt: Math.max(notice.tellAt, record.updatedAt + presence.restartHoldMs) },
    };
  }

  #restartedLately({ info, memory }: DeviceRecord, now: number): boolean {
    return restartsOf(info.id, memory.presence).some(({ to }) => now - to <= BACK_WITHIN_MS);
  }

  #judgeSite(siteId: string, changes: ChangeSet, now: number): void {
    const { book, settings } = this.#options;
    const cut = this.#find(siteId, now);
    const subject = this.#subjectOf(siteId);
    if (!cut || !subject) return;
    const headline = this.#say(siteId, cut);
    let incident = this.#openOf(siteId, cut);
    if (!incident) {
      const lost = this.#lostOf(siteId, cut);
      const onset = cut.from;
      const verdict: Verdict = {
        kind: 'raise',
        rule: 'site.power',
        // Each is an event of its own, with its own attestation: none is ever reopened.
        object: new Date(onset).toISOString(),
        priority: 'medium',
        said: headline,
        evidence: { metrics: [], threshold: null },
        onset,
        at: now,
      };
      if (book.byKey(incidentKey(subject, verdict.rule, verdict.object))) return;
      const step = book.step(verdict, subject, now + settings.builtIn.presence.powerTellAfterMs);
      if (!step) return;
      // People know already, and were told that it was over: that incident is explained by this one.
      changes.addIncident(null, lost.some((one) => this.#wasTold(one, now)) ? { ...step, notice: null } : step);
      incident = step.record;
    } else if (!isSame(incident.said, headline)) {
      const record = { ...incident, said: headline, updatedAt: now };
      const event = { kind: 'changed', at: now, by: null, said: headline } as const;
      const step = book.settle({ record, event, notice: null }, incident, now);
      changes.addIncident(null, step);
      changes.add(this.#freshen(step.record, now));
    }
    this.#gather(siteId, cut, incident.id, changes, now);
  }

  /** Puts what the cut explains below it. */
  #gather(siteId: string, cut: PowerCut, parentId: string, changes: ChangeSet, now: number): void {
    const { book, fleet } = this.#options;
    for (const lost of this.#lostOf(siteId, cut)) {
      if (lost.parentId === null) adopt(book, changes, null, lost, parentId, now, WHY);
    }
    const joined = this.#restartsOf(siteId, now, 'workstation').filter((restart) => wentWith(restart, cut));
    for (const deviceId of new Set([...cut.restarts, ...joined].map((restart) => restart.deviceId))) {
      const device = fleet.devices.get(deviceId);
      if (!device) continue;
      const restart = this.#newest(device, 'reboot.unexpected');
      // Who is still away is told of by itself: it may have been broken by the cut.
      const contact = this.#newest(device, 'contact');
      for (const child of [restart, contact?.state === 'resolved' ? contact : null]) {
        if (child && child.parentId === null && belongs(child, cut)) {
          adopt(book, changes, device, child, parentId, now, WHY);
        }
      }
    }
  }

  #newest({ info }: DeviceRecord, rule: RuleName): IncidentRecord | null {
    const subject = { clientId: info.client_id, siteId: info.site_id, deviceId: info.id };
    return this.#options.book.byKey(incidentKey(subject, rule, ''));
  }

  /** What was told of the site while nobody could see its machines. */
  #lostOf(siteId: string, cut: PowerCut): IncidentRecord[] {
    const subject = this.#subjectOf(siteId);
    if (!subject) return [];
    return (['site.contact', 'site.emergency'] as const).flatMap((rule) => {
      const record = this.#options.book.byKey(incidentKey(subject, rule, ''));
      return record?.state === 'resolved' && belongs(record, cut) ? [record] : [];
    });
  }

  #wasTold(
    { rule, clientId, siteId, onsetAt, openedAt, resolvedAt, suppressedBy }: IncidentRecord,
    now: number,
  ): boolean {
    if (suppressedBy !== null) return false;
    const { tellAfterMs } = this.#options.settings.ofSite({ id: siteId ?? '', client_id: clientId }, openedAt).presence;
    const tellAt = rule === 'site.emergency' ? openedAt : onsetAt + tellAfterMs;
    return (resolvedAt ?? now) >= Math.max(openedAt, tellAt);
  }

  #openOf(siteId: string, cut: PowerCut): IncidentRecord | null {
    for (const record of this.#options.book.open()) {
      const isSame = record.rule === 'site.power' && record.siteId === siteId;
      if (isSame && record.onsetAt < cut.to && cut.from - record.onsetAt < BACK_WITHIN_MS) return record;
    }
    return null;
  }

  #find(siteId: string, now: number): PowerCut | null {
    const restarts = this.#restartsOf(siteId, now, 'server');
    const members = this.#membersOf(siteId);
    return powerCutOf(restarts, (restarted, at) => members.filter((record) => counts(record, restarted, at)).length);
  }

  #restartsOf(siteId: string, now: number, kind: DeviceRecord['info']['kind']): Restart[] {
    return this.#membersOf(siteId).flatMap(({ info, memory }): Restart[] => {
      if (info.kind !== kind) return [];
      return restartsOf(info.id, memory.presence).filter(({ to }) => now - to <= 2 * BACK_WITHIN_MS);
    });
  }

  /** Those in planned work restart because somebody works on them. */
  #membersOf(siteId: string | null): DeviceRecord[] {
    const members: DeviceRecord[] = [];
    for (const record of this.#options.fleet.devices.values()) {
      if (record.info.site_id === siteId && !record.inMaintenance) members.push(record);
    }
    return members;
  }

  /** It is over when nothing of the kind happened for a day, as a single restart is. */
  #end({ rule, object, openedAt, siteId }: IncidentRecord, changes: ChangeSet, now: number): void {
    const subject = this.#subjectOf(siteId ?? '');
    if (rule !== 'site.power' || siteId === null || !subject) return;
    const { reboot } = this.#options.settings.ofSite({ id: siteId, client_id: subject.clientId }, now);
    if (now - openedAt < reboot.standsForMs) return;
    const verdict = { kind: 'clear', rule, object, said: said('site.power.over'), at: now } as const;
    const step = this.#options.book.step(verdict, subject);
    if (step) changes.addIncident(null, step);
  }

  #say(siteId: string, { from, to, restarts }: PowerCut): Said {
    const { sites, clients } = this.#options.fleet;
    const site = sites.get(siteId);
    const client = clients.get(site?.client_id ?? '');
    const ids = new Set(restarts.map(({ deviceId }) => deviceId));
    const total = ids.size + this.#membersOf(siteId).filter((record) => counts(record, ids, from)).length;
    return said('site.power', {
      site: site?.name ?? null,
      client: client?.name ?? null,
      restarted: ids.size,
      total,
      from,
      to,
    });
  }

  /** What still waits to be told says what is known by now. */
  #freshen(record: IncidentRecord, now: number) {
    const { outbox } = this.#options.store;
    return outbox.freshenStatement(`${recurrenceOf(record)}raised`, now, { said: record.said });
  }

  #subjectOf(siteId: string): Subject | null {
    const site = this.#options.fleet.sites.get(siteId);
    return site ? { clientId: site.client_id, siteId, deviceId: null } : null;
  }
}

/** It may have restarted for all that is known: it is away, or came back and has not reported since which boot it runs. */
function isUnsure({ info, connection, memory }: DeviceRecord): boolean {
  const { liveness, lastHeardAt, linkLostAt, linkedAt } = connection;
  if (info.kind !== 'server' || lastHeardAt === null) return false;
  const { last } = memory.presence;
  return liveness.state !== 'up' || linkLostAt !== null || (last !== null && linkedAt !== null && last.at < linkedAt);
}

/** Always-on, there at that moment, and neither restarted nor on a UPS. */
function counts({ info, memory }: DeviceRecord, restarted: ReadonlySet<string>, at: number): boolean {
  if (info.kind !== 'server' || restarted.has(info.id) || deviceFacts(info).tags.includes(UPS_TAG)) return false;
  const { first } = memory.presence;
  return first !== null && first.at < at;
}

/** It began while the machines were away. */
function belongs({ onsetAt }: IncidentRecord, { from, to }: PowerCut): boolean {
  return onsetAt >= from - MARGIN_MS && onsetAt <= to + MARGIN_MS;
}
