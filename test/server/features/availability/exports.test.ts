import t from 'tap';
import { everyClient, ofClients, type Scope } from '../../../../server/domain/scope.ts';
import { writeFleet } from '../../../../server/platform/metrics/prometheus.ts';
import { contract, MIN, NOW, type World, world } from '../../../support/availability-world.ts';

async function samples({ server }: World, scope: Scope): Promise<string[]> {
  const availability = await server.availability.exports.of(scope);
  const text = await Array.fromAsync(writeFleet({ devices: [], incidents: [], availability, responsesDue: [] }));
  return text
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('vigia_'));
}

t.test('availability and error budgets of device, client and service, as Prometheus scrapes them', async (t) => {
  const made = await world(t);
  const { server, tenant } = made;
  await contract(t, made, (terms) => ({ ...terms, calendar: { ...terms.calendar, timeZone: 'UTC', exceptions: [] } }));
  const service = { name: 'Mail "one"', deviceIds: [], needed: 0, checkIds: [], blocks: null, targetPpm: 990_000 };
  const { status, text } = await server.request('POST', '/api/v1/services', {
    headers: await server.loggedIn('admin'),
    body: { clientId: tenant.client.id, ...service },
  });
  t.equal(status, 201, text.slice(0, 200));

  const [device, client] = [
    'subject="device",client="acme",site="main",device="acme-srv"',
    'subject="client",client="acme"',
  ];
  const found = await samples(made, everyClient);
  // 600 s down of all but an unknown hour of 30 days, and of the 30.5 days of October so far: never rounded up.
  // The budgets are a thousandth of 30 and of 31 days, less what is spent.
  t.strictSame(
    found.filter((line) => !line.includes('subject="service"')),
    [
      `vigia_availability_ratio{${device},window="30d"} 0.999768196`,
      `vigia_availability_ratio{${device},window="this_month"} 0.999772001`,
      `vigia_availability_ratio{${client},window="30d"} 0.999768196`,
      `vigia_availability_ratio{${client},window="this_month"} 0.999772001`,
      `vigia_availability_coverage_ratio{${device},window="30d"} 0.998611111`,
      `vigia_availability_coverage_ratio{${device},window="this_month"} 0.998633879`,
      `vigia_availability_coverage_ratio{${client},window="30d"} 0.998611111`,
      `vigia_availability_coverage_ratio{${client},window="this_month"} 0.998633879`,
      `vigia_availability_target_ratio{${device}} 0.999`,
      `vigia_availability_target_ratio{${client}} 0.999`,
      `vigia_error_budget_seconds{${device},window="30d"} 2592`,
      `vigia_error_budget_seconds{${device},window="this_month"} 2678.4`,
      `vigia_error_budget_seconds{${client},window="30d"} 2592`,
      `vigia_error_budget_seconds{${client},window="this_month"} 2678.4`,
      `vigia_error_budget_remaining_seconds{${device},window="30d"} 1992`,
      `vigia_error_budget_remaining_seconds{${device},window="this_month"} 2078.4`,
      `vigia_error_budget_remaining_seconds{${client},window="30d"} 1992`,
      `vigia_error_budget_remaining_seconds{${client},window="this_month"} 2078.4`,
    ],
  );
  server.clock.nowMs = NOW + 10 * MIN;
  await server.availability.services.refresh(server.clock.nowMs);
  const ofService = (await samples(made, everyClient)).filter((line) => line.includes('subject="service"'));
  const mail = 'subject="service",client="acme",service="Mail \\"one\\""';
  // A hundredth of the ten minutes since it was made, and of the twelve hours that are left of the month.
  t.strictSame(
    ofService,
    [
      `vigia_availability_coverage_ratio{${mail},window="30d"} 0`,
      `vigia_availability_coverage_ratio{${mail},window="this_month"} 0`,
      `vigia_availability_target_ratio{${mail}} 0.99`,
      `vigia_error_budget_seconds{${mail},window="30d"} 6`,
      `vigia_error_budget_seconds{${mail},window="this_month"} 432`,
      `vigia_error_budget_remaining_seconds{${mail},window="30d"} 6`,
      `vigia_error_budget_remaining_seconds{${mail},window="this_month"} 432`,
    ],
    'nothing is known of it yet, so no ratio',
  );
  t.strictSame(await samples(made, ofClients('another')), [], 'nobody scrapes what is not theirs');
});
