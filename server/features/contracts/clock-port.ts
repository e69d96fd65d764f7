import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import { clockView } from '../../core/incidents/clock-view.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import { toRecord } from '../../core/incidents/rows.ts';
import type { Actor } from '../../domain/actor.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import type { Scope } from '../../domain/scope.ts';
import { explainClock } from '../../domain/sla/clock-explanation.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { AuditAction } from '../../platform/store/audit/actions.ts';
import type { Store } from '../../platform/store/store.ts';
import {
  arrivedOnSite,
  type ClockStep,
  markedOnSite,
  paused,
  prioritised,
  requireClock,
  responded,
  resumed,
} from './clock-acts.ts';
import type { ClockTermsSource } from './clock-terms.ts';
import type { ClockPort } from './port.ts';

export interface ClockPortOptions {
  readonly store: Store;
  readonly book: IncidentBook;
  readonly fleet: Fleet;
  readonly source: ClockTermsSource;
  readonly act: Act;
  readonly now: () => number;
}

/** What people do with a response clock, and how they look into it. */
export function createClockPort({ store, book, fleet, source, act, now }: ClockPortOptions): ClockPort {
  async function load(scope: Scope, id: string): Promise<IncidentRecord> {
    const row = await store.scoped(scope).incidents.get(id);
    if (!row) throw noSuch('incident');
    return toRecord(row);
  }

  /** `work` looks at the incident as it is and says what it becomes. */
  function step(
    scope: Scope,
    id: string,
    actor: Actor,
    action: AuditAction,
    work: (record: IncidentRecord, at: number) => ClockStep,
  ): Promise<void> {
    return act(actor, action, scope, async (changes, at) => {
      const before = await load(scope, id);
      if (before.state === 'resolved') throw refused('conflict', said('refused.incident.resolved'));
      const { said: what, record = before, event, notice = null, audited = {} } = work(before, at);
      changes.record(id, audited);
      const line = event ?? { kind: 'clock' as const, at, by: actor.name, said: what };
      const settled = book.settle({ record: { ...record, updatedAt: at }, event: line, notice }, before, at);
      changes.addIncident(null, settled);
      const device = before.deviceId === null ? undefined : fleet.devices.get(before.deviceId);
      if (device) changes.touched.add(device);
    });
  }

  return {
    async explain(scope, id) {
      const record = await load(scope, id);
      const clock = requireClock(record);
      return { clock: clockView(clock), ...explainClock(clock, source.ofClock(record), now()) };
    },
    pause: (scope, id, reason, actor) =>
      step(scope, id, actor, 'incident.clock.pause', (record, at) =>
        paused(record, at, actor.name, reason, source.ofClock(record)),
      ),
    resume: (scope, id, actor) =>
      step(scope, id, actor, 'incident.clock.resume', (record, at) => resumed(record, at, source.ofClock(record))),
    setPriority: (scope, id, priority, why, actor) =>
      step(scope, id, actor, 'incident.priority', (record, at) => prioritised(record, at, actor.name, priority, why)),
    markOnSite: (scope, id, actor) =>
      step(scope, id, actor, 'incident.on-site', (record, at) => markedOnSite(record, at, source.ofClock(record))),
    arriveOnSite: (scope, id, actor) =>
      step(scope, id, actor, 'incident.on-site.arrived', (record, at) => arrivedOnSite(record, at, actor)),
    respond: (scope, id, text, actor) =>
      step(scope, id, actor, 'incident.respond', (record, at) => responded(record, at, actor, text)),
  };
}
