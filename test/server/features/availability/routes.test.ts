import t from 'tap';
import { contract, DAY, HOUR, MIN, MONTH, NOW, world } from '../../../support/availability-world.ts';

const iso = (ms: number) => new Date(ms).toISOString();

t.test('without a contract there is a figure and no target', async (t) => {
  const { get, tenant } = await world(t);
  const { body } = await get('/availability?period=this_month');
  t.match(body, { period: 'this_month', measuredUntil: iso(NOW) });
  t.match(body.items, [{ kind: 'device', id: tenant.device.id, serviceHours: null, worst: null }]);
  const { always } = body.items[0];
  t.match(always, {
    downMs: 10 * MIN,
    unknownMs: HOUR,
    excludedMs: 0,
    verdict: 'no_target',
    targetRatio: null,
    budgetMs: null,
    outages: 1,
    mttrMs: 10 * MIN,
    longestOutage: { from: iso(MONTH + 4 * DAY), durationMs: 10 * MIN },
  });
  t.equal(always.upMs + always.downMs + always.unknownMs, NOW - Date.parse(body.from), 'the partition is exact');
});

t.test('with a contract: target, budget of the whole month in its zone, service hours', async (t) => {
  const made = await world(t);
  await contract(t, made, (terms) => ({
    ...terms,
    calendar: { ...terms.calendar, timeZone: 'America/New_York', exceptions: [] },
  }));
  const { body } = await made.get('/availability?period=this_month&by=site');
  t.match(body, { timeZone: 'America/New_York', from: '2026-10-01T04:00:00.000Z', to: '2026-11-01T04:00:00.000Z' });
  const [row] = body.items;
  t.match(row, { kind: 'site', members: 1, worst: { deviceId: made.tenant.device.id } });
  t.match(row.always, { targetRatio: 0.999, verdict: 'indeterminate', budgetMs: (31 * DAY) / 1000 });
  t.equal(row.always.budgetLeftMs, (31 * DAY) / 1000 - 10 * MIN, 'unknown time is not spent');
  // Mon-Fri 08:00-17:00: October 2026 has 22 working days, of which all are over or running.
  t.match(row.serviceHours, { downMs: 0, unknownMs: 0, verdict: 'met' });
  t.equal(row.serviceHours.upMs, 22 * 9 * HOUR);
});

t.test('the ledger: evidence, attestations and exclusions, each with its author; CSV and JSON', async (t) => {
  const made = await world(t);
  const { server, tenant, headers, get } = made;
  const path = `/devices/${tenant.device.id}/ledger?from=${iso(MONTH)}&to=${iso(NOW)}`;
  const states = (body: { items: { state: string; reason: string; durationMs: number }[] }) =>
    body.items.map(({ state, reason, durationMs }) => `${state} ${reason} ${durationMs / MIN}`);
  const before = (await get(path)).body;
  t.same(states(before), [
    'up reported 5760',
    'down reboot_unexpected 10',
    'up reported 7190',
    'unknown boot_clock_disagrees 60',
    'up reported 30900',
  ]);
  t.match(before.items[3], { author: null, evidence: /uptime does not match/ });

  const [from, to] = [MONTH + 9 * DAY, MONTH + 9 * DAY + 30 * MIN];
  const attest = (body: Record<string, unknown>) =>
    server.request('POST', `/api/v1/devices/${tenant.device.id}/attestations`, { headers, body });
  const said = await attest({ from: iso(from), to: iso(to), verdict: 'down', why: 'The breaker had tripped.' });
  t.match(said, { status: 201, body: { verdict: 'down', by: 'P1', withdrawnAt: null } });
  const after = (await get(path)).body;
  t.same(states(after).slice(3, 5), ['down attested 30', 'unknown boot_clock_disagrees 30']);
  t.match(after.items[3], { author: 'P1', revised: true, evidence: /P1 said on .*: The breaker had tripped\.$/ });
  t.match(after.figure, { downMs: 40 * MIN, unknownMs: 30 * MIN, outages: 2 });
  t.match(after.revisions, [
    {
      by: 'P1',
      why: 'P1 attests that it was down: The breaker had tripped.',
      before: [{ state: 'unknown', reason: 'boot_clock_disagrees' }],
      after: [{ state: 'down', reason: 'attested' }],
    },
  ]);
  t.match((await get(`/availability?device=${tenant.device.id}`)).body.items[0].always, { downMs: 40 * MIN });

  const csv = await get(`${path}&format=csv`);
  t.equal(csv.headers.get('content-type'), 'text/csv; charset=utf-8');
  t.match(csv.headers.get('content-disposition'), /^attachment/);
  const header = 'from,to,durationMs,state,reason,evidence,author,revised,responsibility,stateWithoutClauses';
  t.equal(csv.text.split('\r\n')[0], header);
  t.match(csv.text, /,1800000,"down","attested","P1 said on [^"]*","P1",true,,"down"\r\n/);

  const refused = await attest({ from: iso(MONTH), to: iso(MONTH + DAY), verdict: 'down', why: 'I think so.' });
  t.match(refused, {
    status: 409,
    body: { error: { message: /^Nothing between .* is unknown/, said: { key: 'refused.nothing-open' } } },
  });
  const future = await attest({ from: iso(from), to: iso(NOW + 1), verdict: 'up', why: 'It will be.' });
  t.match(future.body.error.message, /lies in the future/);
  const inverted = await attest({ from: iso(to), to: iso(from), verdict: 'up', why: 'Backwards.' });
  t.match(inverted.body.error.message, /"from" must be before "to"/);

  const gone = await server.request('DELETE', `/api/v1/attestations/${said.body.id}`, { headers });
  t.match(gone, { status: 200, body: { withdrawnAt: iso(NOW) } });
  t.same(states((await get(path)).body), states(before), 'withdrawn, the evidence stands alone again');
  const list = await get(`/devices/${tenant.device.id}/attestations`);
  t.match(list.body.items, [{ id: said.body.id, withdrawnAt: iso(NOW) }], 'the row stays');
  t.equal((await get(path)).body.revisions.length, 2);
  const twice = await server.request('DELETE', `/api/v1/attestations/${said.body.id}`, { headers });
  t.match(twice, {
    status: 409,
    body: { error: { message: /withdrawn by P1 already/, said: { key: 'refused.withdrawn', params: { by: 'P1' } } } },
  });
  const audit = await server.store.db.selectFrom('audit').select('action').orderBy('id').execute();
  t.same(
    audit.map(({ action }) => action),
    ['attestation.create', 'attestation.withdraw'],
  );
});

t.test('a site is up while any of its servers is; strips are cut at local midnight', async (t) => {
  const { get, tenant } = await world(t);
  const site = await get(`/sites/${tenant.site.id}/ledger?from=${iso(MONTH)}&to=${iso(NOW)}`);
  t.same(
    site.body.items.map(({ state, reason }: { state: string; reason: string }) => `${state} ${reason}`),
    ['up site_up', 'down site_down', 'up site_up', 'unknown site_unknown', 'up site_up'],
  );
  t.match(site.body.figure, { verdict: 'no_target', downMs: 10 * MIN });
  const strip = await get(`/devices/${tenant.device.id}/strip?days=31`);
  t.equal(strip.body.days.length, 31);
  const day = strip.body.days.find(({ date }: { date: string }) => date === '2026-10-05');
  t.same(day, { date: '2026-10-05', upMs: DAY - 10 * MIN, downMs: 10 * MIN, excludedMs: 0, unknownMs: 0 });
  const sum = (key: string) =>
    strip.body.days.reduce((total: number, one: Record<string, number>) => total + one[key]!, 0);
  t.equal(sum('upMs') + sum('downMs') + sum('unknownMs'), NOW - Date.parse('2026-10-01T00:00:00Z'));
});

t.test('a month is cut in the zone of the contract that was in force then', async (t) => {
  const made = await world(t);
  const inZone = (timeZone: string) =>
    contract(t, made, (terms) => ({ ...terms, calendar: { ...terms.calendar, timeZone, exceptions: [] } }));
  await inZone('America/Costa_Rica');
  const september = {
    from: '2026-09-01T06:00:00.000Z',
    to: '2026-10-01T06:00:00.000Z',
    timeZone: 'America/Costa_Rica',
  };
  t.match((await made.get('/availability?period=last_month')).body, september);
  await inZone('Asia/Tokyo');
  t.match((await made.get('/availability?period=last_month')).body, september, 'a new zone does not move it');
  const found = await made.get(`/ahead?client=${made.tenant.client.id}&period=last_month`);
  t.match(found.body, september, 'nor what was found in it');
  const { body } = await made.get('/availability?period=this_month');
  t.match(
    body,
    { from: '2026-10-01T06:00:00.000Z', to: '2026-10-31T15:00:00.000Z' },
    'the month of the change has both',
  );
});

t.test('before the device was there nothing is known, with a contract and without', async (t) => {
  const made = await world(t);
  const before = async () => {
    const path = `/devices/${made.tenant.device.id}/ledger?from=2026-02-01T00:00:00Z&to=2026-03-01T00:00:00Z`;
    return (await made.get(path)).body.figure.verdict;
  };
  t.equal(await before(), 'no_data');
  await contract(t, made, (terms) => terms);
  t.equal(await before(), 'no_data');
});

t.test('bad input gets a sentence', async (t) => {
  const { get, tenant } = await world(t);
  const f = async (path: string, status: number, message: RegExp) =>
    t.match(await get(path), { status, body: { error: { message } } }, path);
  await f('/availability?period=custom', 400, /needs "from" and "to"/);
  await f(`/availability?period=this_month&from=${iso(0)}&to=${iso(1)}`, 400, /not for both/);
  await f(`/availability?from=${iso(0)}&to=${iso(NOW)}`, 400, /ten years at most/);
  await f('/availability?from=tomorrow', 400, /must be a time/);
  await f('/availability?period=this_week', 400, /must be one of/);
  await f(`/devices/${tenant.device.id}/strip?days=0`, 400, /days/);
  await f('/devices/nobody/ledger', 404, /no such device/);
  await f('/sites/nowhere/ledger', 404, /no such site/);
  await f('/services/none/ledger', 404, /no such service/);
});

t.test('whose fault it was: both figures are kept and shown, and one statement serves a whole site', async (t) => {
  const made = await world(t);
  const { server, tenant, headers, get } = made;
  await contract(t, made, (terms) => ({ ...terms, excludes: ['power'] }));
  const path = `/devices/${tenant.device.id}/ledger?from=${iso(MONTH)}&to=${iso(NOW)}`;
  const [from, to] = [MONTH, NOW];
  const post = (where: string, body: Record<string, unknown>) =>
    server.request('POST', `/api/v1/${where}/attestations`, { headers, body });
  const said = { from: iso(from), to: iso(to), verdict: 'down', why: 'The grid was out.' };
  const powered = { ...said, responsibility: 'power', evidence: 'Notice 17 of the utility.' };
  t.match(await post(`devices/${tenant.device.id}`, { ...said, responsibility: 'power' }), {
    status: 400,
    body: { error: { message: /^Say in "evidence" what proves/ } },
  });
  t.match(await post(`devices/${tenant.device.id}`, { ...powered, verdict: 'up' }), {
    status: 400,
    body: { error: { message: /^Nobody is responsible for time that was up/ } },
  });
  const before = (await get(path)).body;
  t.match(before, { withoutClauses: null, figure: { downMs: 10 * MIN, unknownMs: 60 * MIN } });
  const site = await post(`sites/${tenant.site.id}`, powered);
  t.match(site, {
    status: 201,
    body: { items: [{ deviceId: tenant.device.id, responsibility: 'power', evidence: 'Notice 17 of the utility.' }] },
  });
  const after = (await get(path)).body;
  t.match(after.figure, { downMs: 0, unknownMs: 0, excludedMs: 70 * MIN, verdict: 'met' });
  t.match(after.withoutClauses, { downMs: 70 * MIN, unknownMs: 0, excludedMs: 0, verdict: 'breached' });
  t.match(after.items[1], {
    state: 'excluded',
    reason: 'reboot_unexpected',
    responsibility: 'power',
    author: 'P1',
    evidence: /P1 said on .*: The grid was out\. It is attributed to: the power\. Evidence: Notice 17/,
  });
  for (const by of ['device', 'site', 'client']) {
    const [row] = (await get(`/availability?by=${by}&client=${tenant.client.id}`)).body.items;
    t.match(row, { always: { excludedMs: 70 * MIN }, withoutClauses: { downMs: 70 * MIN } }, by);
    t.equal(row.serviceHoursWithoutClauses, null, 'all of it was at night');
  }
  const ofSite = (await get(`/sites/${tenant.site.id}/ledger?from=${iso(MONTH)}&to=${iso(NOW)}`)).body;
  t.match(ofSite.figure, { downMs: 0, unknownMs: 0, excludedMs: 70 * MIN }, 'the site has both too');
  t.match(ofSite.withoutClauses, { downMs: 70 * MIN, excludedMs: 0 });
  t.match(ofSite.items[1], { state: 'excluded', reason: 'site_excluded', withoutClauses: 'down' });
  const csv = await get(`/sites/${tenant.site.id}/ledger?from=${iso(MONTH)}&to=${iso(NOW)}&format=csv`);
  t.match(csv.text, /,"excluded","site_excluded",[^\r]*,"down"\r\n/, 'and so has its file');
  const [item] = site.body.items;
  t.equal((await server.request('DELETE', `/api/v1/attestations/${item.id}`, { headers })).status, 200);
  t.match((await get(path)).body, { withoutClauses: null, figure: before.figure }, 'withdrawn, evidence stands alone');
  t.match(await post(`sites/${tenant.site.id}`, { ...powered, from: iso(MONTH), to: iso(MONTH + DAY) }), {
    status: 409,
    body: { error: { message: /is down or unknown, so nobody is responsible/ } },
  });
  t.equal((await post('sites/nowhere', powered)).status, 404);
});

t.test('a fault that no clause excludes stays in the figure, with a name', async (t) => {
  const made = await world(t);
  const { server, tenant, headers, get } = made;
  await contract(t, made, (terms) => ({ ...terms, excludes: ['power'] }));
  const body = {
    from: iso(MONTH),
    to: iso(NOW),
    verdict: 'down',
    why: 'We pulled the wrong plug.',
    responsibility: 'us',
    evidence: 'The minutes of Monday.',
  };
  const path = `/api/v1/devices/${tenant.device.id}/attestations`;
  t.equal((await server.request('POST', path, { headers, body })).status, 201);
  const ledger = (await get(`/devices/${tenant.device.id}/ledger?from=${iso(MONTH)}&to=${iso(NOW)}`)).body;
  t.match(ledger, { withoutClauses: null, figure: { downMs: 70 * MIN } });
  t.match(ledger.items[1], { state: 'down', responsibility: 'us' });
});

t.test('one statement for a site reaches each machine for its own stretch, and no further', async (t) => {
  const { server, tenant, headers, get } = await world(t);
  const fifth = MONTH + 4 * DAY;
  const said = { verdict: 'down', why: 'The grid was out.', responsibility: 'power', evidence: 'Notice 17.' };
  const post = (from: number, to: number) =>
    server.request('POST', `/api/v1/sites/${tenant.site.id}/attestations`, {
      headers,
      body: { ...said, from: iso(from), to: iso(to) },
    });
  t.match(await post(fifth + 3 * MIN, fifth + 4 * MIN), {
    status: 201,
    body: { items: [{ from: iso(fifth), to: iso(fifth + 10 * MIN) }] },
  });
  const { body } = await get(`/devices/${tenant.device.id}/ledger?from=${iso(MONTH)}&to=${iso(NOW)}`);
  t.match(body.items[1], { state: 'down', responsibility: 'power', durationMs: 10 * MIN });
  const tenth = MONTH + 9 * DAY;
  t.match(
    await post(tenth + 20 * MIN, tenth + 30 * MIN),
    { body: { items: [{ from: iso(tenth + 20 * MIN), to: iso(tenth + 30 * MIN) }] } },
    'a stretch that reaches further than a quarter of an hour is another matter',
  );
});
