import { isSame, said } from '../../../protocol/said/said.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { ClockSet, Judge } from '../../core/incidents/judge.ts';
import { adopt, release } from '../../core/presence/family.ts';
import type { IncidentRecord, IncidentStep, StepPolicy, Subject } from '../../domain/incidents/incident.ts';
import { incidentKey } from '../../domain/incidents/incident.ts';
import type { LedgerState } from '../../domain/ledger.ts';
import { movedBack } from '../../domain/moved-back.ts';
import { everyClient } from '../../domain/scope.ts';
import { judgeService, type Member, type ServiceVerdict } from '../../domain/sla/service-ledger.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { eachApart } from '../../platform/health/faults.ts';
import type { Store } from '../../platform/store/store.ts';
import type { CheckBook } from './checks/check-book.ts';
import type { CheckDefinition } from './checks/definition.ts';
import { type ServiceDefinition, type ServiceVersion, termsOf } from './definition.ts';

export interface ServiceBookOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly checks: CheckBook;
  readonly onChanged: (service: ServiceDefinition) => void;
}

interface Live {
  readonly verdict: ServiceVerdict;
  readonly since: number;
}

type Stood = Pick<ServiceVerdict, 'state'> & Pick<Live, 'since'>;

/** Pairs of a service's id and what it was. */
const LIVE_SETTING = 'services.live';

/** Every service, what it is now, and its incident. What changes here changes in the lane of the watch. */
export class ServiceBook implements Judge {
  readonly about = 'services';
  readonly #options: ServiceBookOptions;
  readonly #services = new Map<string, ServiceDefinition>();
  readonly #live = new Map<string, Live>();
  /** What each was when the server stopped, until it is seen to be something. */
  readonly #stood = new Map<string, Stood>();
  #isLiveDirty = false;
  /** Those whose incident was raised and did not end, whatever a person did with it meanwhile. */
  readonly #raised = new Set<string>();

  constructor(options: ServiceBookOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const all = this.#options.store.scoped(everyClient).services;
    const versions = Map.groupBy(await all.versions(), (row) => row.service_id);
    for (const row of await all.all()) {
      const own = (versions.get(row.id) ?? []).map(
        (version): ServiceVersion => ({ from: version.effective_at, terms: JSON.parse(version.document_json) }),
      );
      const { id, client_id: clientId, slug, created_at: createdAt, removed_at: removedAt } = row;
      this.put({ id, clientId, slug, createdAt, removedAt, versions: own });
    }
    const stood = ((await this.#options.store.settings.get(LIVE_SETTING)) ?? []) as [string, Stood][];
    for (const [id, each] of stood) this.#stood.set(id, each);
    for (const { rule, serviceId } of this.#options.book.open()) {
      if (rule === 'service.down' && serviceId !== null) this.#raised.add(serviceId);
    }
  }

  get(id: string): ServiceDefinition | undefined {
    return this.#services.get(id);
  }

  /** Removed ones too. */
  all(): Iterable<ServiceDefinition> {
    return this.#services.values();
  }

  *present(): Iterable<ServiceDefinition> {
    for (const service of this.#services.values()) if (service.removedAt === null) yield service;
  }

  *withCheck(checkId: string): Iterable<ServiceDefinition> {
    for (const service of this.present()) if (termsOf(service).checkIds.includes(checkId)) yield service;
  }

  put(service: ServiceDefinition): void {
    this.#services.set(service.id, service);
  }

  liveOf(service: ServiceDefinition, now: number): Live {
    return this.#live.get(service.id) ?? { verdict: this.#judgeNow(service, now, false), since: now };
  }

  clockSet(set: ClockSet): void {
    const back = (at: number): number => movedBack(at, set.now, set);
    for (const service of this.#services.values()) {
      const versions = service.versions.map((one) => ({ ...one, from: back(one.from) }));
      const removedAt = service.removedAt === null ? null : back(service.removedAt);
      this.put({ ...service, createdAt: back(service.createdAt), removedAt, versions });
    }
  }

  judge(changes: ChangeSet, now: number): void {
    eachApart(this.present(), (service) => this.judgeOne(service, changes, now));
    if (this.#isLiveDirty) this.#saveLive(changes);
  }

  #saveLive(changes: ChangeSet): void {
    const live = new Map(this.#stood);
    for (const [id, { verdict, since }] of this.#live) {
      if (verdict.state !== 'unknown' || !live.has(id)) live.set(id, { state: verdict.state, since });
    }
    changes.add(this.#options.store.settings.setStatement(LIVE_SETTING, [...live]));
    this.#isLiveDirty = false;
    changes.otherwise(() => {
      this.#isLiveDirty = true;
    });
  }

  /** A service that is what it was before the server stopped has been that all along. */
  #sinceOf(id: string, state: ServiceVerdict['state'], now: number): number {
    const before = this.#live.get(id);
    // A clock that was ahead may have noted a time that has not come.
    if (before?.verdict.state === state) return Math.min(now, before.since);
    const isFirst = before === undefined || before.verdict.state === 'unknown';
    const stood = isFirst ? this.#stood.get(id) : undefined;
    return stood?.state === state ? Math.min(now, stood.since) : now;
  }

  #enter(id: string, verdict: ServiceVerdict, now: number): void {
    const since = this.#sinceOf(id, verdict.state, now);
    this.#isLiveDirty ||= this.#live.get(id)?.verdict.state !== verdict.state;
    this.#live.set(id, { verdict, since });
    if (verdict.state !== 'unknown') this.#stood.delete(id);
  }

  /** Judges a service now, and raises or ends its incident. */
  judgeOne(service: ServiceDefinition, changes: ChangeSet, now: number): void {
    const verdict = this.#judgeNow(service, now, false);
    const before = this.#live.get(service.id);
    if (before?.verdict.state !== verdict.state || !isSame(before.verdict.said, verdict.said)) {
      this.#enter(service.id, verdict, now);
      this.#options.onChanged(service);
    }
    const alarm = this.#judgeNow(service, now, true);
    const isRaised = this.#raised.has(service.id);
    if (alarm.state === 'down' && !isRaised) this.#raise(service, alarm, changes, now);
    else if (alarm.state === 'up' && isRaised) this.#clear(service, 'up', changes, now);
  }

  /** Ends what is open about a service that is removed. */
  remove(service: ServiceDefinition, changes: ChangeSet, at: number): void {
    this.#clear(service, 'removed', changes, at, true);
    changes.afterwards(() => {
      this.put({ ...service, removedAt: at });
      this.#live.delete(service.id);
    });
  }

  /** A failing check of a service that is down is explained by the service's incident: one cause, one message. */
  readonly parentPolicy: StepPolicy = (step: IncidentStep): IncidentStep => {
    const { record } = step;
    if (record.rule !== 'check.failed' || record.parentId !== null || record.state === 'resolved') return step;
    for (const service of this.withCheck(record.object)) {
      const parent = this.#options.book.byKey(incidentKey(subjectOf(service), 'service.down', ''));
      if (parent && parent.state !== 'resolved') return { ...step, record: { ...record, parentId: parent.id } };
    }
    return step;
  };

  /** `isAlarm`: a check counts as down only once it has failed for as long as it may. */
  #judgeNow(service: ServiceDefinition, now: number, isAlarm: boolean): ServiceVerdict {
    const { fleet, checks } = this.#options;
    const { needed, deviceIds, checkIds } = termsOf(service);
    const devices = deviceIds.map((id): Member => {
      const record = fleet.devices.get(id);
      return { name: record?.info.name ?? 'a retired device', state: record ? liveState(record) : 'unknown' };
    });
    const members = checkIds.map((id): Member => {
      const check = checks.get(id);
      return { name: check?.name ?? 'a removed check', state: check ? this.#stateOf(check, now, isAlarm) : 'unknown' };
    });
    return judgeService({ needed, devices, checks: members });
  }

  #stateOf(check: CheckDefinition, now: number, isAlarm: boolean): LedgerState {
    const { fleet, checks } = this.#options;
    const host = check.deviceId === null ? undefined : fleet.devices.get(check.deviceId);
    if (host?.inMaintenance) return 'excluded';
    const { state } = checks.stateOf(check, now);
    return isAlarm && state === 'down' && !checks.isAlarmed(check) ? 'unknown' : state;
  }

  #raise(service: ServiceDefinition, { said: why }: ServiceVerdict, changes: ChangeSet, at: number): void {
    const { name, blocks } = termsOf(service);
    this.#raised.add(service.id);
    changes.otherwise(() => this.#raised.delete(service.id));
    const since = this.#live.get(service.id);
    const step = this.#options.book.step(
      {
        kind: 'raise',
        rule: 'service.down',
        object: '',
        priority: blocks === null ? 'high' : 'emergency',
        said: said('service.down', { service: name, why, blocks }),
        evidence: { metrics: [], threshold: null },
        onset: since?.verdict.state === 'down' ? since.since : at,
        at,
      },
      this.#subjectOf(service),
    );
    if (!step) return;
    changes.addIncident(null, step);
    for (const { record, contact } of this.#lostHosts(service)) {
      if (contact.parentId !== null || liveState(record) !== 'down') continue;
      adopt(
        this.#options.book,
        changes,
        record,
        contact,
        step.record.id,
        at,
        said('explained.service', { service: name }),
      );
    }
  }

  #clear(service: ServiceDefinition, how: 'up' | 'removed', changes: ChangeSet, at: number, isFinal = false): void {
    if (!this.#raised.delete(service.id)) return;
    changes.otherwise(() => this.#raised.add(service.id));
    const over = said('service.over', { how });
    const verdict = { kind: 'clear', rule: 'service.down', object: '', said: over, at, isFinal } as const;
    const step = this.#options.book.step(verdict, this.#subjectOf(service));
    if (!step) return;
    changes.addIncident(null, step);
    for (const { record, contact } of this.#lostHosts(service)) {
      if (contact.parentId === step.record.id) release(this.#options.book, changes, record, contact, at, at);
    }
  }

  /** Its machines that are out of contact, with the incident of each. */
  *#lostHosts(service: ServiceDefinition): Iterable<{ record: DeviceRecord; contact: IncidentRecord }> {
    const { fleet, book } = this.#options;
    for (const id of termsOf(service).deviceIds) {
      const record = fleet.devices.get(id);
      const contact = [...book.openOf(id)].find(({ rule }) => rule === 'contact');
      if (record && contact) yield { record, contact };
    }
  }

  /** The place of a service is the site that all its machines share, if there is one: its card helps at night. */
  #subjectOf(service: ServiceDefinition): Subject {
    const { fleet, checks } = this.#options;
    const { deviceIds, checkIds } = termsOf(service);
    const hosts = [...deviceIds, ...checkIds.map((id) => checks.get(id)?.deviceId ?? null)];
    const sites = new Set(hosts.map((id) => (id === null ? null : (fleet.devices.get(id)?.info.site_id ?? null))));
    const [siteId = null] = sites;
    return { ...subjectOf(service), siteId: sites.size === 1 ? siteId : null };
  }
}

function subjectOf({ id, clientId }: ServiceDefinition): Subject {
  return { clientId, siteId: null, deviceId: null, serviceId: id };
}

/** What a device is for its services at this moment. A loss of contact alone proves nothing. */
function liveState(record: DeviceRecord): LedgerState {
  if (record.inMaintenance) return 'excluded';
  const { loss } = record.connection.liveness;
  if (loss?.blame === 'host') return 'down';
  if (loss?.blame === 'agent') return 'up';
  switch (record.connection.liveness.state) {
    case 'up':
    case 'late':
      return 'up';
    case 'asleep':
      return 'excluded';
    case 'off':
      return record.info.kind === 'server' ? 'down' : 'unknown';
    case 'expected':
      return record.memory.presence.announced?.reason === 'reboot' ? 'down' : 'unknown';
    default:
      return 'unknown';
  }
}
