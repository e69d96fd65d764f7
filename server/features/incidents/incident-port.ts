import type { Incident, IncidentDetail, IncidentEvent } from '../../../protocol/api/view.ts';
import { isolated } from '../../../protocol/bidi.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { parseSaid } from '../../../protocol/said/read.ts';
import { type Said, said, typed } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import { toRecord } from '../../core/incidents/rows.ts';
import { incidentView } from '../../core/incidents/views.ts';
import { type Actor, isByProgram } from '../../domain/actor.ts';
import type { IncidentEventKind, IncidentRecord, IncidentStep } from '../../domain/incidents/incident.ts';
import { reach } from '../../domain/incidents/incident-times.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { AuditAction } from '../../platform/store/audit/actions.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';
import type { IncidentPort } from './port.ts';
import { surroundings } from './surroundings.ts';

export interface IncidentPortOptions {
  readonly store: Store;
  readonly book: IncidentBook;
  readonly fleet: Pick<Fleet, 'devices' | 'users'>;
  readonly act: Act;
  readonly now: () => number;
  /** Why an incident cannot be resolved by hand, in one sentence, or null. */
  readonly mayNotResolve?: (record: IncidentRecord) => string | null;
}

const DAY_MS = 86_400_000;
const SIMILAR_LIMIT = 10;

/** Reading incidents, and what people do with them. A person's act goes the way of all acts: decided, written, then so. */
export function createIncidentPort(options: IncidentPortOptions): IncidentPort {
  const { store, book, fleet, now } = options;
  const nameOf = (userId: string): string | null => fleet.users.find((user) => user.id === userId)?.name ?? null;
  const view = (record: IncidentRecord): Incident => incidentView(record, nameOf, now());

  async function load(scope: Scope, id: string): Promise<IncidentRecord> {
    const row = await store.scoped(scope).incidents.get(id);
    if (!row) throw new VigiaError('not_found', 'There is no such incident.');
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
    async list(scope, filter) {
      const page = await store.scoped(scope).incidents.list(filter);
      return { items: page.items.map((row) => view(toRecord(row))), next: page.next };
    },
    async recent(scope) {
      const rows = await store.scoped(scope).incidents.recent(now() - DAY_MS);
      return rows.map((row) => view(toRecord(row)));
    },
    async detail(scope, id): Promise<IncidentDetail | null> {
      const { incidents } = store.scoped(scope);
      const row = await incidents.get(id);
      if (!row) return null;
      const record = toRecord(row);
      const [events, sameKey, around] = await Promise.all([
        incidents.events(id),
        incidents.byKey(record.key, SIMILAR_LIMIT + 1),
        surroundings(store, scope, record, now()),
      ]);
      const { evidence } = record;
      return {
        ...view(record),
        events: events.map(eventView),
        evidence:
          evidence.metrics.length > 0 ? { metrics: [...evidence.metrics], threshold: evidence.threshold } : null,
        similar: sameKey
          .filter((other) => other.id !== id)
          .map((other) => ({
            id: other.id,
            openedAt: new Date(other.opened_at).toISOString(),
            resolvedAt: other.resolved_at === null ? null : new Date(other.resolved_at).toISOString(),
          })),
        ...around,
      };
    },
    acknowledge: (scope, id, actor) =>
      act(scope, id, actor, 'incident.acknowledge', (record, at) => {
        requireUnresolved(record);
        const isProgram = isByProgram(actor);
        // What a program acknowledged still waits for a person.
        if (record.state === 'acknowledged' && (isProgram || record.times.takenAt !== null))
          throw new VigiaError(
            'conflict',
            `${isolated(record.acknowledgedBy ?? 'Somebody')} has acknowledged it already.`,
          );
        const changes: Partial<IncidentRecord> = isProgram
          ? { state: 'acknowledged', acknowledgedAt: at, acknowledgedBy: actor.name }
          : reach(record, 'acknowledged', actor.name, at);
        return { kind: 'acknowledged', said: said('nothing'), changes };
      }),
    assign: (scope, id, userId, actor) =>
      act(scope, id, actor, 'incident.assign', (record) => {
        requireUnresolved(record);
        const name = userId === null ? null : nameOf(userId);
        if (userId !== null && name === null) throw new VigiaError('not_found', 'There is no such user.');
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
        if (why !== null) throw new VigiaError('conflict', why);
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

/** A line of the history, in the words of the time at which it was written. */
function eventView({ id, at, kind, by_user: by, said_json, client_visible }: Row<'incident_event'>): IncidentEvent {
  const said = parseSaid(said_json);
  return {
    id,
    at: new Date(at).toISOString(),
    kind: kind as IncidentEvent['kind'],
    by,
    text: plain(said, at),
    said,
    ...(client_visible === 1 ? { visible: true } : {}),
  };
}

function requireUnresolved(record: IncidentRecord): void {
  if (record.state === 'resolved') throw new VigiaError('conflict', 'The incident is resolved already.');
}
