import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { type Said, said, typed } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import { toRecord } from '../../core/incidents/rows.ts';
import { type Actor, isByProgram } from '../../domain/actor.ts';
import type { IncidentEventKind, IncidentRecord, IncidentStep } from '../../domain/incidents/incident.ts';
import { reach } from '../../domain/incidents/incident-times.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { AuditAction } from '../../platform/store/audit/actions.ts';
import type { Store } from '../../platform/store/store.ts';
import { createIncidentReading } from './incident-reading.ts';
import type { IncidentPort } from './port.ts';

export interface IncidentPortOptions {
  readonly store: Store;
  readonly book: IncidentBook;
  readonly fleet: Pick<Fleet, 'devices' | 'users'>;
  readonly act: Act;
  readonly now: () => number;
  /** Why an incident cannot be resolved by hand, in one sentence, or null. */
  readonly mayNotResolve?: (record: IncidentRecord) => Said | null;
}

/** Reading incidents, and what people do with them. A person's act goes the way of all acts: decided, written, then so. */
export function createIncidentPort(options: IncidentPortOptions): IncidentPort {
  const { store, book, fleet, now } = options;
  const nameOf = (userId: string): string | null => fleet.users.find((user) => user.id === userId)?.name ?? null;

  async function load(scope: Scope, id: string): Promise<IncidentRecord> {
    const row = await store.scoped(scope).incidents.get(id);
    if (!row) throw noSuch('incident');
    return toRecord(row);
  }

  function act(
    scope: Scope,
    id: string,
    actor: Actor,
    action: AuditAction,
    change: (record: IncidentRecord, at: number) => Step,
  ): Promise<void> {
    return options.act(actor, action, scope, async (changes, at) => {
      const record = await load(scope, id);
      const { kind, said: what, changes: changed, notice, isVisible = false, audited = {} } = change(record, at);
      changes.record(id, audited);
      const step: IncidentStep = {
        record: { ...record, ...changed, updatedAt: at },
        event: { kind, at, by: actor.name, said: what, byProgram: isByProgram(actor), isVisible },
        notice: notice ?? null,
      };
      changes.addIncident(null, book.settle(step, record, at));
      const device = record.deviceId === null ? undefined : fleet.devices.get(record.deviceId);
      if (device) changes.touched.add(device);
    });
  }

  return {
    ...createIncidentReading({ store, nameOf, now }),
    acknowledge: (scope, id, actor) =>
      act(scope, id, actor, 'incident.acknowledge', (record, at) => {
        requireUnresolved(record);
        const isProgram = isByProgram(actor);
        // What a program acknowledged still waits for a person.
        if (record.state === 'acknowledged' && (isProgram || record.times.takenAt !== null))
          throw refused('conflict', said('refused.incident.acknowledged', { by: record.acknowledgedBy }));
        const changes: Partial<IncidentRecord> = isProgram
          ? { state: 'acknowledged', acknowledgedAt: at, acknowledgedBy: actor.name }
          : reach(record, 'acknowledged', actor.name, at);
        return { kind: 'acknowledged', said: said('nothing'), changes };
      }),
    assign: (scope, id, userId, actor) =>
      act(scope, id, actor, 'incident.assign', (record) => {
        requireUnresolved(record);
        const name = userId === null ? null : nameOf(userId);
        if (userId !== null && name === null) throw noSuch('user');
        return {
          kind: 'assigned',
          said: said('assigned', { to: name }),
          changes: { assigneeId: userId },
          audited: { userId },
        };
      }),
    note: (scope, id, text, actor, isVisible = false) =>
      act(scope, id, actor, 'incident.note', (record, at) => {
        const isResponse = isVisible && !isByProgram(actor) && record.state !== 'resolved';
        const audited = { visible: isVisible };
        return {
          kind: 'note',
          said: typed(text),
          isVisible,
          audited,
          changes: isResponse ? reach(record, 'responded', actor.name, at) : {},
        };
      }),
    resolve: (scope, id, text, actor) =>
      act(scope, id, actor, 'incident.resolve', (record, at) => {
        requireUnresolved(record);
        const why = options.mayNotResolve?.(record) ?? null;
        if (why !== null) throw refused('conflict', why);
        return {
          kind: 'resolved',
          said: text === '' ? said('nothing') : typed(text),
          changes: { state: 'resolved', resolvedAt: at },
          notice: { kind: 'resolved', tellAt: at },
        };
      }),
  };
}

interface Step {
  readonly kind: IncidentEventKind;
  readonly said: Said;
  readonly changes: Partial<IncidentRecord>;
  readonly notice?: IncidentStep['notice'];
  readonly isVisible?: boolean;
  /** What the audit log says of it. */
  readonly audited?: Readonly<Record<string, unknown>>;
}

function requireUnresolved(record: IncidentRecord): void {
  if (record.state === 'resolved') throw refused('conflict', said('refused.incident.resolved'));
}
