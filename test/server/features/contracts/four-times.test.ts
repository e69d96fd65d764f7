import t, { type Test } from 'tap';
import { typed } from '../../../../protocol/said/said.ts';
import type { IncidentRecord } from '../../../../server/domain/incidents/incident.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import type { ResponseClock } from '../../../../server/domain/sla/response-clock.ts';
import { ann, type ContractDesk, contractDesk, deskTerms, wall } from '../../../support/contract-desk.ts';
import { tempStore } from '../../../support/store.ts';

const bot = { id: 'key:k1', name: 'Bot' };
const due = wall('2026-10-05T14:00');

/** Monday 10:00, and an incident that a person reported then: High has 4 h to respond. */
async function reported(t: Test, over = {}): Promise<{ desk: ContractDesk; id: string }> {
  const desk = await contractDesk(t, await tempStore(t));
  desk.clock.ms = wall('2026-10-05T10:00');
  await desk.put(deskTerms({ clockFrom: 'report', ...over }));
  const found = await desk.verdict('raise');
  await link(desk, found, desk.clock.ms);
  return { desk, id: found.id };
}

async function link(desk: ContractDesk, record: IncidentRecord, reportedAt: number): Promise<void> {
  const at = desk.clock.ms;
  const event = { kind: 'report', at, by: 'Ann', said: typed('Bea reported it.') } as const;
  const step = desk.contracts.withReport({ record, event, notice: null }, reportedAt, at);
  await desk.commit(desk.book.settle(step, record, at));
}

t.test('acknowledged is not responded: the clock runs on until the client hears of us', async (t) => {
  const { desk, id } = await reported(t);
  desk.clock.ms += 60_000;
  await desk.incidents.acknowledge(everyClient, id, ann);
  t.match(await desk.stored(id), {
    state: 'acknowledged',
    times: { takenAt: desk.clock.ms, respondedAt: null },
    clock: { endsAt: 'responded', outcome: 'running', respondedAt: null },
  });
  desk.clock.ms += 60_000;
  await desk.incidents.note(everyClient, id, 'The log is growing.', ann);
  t.match((await desk.stored(id)).clock, { outcome: 'running' }, 'a note of ours is no response');
  await desk.incidents.note(everyClient, id, 'From the ticket system.', bot, true);
  t.match((await desk.stored(id)).clock, { outcome: 'running' }, 'nor is what a program writes');
  desk.clock.ms = due;
  await desk.incidents.note(everyClient, id, 'We are on it.', ann, true);
  t.match(await desk.stored(id), {
    times: { respondedAt: due, respondedBy: 'Ann' },
    clock: { outcome: 'met', respondedAt: due },
  });
  const { events, respondedAt } = (await desk.incidents.detail(everyClient, id)) ?? {};
  t.equal(respondedAt, new Date(due).toISOString());
  t.same(
    events?.filter(({ kind }) => kind === 'note').map(({ text, visible = false }) => [text, visible]),
    [
      ['The log is growing.', false],
      ['From the ticket system.', true],
      ['We are on it.', true],
    ],
  );
});

t.test('a late response is a breach, although somebody had acknowledged in time', async (t) => {
  const { desk, id } = await reported(t);
  await desk.incidents.acknowledge(everyClient, id, ann);
  desk.clock.ms = due + 1;
  await desk.judge();
  t.match((await desk.told()).at(-1), {
    kind: 'incident.clock_breach',
    payload: { noteSaid: /^No response to the client by 2026-10-05 20:00:00 UTC/ },
  });
  await desk.contracts.clocks.respond(everyClient, id, 'Called Bea.', ann);
  t.match((await desk.stored(id)).clock, { outcome: 'breached', respondedAt: due + 1 });
  t.match((await desk.history(id)).at(-1), 'responded Ann: Called Bea.');
});

t.test('first contact, being on site and a repair, each where the contract ends its clock', async (t) => {
  for (const [end, act] of [
    ['responded', (desk: ContractDesk, id: string) => desk.contracts.clocks.respond(everyClient, id, '', ann)],
    ['on_site', (desk: ContractDesk, id: string) => desk.contracts.clocks.arriveOnSite(everyClient, id, ann)],
    ['restored', (desk: ContractDesk, id: string) => desk.incidents.resolve(everyClient, id, '', ann)],
  ] as const) {
    const { desk, id } = await reported(t, { clockEnds: { report: end, detection: 'acknowledged' } });
    await desk.incidents.acknowledge(everyClient, id, ann);
    t.match((await desk.stored(id)).clock, { endsAt: end, outcome: 'running' }, end);
    desk.clock.ms = due;
    await act(desk, id);
    const back = await desk.restart();
    t.match((await back.stored(id)).clock, { outcome: 'met', respondedAt: due }, end);
  }
});

t.test('who is on site has spoken with the client and taken the incident, and needs no mark before', async (t) => {
  const { desk, id } = await reported(t);
  await desk.contracts.clocks.arriveOnSite(everyClient, id, ann);
  t.match(await desk.stored(id), {
    state: 'acknowledged',
    acknowledgedBy: 'Ann',
    times: { takenAt: desk.clock.ms, respondedAt: desk.clock.ms, onSiteAt: desk.clock.ms },
    clock: { outcome: 'met' },
  });
  await t.rejects(desk.contracts.clocks.arriveOnSite(everyClient, id, ann), { code: 'conflict' });
});

t.test('an incident that comes back has everything before it again', async (t) => {
  const { desk, id } = await reported(t);
  await desk.contracts.clocks.respond(everyClient, id, '', ann);
  await desk.verdict('clear');
  t.match((await desk.stored(id)).times, { recovered: false }, 'a person had taken it');
  desk.clock.ms += 60_000;
  const back = await desk.verdict('raise');
  t.match(back, { id, times: { takenAt: null, respondedAt: null, recovered: false }, clock: { outcome: 'running' } });
});

t.test('what was agreed before stays as it was meant, also for clocks that run', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  desk.clock.ms = wall('2026-10-05T10:00');
  const { clockEnds: _e, selfRecovery: _s, onSiteFrom: _o, dutySaturdays: _d, ...old } = deskTerms();
  await desk.put(deskTerms());
  await desk.store.db.deleteFrom('contract_version').execute();
  await desk.store.db
    .insertInto('contract_version')
    .values({
      id: 'v1',
      client_id: desk.tenant.client.id,
      version: 1,
      effective_at: wall('2026-01-01T00:00'),
      terms_json: JSON.stringify(old),
      created_at: desk.clock.ms,
      created_by: 'Ann',
    })
    .execute();
  const before = await desk.restart();
  const running = await before.verdict('raise', 'high', 'running');
  const { endsAt: _ends, recoveredAt: _recovered, ...stored } = running.clock as ResponseClock;
  await desk.store.db
    .updateTable('incident')
    .set({ clock_json: JSON.stringify(stored) })
    .where('id', '=', running.id)
    .execute();
  const after = await before.restart();
  const { current } = await after.contracts.port.get(everyClient, desk.tenant.client.id);
  t.match(current?.terms, { clockEnds: { report: 'acknowledged' }, selfRecovery: 'met', onSiteFrom: 'not_remotely' });
  await link(after, await after.stored(running.id), after.clock.ms);
  await after.incidents.acknowledge(everyClient, running.id, ann);
  t.match((await after.stored(running.id)).clock, { endsAt: 'acknowledged', outcome: 'met' });
  const { client } = desk.tenant;
  await after.contracts.port.put(everyClient, client.id, { ...old, tierName: 'Gold' }, ann);
  t.match((await after.contracts.port.get(everyClient, client.id)).current, {
    version: 2,
    terms: { tierName: 'Gold', clockEnds: { report: 'acknowledged' }, selfRecovery: 'met' },
  });
});
