import t from 'tap';
import { said, typed } from '../../../../protocol/said/said.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { judged } from '../../../../server/fleet/device-connection.ts';
import { deviceFacts } from '../../../../server/fleet/device-facts.ts';
import { identify } from '../../../../server/fleet/device-identity.ts';
import { maintenanceWorld, restart } from '../../../support/maintenance.ts';

const allBack = (incidents: string, boots = 'none of them restarted'): string =>
  `Maintenance "Patches" of Acme ended at 2026-03-01 11:00:00 UTC after 1 h. 1 of 1 device came back, proved by a report after the end; ${boots}. ${incidents}`;

t.test('what comes and goes within a window is one summary', async (t) => {
  const world = await maintenanceWorld(t);
  await world.plan();
  await world.at('09:59');
  t.equal(world.device.inMaintenance, false);
  await world.at('10:00');
  t.equal(world.device.inMaintenance, true, 'from its first instant');
  await world.raise('contact');
  await world.at('10:20');
  await world.clear('contact');
  t.same(await world.incidents(), ['contact resolved quiet'], 'evaluation went on');
  await world.at('10:59');
  t.equal(world.device.inMaintenance, true);
  await world.at('11:00');
  t.equal(world.device.inMaintenance, false, 'half-open at its end');
  t.same(await world.told(), [], 'nothing is told before the device proved that it is back');
  world.report('boot-2');
  await world.tick();
  await world.tick();
  t.same(await world.told(), [
    allBack('1 incident was raised meanwhile; none is open any more.', '1 of them restarted'),
  ]);
});

t.test('what is open at the end and was not before is told then', async (t) => {
  const world = await maintenanceWorld(t);
  await world.plan();
  await world.at('10:00');
  await world.raise('disk.space');
  await world.raise('reboot.unexpected', 'medium');
  await world.at('11:00');
  t.same(await world.told(), ['incident.raised disk.space'], 'that it restarted is what maintenance does');
  world.report();
  await world.tick();
  t.same((await world.told())[1], allBack('2 incidents were raised meanwhile; 2 still open.'));
  await world.clear('disk.space');
  t.same((await world.told())[2], 'incident.resolved disk.space', 'the recovery goes to whom the problem went');
});

t.test('what was open before and still is, is not told again', async (t) => {
  const world = await maintenanceWorld(t);
  await world.plan();
  await world.at('09:00');
  await world.raise('cpu.busy', 'normal');
  await world.raise('disk.space', 'medium');
  await world.at('10:00');
  await world.clear('cpu.busy');
  await world.at('10:10');
  await world.raise('cpu.busy', 'normal');
  await world.change('disk.space', 'high');
  const before = ['incident.raised cpu.busy', 'incident.raised disk.space'];
  t.same(await world.told(), before, 'quiet meanwhile');
  await world.at('11:00');
  t.same(await world.told(), [...before, 'incident.changed disk.space'], 'that it is worse is told');
  t.same(await world.incidents(), ['cpu.busy open told', 'disk.space open told']);
  await world.clear('cpu.busy');
  t.same((await world.told()).at(-1), 'incident.resolved cpu.busy', 'and so is its end, later');
});

t.test('what was open before and ended meanwhile is told at the end', async (t) => {
  const world = await maintenanceWorld(t);
  await world.plan({ durationMinutes: 180 });
  await world.at('09:00');
  await world.raise('disk.space');
  await world.at('10:00');
  await world.clear('disk.space');
  await world.at('10:01');
  world.book.prune(world.now() + 2 * 3_600_000);
  t.same(await world.told(), ['incident.raised disk.space']);
  await world.at('13:00');
  t.same(await world.told(), ['incident.raised disk.space', 'incident.resolved disk.space']);
});

t.test('a raise that waits when the window begins waits for its end', async (t) => {
  const world = await maintenanceWorld(t);
  await world.plan();
  await world.at('09:59');
  const verdict = {
    kind: 'raise',
    rule: 'contact',
    object: '',
    priority: 'high',
    said: said('blame.contact'),
  } as const;
  const evidence = { metrics: [], threshold: null };
  const { tenant } = world;
  const subject = { clientId: tenant.client.id, siteId: tenant.site.id, deviceId: tenant.device.id };
  await world.act((changes, at) => {
    const step = world.book.step({ ...verdict, evidence, onset: at, at }, subject, at + 180_000);
    changes.addIncident(world.device, step!);
  });
  await world.at('10:00');
  const due = async () =>
    (await world.store.db.selectFrom('outbox').select('due_at').execute()).map((row) => row.due_at);
  t.same(await due(), [Date.parse('2026-03-01T11:01:00Z')]);
  await world.clear('contact');
  await world.at('11:00');
  t.same(await world.told(), [], 'it was over before anybody had to know');
});

t.test('a device that does not prove its return', async (t) => {
  const world = await maintenanceWorld(t);
  await world.plan();
  await world.at('10:00');
  await world.at('11:00');
  await world.at('11:14');
  t.same(await world.told(), []);
  await world.at('11:15');
  const [raised, summary] = await world.told();
  t.equal(raised, 'incident.raised maintenance.return');
  t.match(summary, /0 of 1 device came back, proved by a report after the end\. Not back: acme-srv\./);
  await world.at('11:20');
  world.report();
  await world.tick();
  t.same(await world.incidents(), ['maintenance.return resolved told'], 'late, but back');
  t.equal((await world.told()).length, 3);
});

t.test('one cause is told once: a lost device explains that it did not return', async (t) => {
  const world = await maintenanceWorld(t);
  await world.plan();
  await world.at('10:00');
  await world.raise('contact');
  await world.at('11:00');
  await world.at('11:15');
  t.same(await world.incidents(), ['contact open told', 'maintenance.return open told explained']);
  t.same(
    (await world.told()).map((line) => line.split(' ', 2).join(' ')),
    ['incident.raised contact', 'Maintenance "Patches"'],
  );
});

t.test('windows that overlap hand over what nobody was told of', async (t) => {
  const world = await maintenanceWorld(t);
  await world.plan();
  await world.plan({
    title: 'Firmware',
    target: { kind: 'site', id: world.tenant.site.id },
    startsAt: '2026-03-01T10:30',
  });
  await world.at('09:00');
  await world.raise('cpu.busy');
  await world.at('10:00');
  await world.raise('disk.space');
  await world.clear('cpu.busy');
  await world.at('10:30');
  await world.at('11:00');
  t.equal((await world.told()).filter((line) => line.startsWith('incident')).length, 1, 'the second one goes on');
  t.equal(world.device.inMaintenance, true);
  await world.at('11:30');
  const [first, ...rest] = (await world.told()).toSorted();
  t.match(first, /"Patches" .* No device had to come back\. 1 incident was raised meanwhile; 1 still open\.$/);
  t.same(
    rest,
    ['incident.raised cpu.busy', 'incident.raised disk.space', 'incident.resolved cpu.busy'],
    'and tells at its end',
  );
  world.report();
  await world.tick();
  t.match(
    (await world.told()).at(-1),
    /"Firmware" .* 1 of 1 device came back/,
    'the device had to come back from the last',
  );
});

t.test('a window that follows at once', async (t) => {
  const world = await maintenanceWorld(t);
  await world.plan();
  await world.plan({ startsAt: '2026-03-01T11:00' });
  await world.at('10:00');
  await world.raise('disk.space');
  await world.at('11:00');
  t.match(await world.told(), [/No device had to come back/], 'it is in the next one');
  await world.at('12:00');
  t.same((await world.told()).slice(1), ['incident.raised disk.space']);
});

t.test('cancelled, and edited while it runs', async (t) => {
  const world = await maintenanceWorld(t);
  const { port } = world.maintenance;
  const actor = { id: 'u1', name: 'Tess' };
  const { id, ...made } = await world.plan();
  const { clientId, title, target, timeZone, startsAt, durationMinutes, rrule } = made;
  const input = { clientId, title, target, timeZone, startsAt, durationMinutes, rrule };
  await world.at('10:00');
  await world.raise('disk.space');
  const longer = await port.update(everyClient, id, { ...input, durationMinutes: 120 }, actor);
  t.match(longer.edits, [{ by: 'Tess', afterStart: true, before: { durationMinutes: 60 } }]);
  t.equal(longer.running?.to, '2026-03-01T12:00:00.000Z');
  await world.at('11:00');
  t.same(await world.told(), [], 'it was made longer');
  const cancelled = await port.cancel(everyClient, id, actor);
  t.equal(cancelled.running, null);
  await world.tick();
  t.same(await world.told(), ['incident.raised disk.space'], 'it ends when it is cancelled');
  await t.rejects(port.cancel(everyClient, id, actor), { code: 'conflict', message: /was cancelled/ });
  await t.rejects(port.update(everyClient, id, input, actor), { code: 'conflict' });
  const [span] = port.occurrences(everyClient, 0, world.now() + 1);
  t.match(span, { from: '2026-03-01T10:00:00.000Z', to: '2026-03-01T11:00:00.000Z' }, 'what was stays');
});

t.test('a server that is restarted at every awkward moment', async (t) => {
  let world = await maintenanceWorld(t);
  const again = async () => {
    await world.close();
    world = await restart(t, world.left);
    judged(world.device.connection, { state: 'up', since: 0, reason: typed(''), loss: null });
  };
  await world.plan();
  await world.at('09:00');
  await world.raise('cpu.busy');
  await again();
  await world.at('10:00');
  await again();
  await world.at('10:01');
  await world.raise('disk.space');
  await world.clear('cpu.busy');
  await again();
  t.equal(world.device.inMaintenance, false);
  await world.at('10:30');
  t.equal(world.device.inMaintenance, true);
  await again();
  await world.at('11:30');
  const told = ['incident.raised cpu.busy', 'incident.raised disk.space', 'incident.resolved cpu.busy'];
  t.same((await world.told()).toSorted(), told, 'the end was missed and is told later');
  await again();
  await world.at('11:31');
  t.same((await world.told()).toSorted(), told, 'once');
  world.report();
  await world.tick();
  t.equal((await world.told()).length, 4, 'and summed up');
  await again();
  await world.tick();
  await world.at('14:00');
  t.equal((await world.told()).length, 4, 'once');
});

t.test('a window that came and went while no server ran', async (t) => {
  let world = await maintenanceWorld(t);
  await world.plan();
  await world.at('09:00');
  await world.close();
  world.clock.ms = Date.parse('2026-03-01T12:00:00Z');
  world = await restart(t, world.left);
  await world.tick();
  world.report();
  await world.tick();
  t.match(await world.told(), [/^Maintenance "Patches" of Acme ended at 2026-03-01 11:00:00 UTC after 1 h\. 1 of 1/]);
  await world.close();
  world = await restart(t, world.left);
  await world.tick();
  t.equal((await world.told()).length, 1, 'once');
});

t.test('whom a window covers', async (t) => {
  const world = await maintenanceWorld(t);
  const { client, site } = world.tenant;
  const active = () => world.maintenance.windows.activeFor(deviceFacts(world.device.info), world.now())?.input.title;
  await world.plan({ title: 'tag', target: { kind: 'tag', id: 'db' } });
  await world.at('10:00');
  t.equal(active(), undefined, 'no tag');
  identify(world.device, { ...world.device.info, tags_json: '["db"]' });
  world.maintenance.watch.deviceChanged();
  await world.tick();
  t.equal(active(), 'tag');
  t.equal(world.device.inMaintenance, true, 'a device that is given the tag meanwhile');
  const record = (over: object) =>
    ({ clientId: client.id, siteId: null, deviceId: null, serviceId: null, ...over }) as never;
  const site1 = await world.plan({ title: 'site', target: { kind: 'site', id: site.id } });
  t.ok(site1.running);
  const { createCoverage } = await import('../../../../server/features/maintenance/coverage.ts');
  const { windows } = world.maintenance;
  const { fleet } = world;
  const coverage = createCoverage({ book: windows, fleet, serviceMembers: () => [world.device.info.id] });
  const title = (over: object) => coverage.at(record(over), world.now())?.input.title;
  t.same(
    [
      title({ siteId: site.id }),
      title({ serviceId: 's' }),
      title({ siteId: 'other' }),
      title({ deviceId: 'gone' }),
      title({}),
    ],
    ['site', 'tag', undefined, undefined, undefined],
    'the incident of a site, of a service with a covered device, and of nothing that is covered',
  );
});

t.test('a person’s report is told though maintenance runs', async (t) => {
  const world = await maintenanceWorld(t);
  await world.plan();
  await world.at('10:00');
  const raised = (await world.raise('disk.space'))!;
  const person = { ...raised.record, id: 'p', key: 'p', source: 'person', suppressedBy: null } as const;
  const notice = { kind: 'raised', tellAt: world.now() } as const;
  const { watch } = world.maintenance;
  const event = { kind: 'opened', at: world.now(), by: null, said: said('nothing') } as const;
  t.same(watch.policy({ record: person, event, notice }, null, world.now()).notice, notice);
  const breach = { kind: 'clock_breach', tellAt: world.now() } as const;
  const known = { ...raised.record, suppressedBy: null };
  t.same(
    watch.policy({ record: known, event, notice: breach }, known, world.now()).notice,
    breach,
    'a promise runs on',
  );
  t.equal(watch.policy({ record: raised.record, event, notice: breach }, known, world.now()).notice, null);
});
