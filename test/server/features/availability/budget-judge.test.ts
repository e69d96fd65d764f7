import { randomBytes } from 'node:crypto';
import pino from 'pino';
import t, { type Test } from 'tap';
import type { ContractTerms } from '../../../../protocol/api/contract.ts';
import { plain } from '../../../../protocol/said/plain.ts';
import { said, typed } from '../../../../protocol/said/said.ts';
import { ChangeSet } from '../../../../server/core/incidents/change-set.ts';
import { IncidentBook } from '../../../../server/core/incidents/incident-book.ts';
import type { IncidentRecord } from '../../../../server/domain/incidents/incident.ts';
import { takeProof } from '../../../../server/domain/presence.ts';
import { everyClient, ofClients } from '../../../../server/domain/scope.ts';
import type { ServiceSource, Stretch, TermsSource } from '../../../../server/domain/sla/sources.ts';
import { createAvailability } from '../../../../server/features/availability/create-availability.ts';
import { heard, judged } from '../../../../server/fleet/device-connection.ts';
import { Fleet } from '../../../../server/fleet/fleet.ts';
import { futureStatements } from '../../../../server/platform/store/heal-future.ts';
import { addTenant, tempStore } from '../../../support/store.ts';
import { until } from '../../../support/until.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;
const MONTH = Date.UTC(2026, 8, 1);
/** The only terms that budgets look at; September has 30 days, so 99.9 % allows 43 min 12 s. */
const terms = {
  availability: { serverTargetPpm: 999_000, serviceTargetPpm: 999_000, workstationTargetPpm: null },
  calendar: { timeZone: 'UTC', weekly: [], exceptions: [] },
} as unknown as ContractTerms;
const inForce = [{ version: 1, from: 0, until: Number.POSITIVE_INFINITY, terms }];
const contracts: TermsSource = {
  inForce: () => inForce,
  at: () => inForce[0]!,
  calendar: ({ calendar }) => calendar,
};

/** A client with so many servers, each enrolled in August and up since; time stands until it is moved. */
async function world(t: Test, size: number, services: ServiceSource | null = null) {
  const clock = { nowMs: MONTH - 10 * DAY };
  const store = await tempStore(t, clock);
  const tenant = await addTenant(store, 'Acme');
  const ids = [tenant.device.id];
  while (ids.length < size) {
    const { client, site, token } = tenant;
    const about = {
      kind: 'server',
      publicKey: randomBytes(32),
      machineId: 'm',
      os: 'linux',
      agentVersion: '1',
    } as const;
    const device = { ...about, clientId: client.id, siteId: site.id, tokenId: token.id, hostname: `srv-${ids.length}` };
    ids.push((await store.scoped(everyClient).devices.insert(device)).id);
  }
  const start = async () => {
    const fleet = new Fleet(store);
    await fleet.load();
    const incidents = new IncidentBook(store, HOUR);
    await incidents.load(clock.nowMs);
    const availability = await createAvailability({
      store,
      fleet,
      incidents,
      terms: contracts,
      exclusions: null,
      services: () => services,
      act: () => Promise.reject(new Error('nobody acts here')),
      now: () => clock.nowMs,
      logger: pino({ level: 'silent' }),
    });
    return { fleet, incidents, availability };
  };
  let running = await start();
  const prove = async (id: string, at: number, bootId: string, bootedAt: number) => {
    const changes = new ChangeSet();
    const record = running.fleet.devices.get(id)!;
    const [bootMs, monotonicMs] = [at - bootedAt, at - bootedAt];
    changes.addLedger(record, takeProof(record.memory.presence, { at, bootId, bootMs, monotonicMs }));
    heard(record.connection, at);
    judged(record.connection, { ...record.connection.liveness, state: 'up' });
    if (!changes.hasWrites) return;
    await store.commit(changes.statements(store, 1, at));
    running.availability.book.take(changes);
  };
  for (const id of ids) await prove(id, clock.nowMs, 'b0', clock.nowMs - DAY);
  let boots = 0;
  return {
    clock,
    store,
    tenant,
    ids,
    running: () => running,
    /** Heard of now, then down for so long. */
    async reboot(id: string, downMs: number) {
      const { last } = running.fleet.devices.get(id)!.memory.presence;
      await prove(id, clock.nowMs, last!.bootId, last!.at - last!.bootMs);
      clock.nowMs += downMs;
      boots += 1;
      await prove(id, clock.nowMs, `b${boots}`, clock.nowMs);
    },
    /** One round of the judge: what incidents say now, newest last. */
    async round(): Promise<string[]> {
      const said: string[] = [];
      clock.nowMs += MIN;
      for (const id of ids) {
        const record = running.fleet.devices.get(id)!;
        const { last } = record.memory.presence;
        await prove(id, clock.nowMs, last!.bootId, last!.at - last!.bootMs);
      }
      const changes = new ChangeSet();
      running.availability.judge.judge(changes, clock.nowMs);
      for (const { record, event } of changes.incidents) said.push(`${event.kind} ${record.rule} ${record.priority}`);
      if (changes.hasWrites) await store.commit(changes.statements(store, 1, clock.nowMs));
      return said;
    },
    async restart() {
      running = await start();
    },
  };
}

t.test('a server that spends its budget is warned of at 50, 75 and 100 %, once each', async (t) => {
  const w = await world(t, 1);
  w.clock.nowMs = MONTH + 10 * DAY;
  t.same(await w.round(), [], 'all well');
  const [id] = w.ids;
  await w.reboot(id!, 21 * MIN);
  t.same(await w.round(), []);
  await w.reboot(id!, 36_000);
  t.same(await w.round(), ['opened availability.budget normal'], 'exactly half: 21 min 36 s');
  t.same(await w.round(), [], 'said once');
  const { running } = w;
  t.match(running().availability.judge.atRisk(everyClient), [
    { kind: 'device', id, spentRatio: 0.5, budgetMs: 2_592_000, budgetLeftMs: 1_296_000 },
  ]);
  t.same(running().availability.judge.atRisk(ofClients('another')), []);
  const open = [...running().incidents.openOf(id!)][0]!;
  t.equal(
    plain(open.said, open.updatedAt),
    "50% of this month's error budget is spent: 21 min 36 s down of 43 min 12 s, 21 min 36 s are left",
  );
  await w.reboot(id!, 12 * MIN);
  t.same(await w.round(), ['changed availability.budget medium']);
  await w.reboot(id!, 20 * MIN);
  t.same(await w.round(), ['changed availability.budget high']);
  t.match(wordsOf([...running().incidents.openOf(id!)][0]), /10 min 24 s more than it allows$/);

  t.comment('a person resolves it: it is not raised again for what is known');
  running().incidents.put({
    ...[...running().incidents.openOf(id!)][0]!,
    state: 'resolved',
    resolvedAt: w.clock.nowMs,
  });
  t.same(await w.round(), []);
  const setting = 'availability.raised';
  const pairs = (await w.store.settings.get(setting)) as [string, unknown][];
  await w.store.settings.set(setting, Object.fromEntries(pairs));
  await w.restart();
  const record = running().fleet.devices.get(id!)!;
  judged(record.connection, { ...record.connection.liveness, state: 'up' });
  t.same(await w.round(), [], 'also after a restart, and of what an older version saved');
  w.clock.nowMs = MONTH + 31 * DAY;
  await w.round();
  t.same(running().availability.judge.atRisk(everyClient), [], 'a new month has a new budget');
});

t.test('what the database refused is said again', async (t) => {
  const w = await world(t, 1);
  w.clock.nowMs = MONTH + 10 * DAY;
  t.same(await w.round(), []);
  await w.reboot(w.ids[0]!, 30 * MIN);
  const refused = new ChangeSet();
  w.clock.nowMs += MIN;
  w.running().availability.judge.judge(refused, w.clock.nowMs);
  t.match(refused.incidents, [{ event: { kind: 'opened' } }]);
  for (const undo of refused.undoing.toReversed()) undo();
  w.running().incidents.takeBack();
  t.same(await w.round(), ['opened availability.budget normal']);
});

t.test('a new month clears what the last one raised', async (t) => {
  const w = await world(t, 1);
  w.clock.nowMs = MONTH + 10 * DAY;
  await w.reboot(w.ids[0]!, 30 * MIN);
  t.same(await w.round(), ['opened availability.budget normal']);
  w.clock.nowMs = MONTH + 30 * DAY;
  t.same(await w.round(), ['resolved availability.budget normal']);
});

t.test('a group of 20 burns: raised, and cleared by its short window', async (t) => {
  const w = await world(t, 20);
  w.clock.nowMs = MONTH + 10 * DAY;
  t.same(await w.round(), []);
  for (const id of w.ids.slice(0, 4)) await w.reboot(id, 5 * MIN);
  t.same(await w.round(), ['opened availability.burn-rate high'], '20 min of 20 x 1 h: 16.6 times');
  const [group] = [...w.running().incidents.open()];
  t.match(group, { deviceId: null, siteId: w.tenant.site.id });
  t.match(wordsOf(group), /20 min down in the last 1 h, 16\.6 times as fast/);
  t.same(await w.round(), [], 'said once');
  w.clock.nowMs += 10 * MIN;
  t.same(await w.round(), ['resolved availability.burn-rate high']);
});

const wordsOf = (record: IncidentRecord | undefined): string => (record ? plain(record.said, record.updatedAt) : '');

/** An incident about the silence of a device, as contact raises it. */
function silence(w: Awaited<ReturnType<typeof world>>, deviceId: string, kind: 'raise' | 'clear', onset: number): void {
  const { client, site } = w.tenant;
  const subject = { clientId: client.id, siteId: site.id, deviceId };
  const shared = { rule: 'contact', object: '', said: said('blame.contact'), at: w.clock.nowMs } as const;
  const raised = { priority: 'high', evidence: { metrics: [], threshold: null }, onset } as const;
  w.running().incidents.step(kind === 'raise' ? { kind, ...shared, ...raised } : { kind, ...shared }, subject);
}

t.test('of one outage with an open incident of its own nothing is said', async (t) => {
  const w = await world(t, 1);
  const id = w.ids[0]!;
  w.clock.nowMs = MONTH + 10 * DAY;
  await w.reboot(id, 50 * MIN);
  silence(w, id, 'raise', w.clock.nowMs - 50 * MIN);
  t.same(await w.round(), [], 'people know');
  t.match(w.running().availability.judge.atRisk(everyClient), [{ id }], 'it is shown');
  silence(w, id, 'clear', 0);
  t.same(await w.round(), ['opened availability.budget high'], 'once that is over, what it cost');
  silence(w, id, 'raise', MONTH + 10 * DAY);
  t.same(await w.round(), [], 'what was said stands');
  t.equal([...w.running().incidents.openOf(id)].filter(({ rule }) => rule === 'availability.budget').length, 1);
});

t.test('a second outage is said, and so is one whose incident is about something else', async (t) => {
  const w = await world(t, 2);
  w.clock.nowMs = MONTH + 10 * DAY;
  await w.reboot(w.ids[0]!, 25 * MIN);
  w.clock.nowMs += HOUR;
  await w.reboot(w.ids[0]!, 20 * MIN);
  silence(w, w.ids[0]!, 'raise', w.clock.nowMs - 20 * MIN);
  await w.reboot(w.ids[1]!, 50 * MIN);
  silence(w, w.ids[1]!, 'raise', w.clock.nowMs - 3 * HOUR);
  t.same(await w.round(), ['opened availability.budget high', 'opened availability.budget high']);
});

t.test('less than an hour of budgeted time says nothing', async (t) => {
  const w = await world(t, 1);
  const [before] = inForce;
  t.teardown(() => inForce.splice(0, inForce.length, before!));
  const end = MONTH + 30 * DAY;
  w.clock.nowMs = end - 40 * MIN;
  inForce.splice(0, 1, { ...before!, from: end - HOUR + 1 });
  await w.reboot(w.ids[0]!, 20 * MIN);
  t.same(await w.round(), [], 'a budget of 3.6 s');
  t.same(w.running().availability.judge.atRisk(everyClient), []);
  inForce.splice(0, 1, { ...before!, from: end - HOUR });
  t.same(await w.round(), ['opened availability.budget high'], 'an hour is enough');
});

t.test(
  'a group of which one machine is down, and has its incident, says nothing; nor does what was before the contract',
  async (t) => {
    const w = await world(t, 20);
    w.clock.nowMs = MONTH + 10 * DAY;
    await w.reboot(w.ids[0]!, 21 * MIN);
    silence(w, w.ids[0]!, 'raise', w.clock.nowMs - 21 * MIN);
    t.same(await w.round(), []);
    const [before] = inForce;
    t.teardown(() => inForce.splice(0, inForce.length, before!));
    for (const id of w.ids.slice(1, 5)) await w.reboot(id, 5 * MIN);
    inForce.splice(0, 1, { ...before!, from: w.clock.nowMs });
    t.same(await w.round(), [], 'it was before the contract');
    inForce.splice(0, 1, before!);
    t.same(await w.round(), ['opened availability.burn-rate high']);
  },
);

t.test('nineteen are no group', async (t) => {
  const w = await world(t, 19);
  w.clock.nowMs = MONTH + 10 * DAY;
  for (const id of w.ids.slice(0, 4)) await w.reboot(id, 10 * MIN);
  t.same(await w.round(), []);
});

t.test('services have budgets of their own', async (t) => {
  const down: Stretch = {
    start: 0,
    end: 0,
    state: 'down',
    reason: 'k_of_n',
    said: typed(''),
    author: null,
    revised: false,
  };
  let clientId = '';
  const services: ServiceSource = {
    list: () => [{ id: 's1', clientId, name: 'Invoicing', since: MONTH, targetPpm: 990_000 }],
    async ledger(_id, from, to) {
      const [start, end] = [Math.max(from, MONTH), to];
      const outage = start + 6 * HOUR;
      return [
        { ...down, start, end: outage },
        { ...down, start: outage, end, state: 'up' },
      ];
    },
  };
  const w = await world(t, 1, services);
  clientId = w.tenant.client.id;
  w.clock.nowMs = MONTH + 10 * DAY;
  await w.running().availability.services.refresh(w.clock.nowMs);
  t.same(await w.round(), ['opened availability.budget medium'], '6 h of 7 h 12 min at 99 %');
  t.match(w.running().availability.judge.atRisk(everyClient), [{ kind: 'service', id: 's1', name: 'Invoicing' }]);
  t.match([...w.running().incidents.open()], [{ serviceId: 's1', deviceId: null }]);
  const report = await w.running().availability.port.report(everyClient, { by: 'service' });
  t.match(report.items, [{ kind: 'service', id: 's1', always: { downMs: 6 * HOUR, targetRatio: 0.99 } }]);
  const ledger = await w.running().availability.port.ledger(everyClient, { kind: 'service', id: 's1' }, {});
  t.match(ledger, { name: 'Invoicing', items: [{ state: 'down' }, { state: 'up' }] });
});

t.test('what Prometheus scrapes: no sample where nothing is known or agreed', async (t) => {
  const w = await world(t, 2);
  w.clock.nowMs = MONTH + 10 * DAY;
  await w.reboot(w.ids[0]!, 10 * MIN);
  await w.round();
  const shown = await w.running().availability.exports.of(everyClient);
  const of = (subject: string, device?: string) =>
    shown.find(({ labels }) => labels.subject === subject && (!device || labels.device === device));
  t.equal(shown.length, 3);
  t.match(of('device', 'acme-srv'), {
    labels: { client: 'acme', site: 'main' },
    targetRatio: 0.999,
    windows: [{ window: '30d' }, { window: 'this_month', ratio: 0.999306085, budgetLeftMs: 33 * MIN + 12_000 }],
  });
  t.match(of('device', 'srv-1'), { windows: [{ ratio: 1 }, { ratio: 1, budgetLeftMs: 43 * MIN + 12_000 }] });
  t.match(of('client'), { labels: { client: 'acme' }, windows: [{}, { budgetLeftMs: 76 * MIN + 24_000 }] });
  t.same(await w.running().availability.exports.of(ofClients('another')), []);
  w.clock.nowMs += 59_000;
  t.equal((await w.running().availability.exports.of(everyClient))[0], shown[0], 'computed once a minute');
});

t.test(
  'an hour that is taken back: the ledger in memory says what the database does, and the judge goes on',
  async (t) => {
    const w = await world(t, 1);
    w.clock.nowMs = MONTH + 10 * DAY;
    await w.round();
    w.clock.nowMs += HOUR;
    const since = w.clock.nowMs;
    await w.reboot(w.ids[0]!, 20 * MIN);
    w.clock.nowMs += 5 * MIN - HOUR;
    const now = w.clock.nowMs;
    const { judge, book } = w.running().availability;
    const spans = () => {
      const all = book.find(w.ids[0]!)?.written.spans(since - 2 * HOUR, Number.MAX_SAFE_INTEGER) ?? [];
      return all.filter(({ state }) => state !== 'up');
    };
    t.equal(spans().at(-1)?.end, since + 20 * MIN);
    const changes = new ChangeSet();
    judge.clockSet({ sizeMs: -HOUR, now, since }, changes);
    await w.store.commit(futureStatements(w.store, now, { sizeMs: -HOUR, since }));
    for (const work of changes.published) work();
    await until('the ledger', () => spans().at(-1)?.end === since + 20 * MIN - HOUR);
    t.equal(spans().length, 1);
    const { last } = w.running().fleet.devices.get(w.ids[0]!)!.memory.presence;
    Object.assign(w.running().fleet.devices.get(w.ids[0]!)!.memory.presence, {
      last: { ...last!, at: last!.at - HOUR },
    });
    await w.reboot(w.ids[0]!, 25 * MIN);
    t.same(await w.round(), ['opened availability.budget high'], 'before its time has come again');
  },
);
