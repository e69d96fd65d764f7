import { randomUUID } from 'node:crypto';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import { type IncidentRecord, incidentKey } from '../../domain/incidents/incident.ts';
import { stepIncident } from '../../domain/incidents/step-incident.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { MaintenanceRun } from './maintenance-runs.ts';

const RULE = 'maintenance.return';

/** Only what was there before can come back; workstations may be off. */
export function isExpectedBack({ info, connection }: DeviceRecord): boolean {
  const isMeantToRun = info.kind === 'server' || info.expected_hours === 1;
  return isMeantToRun && !['lost', 'off', 'pending'].includes(connection.liveness.state);
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

  /** What the maintenance was, with its proof. */
  sumUp(run: MaintenanceRun, title: string, missing: readonly DeviceRecord[]): Said {
    const at = run.endedAt ?? run.startedAt;
    return said('maintenance.ended', {
      title,
      client: this.#fleet.clients.get(run.clientId)?.name ?? null,
      at,
      tookMs: at - run.startedAt,
      returns: this.#proof(run, missing),
      incidents: this.#incidents(run),
    });
  }

  #proof({ devices }: MaintenanceRun, missing: readonly DeviceRecord[]): Said {
    const present = [...devices].flatMap(([id, bootId]) => {
      const record = this.#fleet.devices.get(id);
      return record ? [{ record, bootId }] : [];
    });
    const returned = present.filter(({ record }) => !missing.includes(record));
    return said('maintenance.returns', {
      total: present.length,
      back: returned.length,
      restarted: returned.filter(({ record, bootId }) => record.memory.presence.last?.bootId !== bootId).length,
      missing: present.length === 0 ? [] : missing.map(({ info }) => info.name),
    });
  }

  #incidents({ raised }: MaintenanceRun): Said {
    const open = [...raised].filter((id) => isOpen(this.#book.byId(id))).length;
    return said('maintenance.incidents', { raised: raised.size, open });
  }
}

function isOpen(record: IncidentRecord | null): boolean {
  return record !== null && record.state !== 'resolved';
}
