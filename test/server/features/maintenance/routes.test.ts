import t from 'tap';
import { startHttp } from '../../../support/http.ts';
import { addTenant } from '../../../support/store.ts';

t.test('planned work over the API', async (t) => {
  const server = await startHttp(t);
  const acme = await addTenant(server.store, 'Acme');
  const other = await addTenant(server.store, 'Other');
  const technician = { headers: await server.loggedIn('technician') };
  const ask = (method: string, path: string, body?: unknown) =>
    server.request(method, `/api/v1/maintenance${path}`, { ...technician, body });
  // The clock of the test stands at 2027-01-15 08:00 UTC.
  const weekly = {
    clientId: acme.client.id,
    title: 'Patches',
    target: { kind: 'device', id: acme.device.id },
    timeZone: 'America/New_York',
    startsAt: '2027-03-07T02:00',
    durationMinutes: 120,
    rrule: 'FREQ=WEEKLY;BYDAY=SU',
  };

  const preview = await ask('POST', '/preview', weekly);
  t.equal(preview.body.occurrences.length, 10);
  t.match(preview.body, {
    occurrences: [
      { from: '2027-03-07T07:00:00.000Z', excludes: true },
      { from: '2027-03-14T07:00:00.000Z' },
      { from: '2027-03-21T06:00:00.000Z' },
    ],
    warnings: [],
  });
  t.same((await ask('GET', '')).body, { items: [], next: null }, 'a preview makes nothing');

  const made = await ask('POST', '', weekly);
  t.match(made, {
    status: 201,
    body: { ...weekly, cancelledAt: null, running: null, next: { excludes: true }, edits: [] },
  });
  const late = { ...weekly, startsAt: '2027-01-15T04:00', rrule: null };
  const soon = await ask('POST', '', late);
  t.match(soon.body.warnings, [
    /^The next window: Declared only 1 h before it starts; .* silences but excludes nothing\.$/,
  ]);
  const changed = await ask('PUT', `/${made.body.id}`, { ...weekly, durationMinutes: 60 });
  t.match(changed.body, { durationMinutes: 60, edits: [{ afterStart: false, before: { durationMinutes: 120 } }] });
  t.same((await ask('GET', '?limit=1')).body.items.length, 1);
  t.match((await ask('GET', '/occurrences?to=2027-03-15T00:00:00Z')).body.items, [
    { windowId: soon.body.id, title: 'Patches', excludes: false },
    { windowId: made.body.id, to: '2027-03-07T08:00:00.000Z' },
    { windowId: made.body.id },
  ]);
  t.match(
    (await ask('GET', `/occurrences?from=${Date.parse('2027-03-14T08:00:00Z')}`)).body.items.length,
    4,
    'a month by default',
  );
  const overview = await server.request('GET', '/api/v1/overview', technician);
  t.match(overview.body.maintenance, [{ windowId: soon.body.id }], 'within a day');
  t.match((await ask('DELETE', `/${soon.body.id}`)).body, { cancelledAt: '2027-01-15T08:00:00.000Z', next: null });

  const refusals: [string, string, unknown, number, RegExp][] = [
    ['POST', '', { ...weekly, target: { kind: 'device', id: other.device.id } }, 404, /no such device of this client/],
    ['POST', '', { ...weekly, target: { kind: 'site', id: other.site.id } }, 404, /no such site of this client/],
    ['POST', '', { ...weekly, clientId: 'none' }, 404, /no such client/],
    ['POST', '', { ...weekly, durationMinutes: 0 }, 400, /"durationMinutes"/],
    ['POST', '', { ...weekly, durationMinutes: -60 }, 400, /"durationMinutes"/],
    ['POST', '', { ...weekly, durationMinutes: 1e9 }, 400, /"durationMinutes"/],
    ['POST', '', { ...weekly, rrule: 'FREQ=SECONDLY' }, 400, /cannot recur secondly/],
    ['POST', '/preview', { ...weekly, rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }, 400, /never happens/],
    ['POST', '', { ...weekly, timeZone: 'Mars' }, 400, /no time zone "Mars"/],
    ['PUT', `/${made.body.id}`, { ...weekly, clientId: other.client.id }, 400, /stays with its client/],
    ['PUT', '/none', weekly, 404, /no such maintenance window/],
    ['DELETE', `/${soon.body.id}`, undefined, 409, /was cancelled/],
    ['GET', '/occurrences?from=2027-02-01T00:00:00Z&to=2027-01-01T00:00:00Z', undefined, 400, /before "to"/],
    ['GET', '/occurrences?to=2999-01-01T00:00:00Z', undefined, 400, /at most/],
  ];
  for (const [method, path, body, status, sentence] of refusals) {
    const answer = await ask(method, path, body);
    t.match([answer.status, answer.body.error.message], [status, sentence], `${method} ${path} ${sentence}`);
  }
  const untagged = await ask('POST', '/preview', { ...weekly, target: { kind: 'tag', id: 'db' } });
  t.match(untagged.body.warnings, [/No device of this client has the tag "db"/]);
  const audit = await server.store.db.selectFrom('audit').select('action').orderBy('id').execute();
  t.same(
    audit.map(({ action }) => action).filter((action) => action.startsWith('maintenance')),
    ['maintenance.create', 'maintenance.create', 'maintenance.change', 'maintenance.cancel'],
  );
});

t.test('silencing almost all day by a window that repeats needs an admin, and shows on Now', async (t) => {
  const server = await startHttp(t);
  const { client } = await addTenant(server.store, 'Acme');
  const technician = await server.loggedIn('technician');
  const admin = await server.loggedIn('admin');
  const window = (startsAt: string, hours: number, rrule: string | null = 'FREQ=DAILY') => ({
    clientId: client.id,
    title: 'Always',
    target: { kind: 'client', id: null },
    timeZone: 'UTC',
    startsAt,
    durationMinutes: hours * 60,
    rrule,
  });
  const make = (headers: Record<string, string>, body: object) =>
    server.request('POST', '/api/v1/maintenance', { headers, body });
  t.match(await make(technician, window('2027-03-01T00:30', 23)), {
    status: 403,
    body: { error: { code: 'forbidden', message: /23 of 24 hours.*Only an admin/ } },
  });
  t.equal((await make(technician, window('2027-03-01T00:00', 12, null))).status, 201, 'once is planned work');
  const half = await make(technician, window('2027-03-01T00:00', 12));
  t.equal(half.status, 201);
  t.equal((await make(technician, window('2027-03-01T12:00', 12))).status, 403, 'nor by two that share the day');
  const longer = await server.request('PUT', `/api/v1/maintenance/${half.body.id}`, {
    headers: technician,
    body: window('2027-03-01T00:00', 22),
  });
  t.equal(longer.status, 403, 'nor by a change');

  const now = async () => (await server.request('GET', '/api/v1/overview', { headers: technician })).body.maintenance;
  const today = new Date(server.clock.nowMs).toISOString().slice(0, 10);
  t.equal((await make(admin, window(`${today}T00:10`, 23))).status, 201);
  t.ok((await now()).some(({ isAlmostAlways }: { isAlmostAlways?: boolean }) => isAlmostAlways === true));
});
