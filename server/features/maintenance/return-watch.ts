import { randomUUID } from 'node:crypto';
import { isolated } from '../../../protocol/bidi.ts';
import { said } from '../../../protocol/said/said.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import { type IncidentRecord, incidentKey } from '../../domain/incidents/incident.ts';
import { stepIncident } from '../../domain/incidents/step-incident.ts';
import { formatDuration, formatInstant } from '../../domain/wording.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { MaintenanceRun } from './maintenance-runs.ts';

const RULE = 'maintenance.return';
const MAX_NAMES = 5;

/** Only what was there before can come back; workstations may be off. */
export function isExpectedBack({ info, liveness }: DeviceRecord): boolean {
  const isMeantToRun = info.kind === 'server' || info.expected_hours === 1;
  return isMeantToRun && !['lost', 'off', 'pending'].includes(liveness.state);
}

/** Whether devices came back from maintenance. The proof is a report that was made after the end. */
export class ReturnWatch {
  readonly #fleet: Pick<Fleet, 'devices' | 'clients'>;
  readonly #book: IncidentBook;
  /** Devices with an open incident of this rule; null until the book is asked. */
  #away: Set<string> | null = null;

  constructor({ fleet, book }: { readonly fleet: Pick<Fleet, 'devices' | 'clients'>; readonly book: IncidentBook }) {
    this.#fleet = fleet;
    this.#book = book;
  }

  /** Those that have not proved it yet; a retired device need not. */
  missing({ devices, endedAt }: MaintenanceRun): DeviceRecord[] {
    return [...devices.keys()].flatMap((id) => {
      const record = this.#fleet.devices.get(id);
      if (record === undefined) return [];
      return (record.memory.presence.last?.at ?? 0) >= (endedAt ?? Number.POSITIVE_INFINITY) ? [] : [record];
    });
  }

  raise(device: DeviceRecord, run: MaintenanceRun, changes: ChangeSet, now: number): void {
    const { id, client_id: clientId, site_id: siteId, kind, name } = device.info;
    const subject = { clientId, siteId, deviceId: id };
    const endedAt = run.endedAt ?? now;
    const last = device.memory.presence.last;
    const verdict = {
      kind: 'raise',
      rule: RULE,
      object: '',
      priority: kind === 'server' ? 'high' : 'medium',
      said: said('maintenance.not-back', {
        device: name,
        endedAt,
        afterMs: now - endedAt,
        lastAt: last?.at ?? null,
      }),
      evidence: { metrics: [], threshold: null },
      onset: endedAt,
      at: now,
    } as const;
    const current = this.#book.byKey(incidentKey(subject, RULE, ''));
    const step = stepIncident(current, verdict, subject, { newId: randomUUID, reopenWindowMs: 0 });
    if (!step) return;
    // One cause is told once: where the loss itself is an incident, this one only explains when it began.
    const contact = [...this.#book.openOf(id)].find(({ rule }) => rule === 'contact');
    const parentId = contact?.parentId ?? contact?.id ?? null;
    const explained = parentId === null ? step : { ...step, record: { ...step.record, parentId }, notice: null };
    changes.addIncident(device, this.#book.settle(explained, current, now));
    this.#devicesAway().add(id);
  }

  /** Ends the incidents of those that did come back, late. */
  clearReturned(changes: ChangeSet, now: number): void {
    const away = this.#devicesAway();
    for (const id of away) {
      const device = this.#fleet.devices.get(id);
      const incident = [...this.#book.openOf(id)].find(({ rule }) => rule === RULE);
      if (!device || !incident) {
        away.delete(id);
        continue;
      }
      const provedAt = device.memory.presence.last?.at ?? 0;
      if (provedAt < incident.openedAt) continue;
      const back = said('maintenance.back', { device: device.info.name, at: provedAt });
      const verdict = { kind: 'clear', rule: RULE, object: '', said: back, at: now } as const;
      const { clientId, siteId, deviceId } = incident;
      const step = this.#book.step(verdict, { clientId, siteId, deviceId });
      changes.addIncident(device, step);
      away.delete(id);
    }
  }

  #devicesAway(): Set<string> {
    if (this.#away === null) {
      const open = [...this.#book.open()].filter(({ rule, deviceId }) => rule === RULE && deviceId !== null);
      this.#away = new Set(open.map(({ deviceId }) => deviceId ?? ''));
    }
    return this.#away;
  }

  /** What the maintenance was, in one paragraph with its proof. */
  sumUp(run: MaintenanceRun, title: string, missing: readonly DeviceRecord[]): string {
    const endedAt = run.endedAt ?? run.startedAt;
    const client = this.#fleet.clients.get(run.clientId)?.name ?? 'a client';
    const ended = `Maintenance "${isolated(title)}" of ${isolated(client)} ended at ${formatInstant(endedAt)} after ${formatDuration(endedAt - run.startedAt)}.`;
    return [ended, this.#proof(run, missing), this.#incidents(run)].join(' ');
  }

  #proof({ devices }: MaintenanceRun, missing: readonly DeviceRecord[]): string {
    const present = [...devices].flatMap(([id, bootId]) => {
      const record = this.#fleet.devices.get(id);
      return record ? [{ record, bootId }] : [];
    });
    if (present.length === 0) return 'No device had to come back.';
    const names = missing.slice(0, MAX_NAMES).map(({ info }) => isolated(info.name));
    const more = missing.length > names.length ? ` and ${missing.length - names.length} more` : '';
    const returned = present.filter(({ record }) => !missing.includes(record));
    const restarted = returned.filter(({ record, bootId }) => record.memory.presence.last?.bootId !== bootId).length;
    const came = `${returned.length} of ${count(present.length, 'device')} came back, proved by a report after the end`;
    const boots = returned.length === 0 ? '' : `; ${restarted === 0 ? 'none' : restarted} of them restarted`;
    return `${came}${boots}.${missing.length > 0 ? ` Not back: ${names.join(', ')}${more}.` : ''}`;
  }

  #incidents({ raised }: MaintenanceRun): string {
    if (raised.size === 0) return 'No incident was raised meanwhile.';
    const stillOpen = [...raised].filter((id) => isOpen(this.#book.byId(id))).length;
    const verb = raised.size === 1 ? 'was' : 'were';
    return `${count(raised.size, 'incident')} ${verb} raised meanwhile; ${stillOpen === 0 ? 'none is' : `${stillOpen} still`} open${stillOpen === 0 ? ' any more' : ''}.`;
  }
}

function isOpen(record: IncidentRecord | null): boolean {
  return record !== null && record.state !== 'resolved';
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
