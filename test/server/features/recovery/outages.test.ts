import t from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { parseSaid } from '../../../../protocol/said/read.ts';
import { typed } from '../../../../protocol/said/said.ts';
import { ChangeSet } from '../../../../server/core/incidents/change-set.ts';
import { IncidentBook } from '../../../../server/core/incidents/incident-book.ts';
import { toRecord } from '../../../../server/core/incidents/rows.ts';
import { incidentView } from '../../../../server/core/incidents/views.ts';
import type { IncidentStep, StepPolicy } from '../../../../server/domain/incidents/incident.ts';
import type { RuleName } from '../../../../server/domain/rules/rule.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { OutageJudge } from '../../../../server/features/recovery/outages/judge.ts';
import { createOutagePolicy } from '../../../../server/features/recovery/outages/policy.ts';
import { createOutageSource } from '../../../../server/features/recovery/outages/source.ts';
import type { ProtectedPlan } from '../../../../server/features/recovery/protected-plan.ts';
import type { Store } from '../../../../server/platform/store/store.ts';
import { addTenant, type Tenant, tempStore } from '../../../support/store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.UTC(2026, 9, 2, 12);

interface World {
  /** What is promised now; what was promised before stays so for what began before. */
  promises: { from: number; rtoMs: number | null }[];
  restoreMs: number | null;
  serviceState: 'up' | 'down';
  blame: 'host' | 'agent';
}

/** A device and a service that counts on it, both protected, on a real store. */
async function start(store: Store, { client, device }: Tenant, world: World, policies: StepPolicy[] = []) {
  const book = new IncidentBook(store, HOUR);
  await book.load(NOON);
  const source = createOutageSource({
    book,
    restoreMs: () => world.restoreMs,
    lossOf: () => ({ blame: world.blame, onset: 0 }),
    services: {
      members: () => [device.id],
      view: () => ({ name: 'Shop', state: world.serviceState, since: null }),
    },
    protection: {
      of: ({ deviceId }, at): ProtectedPlan[] => {
        const promised = world.promises.findLast(({ from }) => from <= at);
        if (!promised || deviceId === null) return [];
        const { rtoMs } = promised;
        const about = { clientId: client.id, deviceId, serviceId: null, tool: 'restic', place: 'nas' } as const;
        return [{ ...about, id: 'p', name: 'Files', timeZone: 'UTC', rpoMs: null, rtoMs }];
      },
    },
  });
  const judge = new OutageJudge({ store, book, source });
  await judge.load();
  for (const policy of policies) book.addPolicy(policy);
  book.addPolicy(createOutagePolicy(source));

  async function commit(changes: ChangeSet, at: number): Promise<IncidentStep[]> {
    if (changes.hasWrites) await store.commit(changes.statements(store, 0, at));
    book.keep();
    judge.take(changes);
    return changes.incidents;
  }
  return {
    async verdict(kind: 'raise' | 'clear', at: number, rule: RuleName = 'contact', onset = at) {
      const changes = new ChangeSet();
      const subject = { clientId: client.id, siteId: null, deviceId: rule === 'service.down' ? null : device.id };
      const about = { rule, object: '', said: typed(kind), at } as const;
      const raised = { priority: 'high', evidence: { metrics: [], threshold: null }, onset } as const;
      const verdict = kind === 'raise' ? { kind, ...about, ...raised } : { kind, ...about };
      const serviceId = rule === 'service.down' ? 's' : null;
      changes.addIncident(null, book.step(verdict, { ...subject, serviceId }));
      const [step] = await commit(changes, at);
      if (!step) throw new Error('the verdict changed nothing');
      return step;
    },
    async look(at: number) {
      const changes = new ChangeSet();
      judge.judge(changes, at);
      return (await commit(changes, at)).map(({ event, notice }) => [plain(event.said, at), notice?.kind ?? null]);
    },
  };
}

async function shown(store: Store, at: number) {
  const rows = await store.scoped(everyClient).incidents.recent(0);
  const row = rows.find(({ rule }) => rule !== 'service.down');
  if (!row) throw new Error('no incident');
  return incidentView(toRecord(row), () => null, at).outage;
}

async function told(store: Store): Promise<string[]> {
  const rows = await store.db.selectFrom('outbox').select(['kind', 'payload_json']).orderBy('id').execute();
  return rows.map(({ kind, payload_json: json }) => {
    const { noteSaid } = JSON.parse(json);
    return `${kind}: ${plain(parseSaid(JSON.stringify(noteSaid)), 0)}`;
  });
}

async function newWorld(t: Parameters<typeof tempStore>[0], over: Partial<World> = {}) {
  const store = await tempStore(t, { nowMs: NOON });
  const world: World = {
    promises: [{ from: 0, rtoMs: HOUR }],
    restoreMs: null,
    serviceState: 'up',
    blame: 'host',
    ...over,
  };
  return { store, world, tenant: await addTenant(store, 'Acme') };
}

t.test('runs live, is at risk, is breached, and stays so over starts and other promises', async (t) => {
  const { store, world, tenant } = await newWorld(t, { restoreMs: 40 * MINUTE });
  const first = await start(store, tenant, world);
  await first.verdict('raise', NOON + MINUTE, 'contact', NOON);
  t.match(await shown(store, NOON + 37 * MINUTE), {
    ...{ verdict: 'running', isAtRisk: true, leftMs: 23 * MINUTE, plan: 'Files', restoreMs: 40 * MINUTE },
    sentence: '23 min left to be back in full, by 2026-10-02 13:00:00 UTC (RTO 1 h)',
  });
  t.same(await first.look(NOON + 20 * MINUTE - 1), []);
  const risk =
    'The RTO of 1 h (Files) is at risk: it ends in 40 min, at 2026-10-02 13:00:00 UTC, and a restore takes 40 min';
  t.same(await first.look(NOON + 20 * MINUTE), [[risk, 'rto_warning']]);
  world.promises.push({ from: NOON - 1, rtoMs: 9 * HOUR });
  const again = await start(store, tenant, world);
  t.same(await again.look(NOON + HOUR), [], 'warned once; at the very instant it is met');
  const broken = 'The RTO of 1 h (Files) is breached: it ended at 2026-10-02 13:00:00 UTC';
  t.same(await again.look(NOON + HOUR + 1), [[broken, 'rto_breach']], 'by what counted when it failed');
  t.same(await (await start(store, tenant, world)).look(NOON + 2 * HOUR), [], 'once');
  world.promises.push({ from: NOON - 1, rtoMs: null });
  const last = await start(store, tenant, world);
  const over = await last.verdict('clear', NOON + 3 * HOUR);
  t.match(over.lines, [{ kind: 'clock', said: { key: 'recovery.rto.back' } }]);
  t.match(await shown(store, NOON + 9 * HOUR), {
    ...{ verdict: 'breached', isAtRisk: false, elapsedMs: 3 * HOUR, restoredAt: '2026-10-02T15:00:00.000Z' },
    sentence: 'Back in full after 3 h; the RTO of 1 h was breached at 2026-10-02 13:00:00 UTC',
  });
  t.same(
    (await told(store)).map((line) => line.split(':')[0]),
    ['incident.raised', 'incident.rto_warning', 'incident.rto_breach', 'incident.resolved'],
  );
});

t.test('a service that counts on it and is not back keeps the clock running, also after a start', async (t) => {
  const { store, world, tenant } = await newWorld(t);
  const first = await start(store, tenant, world);
  await first.verdict('raise', NOON);
  world.serviceState = 'down';
  await first.verdict('raise', NOON + MINUTE, 'service.down');
  const back = await first.verdict('clear', NOON + 50 * MINUTE);
  t.match(back.record, { state: 'resolved', outage: { verdict: 'running', restoredAt: null } });
  t.match(await first.look(NOON + 50 * MINUTE + 1), [
    [/^It works in part: the RTO \(Files\) runs on until Shop/, null],
  ]);
  t.match(await shown(store, NOON + 51 * MINUTE), { verdict: 'running', partialAt: '2026-10-02T12:50:00.000Z' });
  const again = await start(store, tenant, world);
  t.match(await again.look(NOON + HOUR), [[/at risk/, 'rto_warning']]);
  t.match(await again.look(NOON + HOUR + 1), [[/is breached/, 'rto_breach']]);
  await again.verdict('clear', NOON + 70 * MINUTE, 'service.down');
  t.match(await again.look(NOON + 70 * MINUTE), [[/^Files: Back in full after 1 h 10 min/, null]]);
  t.match(await shown(store, NOON + 9 * HOUR), { verdict: 'breached', elapsedMs: 70 * MINUTE });
  t.same(await again.look(NOON + 80 * MINUTE), []);
});

t.test('a service that is back in the same second is no part of it', async (t) => {
  const { store, world, tenant } = await newWorld(t);
  const first = await start(store, tenant, world);
  await first.verdict('raise', NOON);
  await first.verdict('raise', NOON, 'service.down');
  await first.verdict('clear', NOON + HOUR);
  await first.verdict('clear', NOON + HOUR + 900, 'service.down');
  t.match(await first.look(NOON + HOUR + 1_000), [[/^Files: Back in full after 1 h, within/, null]]);
  t.match(await shown(store, NOON + 2 * HOUR), { verdict: 'met', partialAt: null });
});

t.test('what comes back is another outage of the same incident', async (t) => {
  const { store, world, tenant } = await newWorld(t);
  const first = await start(store, tenant, world);
  await first.verdict('raise', NOON);
  await first.verdict('clear', NOON + MINUTE);
  await first.verdict('raise', NOON + 30 * MINUTE);
  t.match(await shown(store, NOON + 31 * MINUTE), {
    ...{ verdict: 'running', onsetAt: /12:01/, elapsedMs: 30 * MINUTE },
    earlier: [{ verdict: 'met', onsetAt: '2026-10-02T12:00:00.000Z' }],
  });
});

t.test('planned work is no failure, and what does not come back from it is one', async (t) => {
  const { store, world, tenant } = await newWorld(t);
  const quiet: StepPolicy = (step) => ({ ...step, record: { ...step.record, suppressedBy: 'maintenance:w' } });
  const first = await start(store, tenant, world, [quiet]);
  t.equal((await first.verdict('raise', NOON)).record.outage ?? null, null);
  t.same(await first.look(NOON + 2 * HOUR), []);
  const after = await start(store, tenant, world);
  const { record } = await after.verdict('raise', NOON + 3 * HOUR + MINUTE, 'maintenance.return', NOON + 3 * HOUR);
  t.match(record.outage, { onsetAt: NOON + 3 * HOUR, dueAt: NOON + 4 * HOUR });
});

t.test('nothing promised, nothing that fails, and a machine that others reach have no clock', async (t) => {
  const f = async (what: string, over: Partial<World>, rule: RuleName = 'contact') => {
    const { store, world, tenant } = await newWorld(t, over);
    const made = await start(store, tenant, world);
    t.equal((await made.verdict('raise', NOON, rule)).record.outage ?? null, null, what);
  };
  await f('no RTO', { promises: [{ from: 0, rtoMs: null }] });
  await f('a plan that was made later', { promises: [{ from: NOON + 1, rtoMs: HOUR }] });
  await f('a full disk', {}, 'disk.space');
  await f('only its agent is away', { blame: 'agent' });
});
