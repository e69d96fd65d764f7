import { join } from 'node:path';
import type { Test } from 'tap';
import type { MaintenanceInput, MaintenanceWindow } from '../../protocol/api/maintenance.ts';
import type { Priority } from '../../protocol/api/view.ts';
import { plain } from '../../protocol/said/plain.ts';
import { readSaid } from '../../protocol/said/read.ts';
import { typed } from '../../protocol/said/said.ts';
import { createOwnActs } from '../../server/cli/own-acts.ts';
import { ChangeSet } from '../../server/core/incidents/change-set.ts';
import { IncidentBook } from '../../server/core/incidents/incident-book.ts';
import type { RuleName } from '../../server/domain/rules/rule.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { createMaintenance } from '../../server/features/maintenance/create-maintenance.ts';
import { judged } from '../../server/fleet/device-connection.ts';
import { Fleet } from '../../server/fleet/fleet.ts';
import { openStore } from '../../server/platform/store/store.ts';
import { FakeClock } from './fake-clock.ts';
import { addTenant, type Tenant } from './store.ts';
import { tempDir } from './temp-dir.ts';

const HOUR_MS = 3_600_000;

/** Maintenance on a real store, with a clock that stands until it is moved. */
export async function maintenanceWorld(t: Pick<Test, 'teardown'>, noticeMinutes = 1440) {
  const dir = tempDir(t);
  const clock = new FakeClock(Date.parse('2026-03-01T00:00:00Z'));
  const opened = await openWorld(dir, clock, noticeMinutes);
  const tenant = await addTenant(opened.store, 'Acme');
  await opened.store.close();
  return restart(t, { dir, clock, tenant, noticeMinutes });
}

export interface Left {
  readonly dir: string;
  readonly clock: FakeClock;
  readonly tenant: Tenant;
  readonly noticeMinutes: number;
}

async function openWorld(dir: string, clock: FakeClock, noticeMinutes: number) {
  const now = () => clock.now();
  const store = await openStore({ path: join(dir, 'state.db'), clock: now });
  const fleet = new Fleet(store);
  await fleet.load();
  const book = new IncidentBook(store, HOUR_MS);
  await book.load(now());
  async function act<T>(work: (changes: ChangeSet, at: number) => Promise<T> | T): Promise<T> {
    const changes = new ChangeSet();
    const result = await work(changes, now());
    await store.commit(changes.statements(store, 0, now()));
    for (const after of changes.published) after();
    return result;
  }
  const terms = { maintenanceNoticeMinutes: noticeMinutes } as never;
  const inForce = { version: 1, from: 0, until: Number.POSITIVE_INFINITY, terms };
  const maintenance = await createMaintenance({
    store,
    fleet,
    book,
    terms: { at: () => inForce, inForce: () => [inForce] },
    now,
    act: createOwnActs(store, now).act,
  });
  book.addPolicy(maintenance.watch.policy);
  return { store, fleet, book, maintenance, act, now };
}

/** A server on what the last one left. */
export async function restart(t: Pick<Test, 'teardown'>, left: Left) {
  const { dir, clock, tenant, noticeMinutes } = left;
  const opened = await openWorld(dir, clock, noticeMinutes);
  const { store, fleet, book, maintenance, act, now } = opened;
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await store.close();
    isOpen = false;
  };
  t.teardown(close);
  const subject = { clientId: tenant.client.id, siteId: tenant.site.id, deviceId: tenant.device.id };
  const device = fleet.devices.get(tenant.device.id)!;
  judged(device.connection, { state: 'up', since: now(), reason: typed(''), loss: null });
  const { presence } = device.memory;
  Object.assign(presence, { last: presence.last ?? { at: now(), bootId: 'boot-1', bootMs: 1, monotonicMs: 1 } });
  const step = (verdict: Parameters<IncidentBook['step']>[0]) =>
    act((changes) => {
      const made = book.step(verdict, subject);
      if (made) changes.addIncident(device, made);
      return made;
    });
  return {
    ...opened,
    left,
    tenant,
    device,
    close,
    clock,
    tick: () => act((changes, at) => maintenance.watch.judge(changes, at)),
    /** Moves to this time of 1 March and lets the judge look. */
    async at(time: string) {
      const [hours = 0, minutes = 0] = time.split(':').map(Number);
      clock.ms = Date.parse('2026-03-01T00:00:00Z') + hours * HOUR_MS + minutes * 60_000;
      await act((changes, at) => maintenance.watch.judge(changes, at));
    },
    raise: (rule: RuleName, priority: Priority = 'high') =>
      step({
        kind: 'raise',
        rule,
        object: '',
        priority,
        said: typed(`${rule} is wrong`),
        evidence: { metrics: [], threshold: null },
        onset: now(),
        at: now(),
      }),
    change: (rule: RuleName, priority: Priority) =>
      step({
        kind: 'change',
        rule,
        object: '',
        priority,
        said: typed(`${rule} is ${priority}`),
        evidence: { metrics: [], threshold: null },
        onset: now(),
        at: now(),
      }),
    clear: (rule: RuleName) => step({ kind: 'clear', rule, object: '', said: typed(`${rule} is fine`), at: now() }),
    report(bootId = 'boot-1') {
      Object.assign(device.memory.presence, { last: { at: now(), bootId, bootMs: 1, monotonicMs: 1 } });
    },
    plan: (over: Partial<MaintenanceInput> = {}): Promise<MaintenanceWindow> =>
      maintenance.port.create(
        everyClient,
        {
          clientId: tenant.client.id,
          title: 'Patches',
          target: { kind: 'device', id: tenant.device.id },
          timeZone: 'UTC',
          startsAt: '2026-03-01T10:00',
          durationMinutes: 60,
          rrule: null,
          ...over,
        },
        { id: 'u1', name: 'Tess' },
      ),
    /** What people are told, in order: its kind, or the sentence of a summary. */
    async told(): Promise<string[]> {
      const rows = await store.db.selectFrom('outbox').selectAll().orderBy('id').execute();
      return rows.map(({ kind, payload_json }) => {
        const payload = JSON.parse(payload_json) as { rule?: string; said: unknown };
        return kind === 'maintenance.summary' ? plain(readSaid(payload.said), 0) : `${kind} ${payload.rule}`;
      });
    },
    async incidents(): Promise<string[]> {
      const rows = await store.db.selectFrom('incident').selectAll().orderBy('opened_at').orderBy('rule').execute();
      return rows.map(({ rule, state, suppressed_by, parent_id }) =>
        [rule, state, suppressed_by ? 'quiet' : 'told', ...(parent_id ? ['explained'] : [])].join(' '),
      );
    },
  };
}

export type MaintenanceWorld = Awaited<ReturnType<typeof maintenanceWorld>>;
