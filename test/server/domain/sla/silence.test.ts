import fc from 'fast-check';
import t from 'tap';
import type { MaintenanceInput } from '../../../../protocol/api/maintenance.ts';
import { occurrences } from '../../../../server/domain/sla/maintenance.ts';
import { ALMOST_ALWAYS, coversTarget, silentShare } from '../../../../server/domain/sla/silence.ts';
import { holds } from '../../../support/property.ts';

const AT = Date.parse('2026-12-07T00:00:00Z');
const HOUR_MS = 3_600_000;

function plan(startsAt: string, hours: number, rrule: string | null = 'FREQ=DAILY'): MaintenanceInput {
  const target = { kind: 'client', id: null } as const;
  return { clientId: 'c', title: 'T', target, timeZone: 'UTC', startsAt, durationMinutes: hours * 60, rrule };
}

t.test('how much of the time is silent', async (t) => {
  const f = (share: number, ...plans: MaintenanceInput[]) =>
    t.equal(Math.round(silentShare(plans, AT) * 1000) / 1000, share);
  f(0);
  f(1, plan('2026-12-01T00:00', 24));
  f(0.958, plan('2026-12-01T00:00', 23));
  f(0.083, plan('2026-12-01T22:00', 2));
  f(1, plan('2026-12-01T00:00', 12), plan('2026-12-01T12:00', 12));
  f(0.5, plan('2026-12-01T00:00', 12), plan('2026-12-01T00:00', 12));
  f(1, plan('2026-12-01T00:00', 7 * 24, 'FREQ=WEEKLY'));
  f(0.5, plan('2026-12-07T00:00', 14 * 24, null));
});

t.test('nights and week-ends are planned work, all day on every weekday is not', async (t) => {
  const closed = [
    plan('2026-12-01T20:00', 12, 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'),
    plan('2026-12-05T00:00', 48, 'FREQ=WEEKLY;BYDAY=SA'),
  ];
  t.ok(silentShare(closed, AT) < ALMOST_ALWAYS);
  t.ok(silentShare([plan('2026-12-07T00:00', 24, 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR')], AT) > ALMOST_ALWAYS);
});

t.test('it is what an hour by hour count says', async (t) => {
  const one = fc.record({
    day: fc.integer({ min: 1, max: 9 }),
    hour: fc.nat(23),
    hours: fc.integer({ min: 1, max: 60 }),
  });
  holds(
    t,
    fc.property(fc.array(one, { maxLength: 4 }), (all) => {
      const pad = (n: number) => String(n).padStart(2, '0');
      const plans = all.map(({ day, hour, hours }) =>
        plan(`2026-12-${pad(day)}T${pad(hour)}:00`, hours, 'FREQ=DAILY;INTERVAL=3'),
      );
      let silent = 0;
      for (let hour = 0; hour < 28 * 24; hour += 1) {
        const from = AT + hour * HOUR_MS;
        if (plans.some((each) => occurrences(each, from, from + HOUR_MS).length > 0)) silent += 1;
      }
      return Math.abs(silentShare(plans, AT) - silent / (28 * 24)) < 1e-9;
    }),
    { numRuns: 20 },
  );
});

t.test('a plan for the client covers what one for a device covers, and not the other way round', async (t) => {
  const all = plan('2026-12-01T00:00', 1);
  const device: MaintenanceInput = { ...all, target: { kind: 'device', id: 'd' } };
  t.same([coversTarget(all, device), coversTarget(device, all), coversTarget(device, device)], [true, false, true]);
  t.notOk(coversTarget({ ...all, clientId: 'other' }, device));
});
