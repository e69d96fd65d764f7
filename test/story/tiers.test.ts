import t, { type Test } from 'tap';
import type { ContractTerms } from '../../protocol/api/contract.ts';
import type { IncidentDetail, Priority } from '../../protocol/api/view.ts';
import { Person } from '../support/person.ts';
import { type SmtpReceiver, startSmtpReceiver } from '../support/smtp-receiver.ts';
import { type StoryServer, startServer, storyClock } from '../support/story.ts';
import { until } from '../support/until.ts';

/**
 * Three clients with the three tiers of the source contract, in front of a whole server. Only its clock is made up, for days must
 * pass: everything else is asked over HTTP by somebody who logged in, and told by mail.
 */

t.setTimeout(900_000);

const HOUR_MS = 3_600_000;
const zone = 'America/Costa_Rica';
/** An instant by the clocks on the walls of Costa Rica, which have no summer time. */
const wall = (local: string): number => Date.parse(`${local}:00-06:00`);
const iso = (local: string): string => new Date(wall(local)).toISOString();
const friday = '2026-10-02T16:00';
const account = { name: 'Luis Mora', email: 'luis@msp.example', password: 'four purple kayaks drift' };

interface Office {
  readonly server: StoryServer;
  readonly luis: Person;
  readonly smtp: SmtpReceiver;
  /** Lets time pass until the clocks on the walls show this; who logs in by day logs in again. */
  passUntil(local: string): Promise<void>;
}

async function open(t: Test): Promise<Office> {
  const clock = storyClock(wall('2026-10-02T15:00'));
  const server = await startServer(t, {
    clock,
    environment: { VIGIA_NOTIFY_PRIVATE: '1', VIGIA_TIME_ZONE: zone },
  });
  const person = await Person.first(server, account);
  const smtp = await startSmtpReceiver(t, { security: 'none' });
  const mail = { kind: 'email', host: '127.0.0.1', port: smtp.port, security: 'none', user: null };
  await person.do('POST', '/api/v1/receivers', {
    ...{ name: 'the office', clientId: null, minPriority: 'normal', clocks: true },
    target: { ...mail, from: 'vigia@msp.example', to: ['office@msp.example'] },
  });
  return {
    server,
    smtp,
    luis: person,
    async passUntil(local) {
      clock.advance(wall(local) - clock.now());
      await person.logIn();
    },
  };
}

interface Customer {
  readonly clientId: string;
  readonly terms: ContractTerms;
}

async function agree({ luis }: Office, tier: ContractTerms['tier']): Promise<Customer> {
  const { id: clientId } = await luis.do('POST', '/api/v1/clients', { name: `${tier} client` });
  const { items } = await luis.get('/api/v1/contract-presets');
  const { terms } = items.find((preset: { tier: string }) => preset.tier === tier);
  const { current } = await luis.do('PUT', `/api/v1/clients/${clientId}/contract`, terms);
  return { clientId, terms: current.terms };
}

/** Somebody calls, and Luis writes it down: an incident of its own. */
async function call({ luis }: Office, { clientId }: Customer, priority: Priority, reportedAt: string): Promise<string> {
  const report = await luis.do('POST', '/api/v1/person-reports', {
    ...{ clientId, siteId: null, deviceId: null, serviceId: null, incidentId: null, priority, reportedAt },
    ...{ reporter: 'Bea', text: `The printer is slow (${priority}).`, aboutInfrastructure: true },
  });
  return report.incidentId;
}

const incidentOf = ({ luis }: Office, id: string): Promise<IncidentDetail> => luis.get(`/api/v1/incidents/${id}`);
const about = ({ smtp }: Office, id: string) => smtp.mails.filter(({ text }) => text.includes(`/incidents/${id}`));

t.test('Normal is shown everywhere, and breached in Premium only', async (t) => {
  const office = await open(t);
  const tiers = ['standard', 'advanced', 'premium'] as const;
  const customers = await Promise.all(tiers.map((tier) => agree(office, tier)));
  await office.passUntil(friday);
  const calls: string[] = [];
  for (const customer of customers) calls.push(await call(office, customer, 'normal', iso(friday)));

  await t.test('each is due after 24 h of service hours, and says what that means', async (t) => {
    for (const [index, tier] of tiers.entries()) {
      const id = calls[index] ?? '';
      const { clock } = await incidentOf(office, id);
      const isFirm = tier === 'premium';
      t.match(clock, { binding: isFirm, outcome: 'running', contractual: true, endsAt: 'responded' }, tier);
      t.equal(clock?.targetMs, 24 * HOUR_MS, tier);
      t.equal(clock?.dueAt, iso('2026-10-07T13:00'), `${tier}: Wednesday at one`);
      const { computations } = await office.luis.get(`/api/v1/incidents/${id}/clock`);
      t.match(computations.at(-1).why, isFirm ? /normal has 24 h of service hours/ : /shown and never breached\.$/);
      t.notMatch(computations.at(-1).why, isFirm ? /never breached/ : /internal target/, tier);
    }
  });

  await t.test('80 % later and at the due time nobody of the first two is warned', async (t) => {
    await office.passUntil('2026-10-07T12:59');
    await until('a warning', () => about(office, calls[2] ?? '').length > 0);
    await office.passUntil('2026-10-07T13:01');
    const breaches = await until('the breach, with the office and with its owner', () => {
      const overdue = about(office, calls[2] ?? '').filter(({ headers }) => /overdue/.test(headers.subject ?? ''));
      return overdue.length === 2 && overdue;
    });
    t.same(breaches.flatMap(({ to }) => to).sort(), [account.email, 'office@msp.example']);
    const [late] = breaches;
    t.match(late?.headers.subject, /^Response overdue: premium client: /);
    const note = /No response to the client by 7 Oct 2026, 13:00 \(America\/Costa_Rica\): the 24 h of version 1/;
    t.match(late?.text, note);
    const outcomes = await Promise.all(calls.map(async (id) => (await incidentOf(office, id)).clock?.outcome));
    t.same(outcomes, ['running', 'running', 'breached']);
  });

  await t.test('a week later it is so still, in lists and mails too', async (t) => {
    await office.passUntil('2026-10-14T16:00');
    await until('the digest', () => office.smtp.mails.some(({ headers }) => headers.subject?.includes('digest')));
    // A third call is judged and told in the same round as the first two would be.
    const last = await call(office, customers[2]!, 'medium', iso('2026-10-14T16:00'));
    await until('the newest is told', () => about(office, last).length > 0);
    for (const id of calls.slice(0, 2)) t.same(about(office, id), [], 'nothing but the digest');
    t.equal(about(office, calls[2] ?? '').length, 3, 'one warning, one breach to two');
    const { items } = await office.luis.get('/api/v1/incidents?state=open');
    const listed = calls.map((id) => items.find((one: IncidentDetail) => one.id === id)?.clock);
    t.match(
      listed.map((clock) => [clock.outcome, clock.binding]),
      [
        ['running', false],
        ['running', false],
        ['breached', true],
      ],
    );
  });

  await t.test('a response then closes all three, and rewrites none', async (t) => {
    for (const id of calls) await office.luis.do('POST', `/api/v1/incidents/${id}/respond`, { text: 'Called Bea.' });
    const clocks = await Promise.all(calls.map(async (id) => (await incidentOf(office, id)).clock));
    t.same(
      clocks.map((clock) => clock?.outcome),
      ['none', 'none', 'breached'],
    );
    t.ok(clocks.every((clock) => clock?.respondedAt !== null));
  });
});

t.test("Premium's Saturday is one on which somebody is on duty, and no other", async (t) => {
  const office = await open(t);
  const premium = await agree(office, 'premium');
  t.match(premium.terms, { saturday: false, dutySaturdays: [] }, 'no flag for ever');
  await office.passUntil(friday);
  const id = await call(office, premium, 'high', iso(friday));
  t.equal((await incidentOf(office, id)).clock?.dueAt, iso('2026-10-05T11:00'), 'nobody on duty: Monday');

  const put = (dutySaturdays: object[]) =>
    office.luis.ask('PUT', `/api/v1/clients/${premium.clientId}/contract`, { ...premium.terms, dutySaturdays });

  await t.test('a date without a person, or one that is no Saturday, is refused with what to do', async (t) => {
    const friday = await put([{ date: '2026-10-02', person: 'Eva' }]);
    t.match([friday.status, friday.text], [422, /2026-10-02 is no Saturday/]);
    for (const person of ['', '  ']) {
      const nobody = await put([{ date: '2026-10-03', person }]);
      t.match([nobody.status, nobody.text], [422, /On Saturday 2026-10-03 nobody is named/]);
    }
    t.equal((await incidentOf(office, id)).clock?.dueAt, iso('2026-10-05T11:00'));
  });

  await t.test('Eva is on duty: due on Saturday, and both due times are kept', async (t) => {
    t.equal((await put([{ date: '2026-10-03', person: 'Eva' }])).status, 200);
    const { clock, events } = await incidentOf(office, id);
    t.equal(clock?.dueAt, iso('2026-10-03T11:00'));
    const { computations, stretches } = await office.luis.get(`/api/v1/incidents/${id}/clock`);
    t.same(
      computations.map(({ dueAt }: { dueAt: string }) => dueAt),
      [iso('2026-10-05T11:00'), iso('2026-10-03T11:00')],
    );
    t.match(stretches.at(-1), { kind: 'open', label: /Eva/, from: iso('2026-10-03T08:00') }, 'and it says who');
    const moved = { dueAt: Date.parse(iso('2026-10-03T11:00')), before: Date.parse(iso('2026-10-05T11:00')) };
    t.match(
      events.map(({ said }) => said).filter(({ key }) => key === 'clock.recomputed'),
      [{ params: moved }],
    );
  });

  await t.test('nobody answers on Saturday: breached on that day', async (t) => {
    await office.passUntil('2026-10-03T11:01');
    const late = await until('the breach', () =>
      about(office, id).find(({ headers }) => /overdue/.test(headers.subject ?? '')),
    );
    t.match(late.text, 'No response to the client by 3 Oct 2026, 11:00 (America/Costa_Rica)');
    t.equal((await incidentOf(office, id)).clock?.outcome, 'breached');
  });

  await t.test('the Saturday after is closed again, for every priority', async (t) => {
    await office.passUntil('2026-10-09T16:00');
    const due = async (priority: Priority) =>
      (await incidentOf(office, await call(office, premium, priority, iso('2026-10-09T16:00')))).clock?.dueAt;
    t.equal(await due('high'), iso('2026-10-12T11:00'));
    t.equal(await due('medium'), iso('2026-10-12T15:00'));
    t.equal(await due('normal'), iso('2026-10-14T13:00'));
  });

  await t.test('Eva falls ill before she comes: the day is taken back, and so is its due time', async (t) => {
    const saturdays = [
      { date: '2026-10-03', person: 'Eva' },
      { date: '2026-10-10', person: 'Eva' },
    ];
    t.equal((await put(saturdays)).status, 200);
    await office.passUntil('2026-10-09T16:10');
    const id = await call(office, premium, 'high', iso('2026-10-09T16:05'));
    t.equal((await incidentOf(office, id)).clock?.dueAt, iso('2026-10-10T11:05'));
    t.equal((await put(saturdays.slice(0, 1))).status, 200);
    t.match((await incidentOf(office, id)).clock, { dueAt: iso('2026-10-12T11:05'), outcome: 'running' });
  });
});
