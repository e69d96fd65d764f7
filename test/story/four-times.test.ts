import t, { type Test } from 'tap';
import type { ClockEnd, ContractTerms } from '../../protocol/api/contract.ts';
import type { IncidentDetail } from '../../protocol/api/view.ts';
import { Person } from '../support/person.ts';
import { startSimAgent } from '../support/sim-agent.ts';
import { type SmtpReceiver, startSmtpReceiver } from '../support/smtp-receiver.ts';
import { type StoryClock, type StoryServer, startServer, storyClock } from '../support/story.ts';
import { until } from '../support/until.ts';

/**
 * The four times of an incident, of what a person reported and of what a real agent's reports showed: a contract says at which of
 * them the clock ends. Only the clock of the server and its agent is made up, for hours must pass.
 */

t.setTimeout(900_000);

const GiB = 1024 ** 3;
const HOUR_MS = 3_600_000;
const account = { name: 'Luis Mora', email: 'luis@msp.example', password: 'four purple kayaks drift' };

interface Office {
  readonly server: StoryServer;
  readonly clock: StoryClock;
  readonly luis: Person;
  readonly smtp: SmtpReceiver;
  /** As agreed: High has two hours around the week, and what else the test says. */
  agree(clientId: string, over: Partial<ContractTerms>): Promise<void>;
}

async function open(t: Test): Promise<Office> {
  const clock = storyClock();
  // Nobody is away: hours pass in a moment.
  const far = 30 * 24 * HOUR_MS;
  const presence = { lateAfterMs: far, lateAfterLinkLossMs: far, lostAfterMs: far, judgeAfterStartMs: 0 };
  const settings = { presence, diskForMs: 0 };
  const server = await startServer(t, { clock, settings, environment: { VIGIA_NOTIFY_PRIVATE: '1' } });
  const luis = await Person.first(server, account);
  const smtp = await startSmtpReceiver(t, { security: 'none' });
  const mail = { kind: 'email', host: '127.0.0.1', port: smtp.port, security: 'none', user: null };
  await luis.do('POST', '/api/v1/receivers', {
    ...{ name: 'the office', clientId: null, minPriority: 'normal', clocks: true },
    target: { ...mail, from: 'vigia@msp.example', to: [account.email] },
  });
  const agree: Office['agree'] = async (clientId, over) => {
    const { items } = await luis.get('/api/v1/contract-presets');
    const { terms } = items.find(({ tier }: { tier: string }) => tier === 'premium');
    const weekly = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
    const response = { ...terms.response, high: { minutes: 120, binding: true } };
    await luis.do('PUT', `/api/v1/clients/${clientId}/contract`, {
      ...{ ...terms, response, calendar: { ...terms.calendar, weekly }, ...over },
    });
  };
  return { server, clock, luis, smtp, agree };
}

const incidentOf = ({ luis }: Office, id: string): Promise<IncidentDetail> => luis.get(`/api/v1/incidents/${id}`);
const act = ({ luis }: Office, id: string, what: string, body: object = {}): Promise<IncidentDetail> =>
  luis.do('POST', `/api/v1/incidents/${id}/${what}`, body);

/** The acts in the order of the four times, each of which is the last that a clock may wait for. */
const acts: readonly [ClockEnd, string, object][] = [
  ['acknowledged', 'acknowledge', {}],
  ['responded', 'notes', { text: 'We are on it.', visible: true }],
  ['on_site', 'on-site/arrived', {}],
  ['restored', 'resolve', { text: 'A new cable.' }],
];

t.test('what a person reported: the clock ends where the contract says, and nowhere before', async (t) => {
  const office = await open(t);
  const { clock, luis } = office;
  for (const end of ['acknowledged', 'responded', 'on_site', 'restored'] as const) {
    await t.test(`at ${end}`, async (t) => {
      const { id: clientId } = await luis.do('POST', '/api/v1/clients', { name: `until ${end}` });
      // Left out, a person's report ends at the response.
      const clockEnds = { report: end, detection: 'acknowledged' } as const;
      await office.agree(clientId, end === 'responded' ? {} : { clockEnds });
      const { incidentId: id } = await luis.do('POST', '/api/v1/person-reports', {
        ...{ clientId, siteId: null, deviceId: null, serviceId: null, incidentId: null, priority: 'high' },
        ...{ reporter: 'Bea', text: 'Nothing prints.', aboutInfrastructure: true },
      });
      t.match((await incidentOf(office, id)).clock, { endsAt: end, outcome: 'running', contractual: true });
      let isOver = false;
      const times: (string | null)[] = [];
      for (const [reached, what, body] of acts) {
        clock.advance(10 * 60_000);
        const now = await act(office, id, what, body);
        isOver ||= reached === end;
        t.match(now.clock, { outcome: isOver ? 'met' : 'running' }, `${what}: ${isOver ? 'over' : 'runs on'}`);
        times.push(
          {
            acknowledged: now.acknowledgedAt,
            responded: now.respondedAt,
            on_site: now.onSiteAt,
            restored: now.resolvedAt,
          }[reached],
        );
      }
      const { clock: closed, recovered } = await incidentOf(office, id);
      t.same(times.toSorted(), times, 'four times, one after the other');
      t.equal(new Set(times).size, 4);
      t.equal(closed?.respondedAt, times[acts.findIndex(([reached]) => reached === end)]);
      t.equal(recovered, false, 'people restored it');
      const { sentence } = await luis.get(`/api/v1/incidents/${id}/clock`);
      t.match(sentence, / Met: /);
    });
  }
});

t.test('a program takes nothing from a person, and a late response is told as what it is', async (t) => {
  const office = await open(t);
  const { clock, luis, server, smtp } = office;
  const { id: clientId } = await luis.do('POST', '/api/v1/clients', { name: 'Acme' });
  await office.agree(clientId, {});
  const { incidentId: id } = await luis.do('POST', '/api/v1/person-reports', {
    ...{ clientId, siteId: null, deviceId: null, serviceId: null, incidentId: null, priority: 'high' },
    ...{ reporter: 'Bea', text: 'Nothing prints.', aboutInfrastructure: true },
  });
  t.equal((await server.ask('POST', `/api/v1/incidents/${id}/acknowledge`, {})).status, 200, 'a key acknowledges');
  await server.ask('POST', `/api/v1/incidents/${id}/notes`, { text: 'From the ticket system.', visible: true });
  t.match(await incidentOf(office, id), { state: 'acknowledged', respondedAt: null, clock: { outcome: 'running' } });
  await act(office, id, 'acknowledge');
  await act(office, id, 'notes', { text: 'For us only.' });
  t.match(await incidentOf(office, id), { respondedAt: null, clock: { outcome: 'running', endsAt: 'responded' } });
  clock.advance(2 * HOUR_MS + 1_000);
  const late = await until('the breach', () =>
    smtp.mails.find(({ headers }) => headers.subject?.startsWith('Response overdue: Acme')),
  );
  t.match(late.text, /No response to the client by .*: the 2 h of version 1 of the contract are over\./);
  await act(office, id, 'respond', { text: 'Called Bea.' });
  const after = await incidentOf(office, id);
  t.match(after.clock, { outcome: 'breached', respondedAt: after.respondedAt });
});

t.test('what an agent showed: at the acknowledgement, told as such; by itself, apart', async (t) => {
  const office = await open(t);
  const { clock, luis, server, smtp } = office;
  let isFull = false;
  const bootedAt = clock.now() - HOUR_MS;
  const wanted = { clientName: 'Acme', siteName: 'Main office', kind: 'server', uses: 1, expiresInMs: HOUR_MS };
  const { token } = await luis.do('POST', '/api/v1/tokens', wanted);
  const agent = await startSimAgent({
    ...{ server: server.address, token, name: 'db-1', intervalMs: 300, patience: 0.1 },
    machine: { availableBytes: () => (isFull ? GiB : 50 * GiB) },
    clocks: () => ({ wallMs: clock.now(), monotonicMs: clock.now() - bootedAt, bootMs: clock.now() - bootedAt }),
  });
  t.teardown(() => agent.stop());
  const { deviceId } = agent;
  await server.untilDevice(deviceId, 'is up', ({ state, lastReportAt }) => state === 'up' && lastReportAt !== null);
  const { clientId } = await server.device(deviceId);
  await until('some reports', () => server.reports(deviceId).length >= 3);
  const fill = async (): Promise<string> => {
    isFull = true;
    return (
      await server.untilIncident(
        deviceId,
        'disk.space',
        ({ state, priority }) => state === 'open' && priority === 'high',
      )
    ).id;
  };
  const empty = async (id: string): Promise<IncidentDetail> => {
    isFull = false;
    await until('it is over', async () => (await incidentOf(office, id)).state === 'resolved');
    // What comes back within the hour is the same incident.
    clock.advance(2 * HOUR_MS);
    return incidentOf(office, id);
  };

  await t.test('acknowledged too late', async (t) => {
    await office.agree(clientId, { clockFrom: 'detection' });
    const id = await fill();
    t.match((await incidentOf(office, id)).clock, { endsAt: 'acknowledged', contractual: true, outcome: 'running' });
    clock.advance(2 * HOUR_MS + 1_000);
    const late = await until('the breach', () =>
      smtp.mails.find(({ headers }) => headers.subject?.startsWith('Acknowledgement overdue: db-1')),
    );
    t.match(late.text, /Nobody acknowledged it by /);
    const taken = await act(office, id, 'acknowledge');
    t.match(taken.clock, { outcome: 'breached', respondedAt: taken.acknowledgedAt });
    t.match(await empty(id), { recovered: false, clock: { outcome: 'breached' } }, 'restored after somebody took it');
  });

  await t.test('recovered by itself: neither met nor breached, unless the contract counts it', async (t) => {
    const apart = await empty(await fill());
    t.match(apart, { recovered: true, acknowledgedAt: null, clock: { outcome: 'recovered', respondedAt: null } });
    t.equal(apart.clock?.recoveredAt, apart.resolvedAt);
    const { sentence } = await luis.get(`/api/v1/incidents/${apart.id}/clock`);
    t.match(sentence, / Not counted: it recovered by itself /);
    await office.agree(clientId, { clockFrom: 'detection', selfRecovery: 'met' });
    const counted = await empty(await fill());
    t.not(counted.id, apart.id);
    t.match(counted, { recovered: true, clock: { outcome: 'met' } });
    t.equal((await incidentOf(office, apart.id)).clock?.outcome, 'recovered', 'closed clocks are not rewritten');
  });

  await t.test('found by us, then reported: from the report on it is the response that counts', async (t) => {
    await office.agree(clientId, { clockFrom: 'report', selfRecovery: 'apart' });
    const id = await fill();
    t.match((await incidentOf(office, id)).clock, { endsAt: 'acknowledged', contractual: false });
    await act(office, id, 'acknowledge');
    t.match((await incidentOf(office, id)).clock, { outcome: 'met', contractual: false });
    clock.advance(10 * 60_000);
    await luis.do('POST', '/api/v1/person-reports', {
      ...{ clientId, siteId: null, deviceId, serviceId: null, incidentId: id },
      ...{ reporter: 'Bea', text: 'The database says no.', aboutInfrastructure: true },
    });
    t.match((await incidentOf(office, id)).clock, { endsAt: 'responded', contractual: true, outcome: 'running' });
    const said = await act(office, id, 'respond', { text: 'Called Bea.' });
    t.match(said.clock, { outcome: 'met', respondedAt: said.respondedAt });
  });
});
