import t from 'tap';
import { nextDigestAt } from '../../../../server/features/telling/digest-time.ts';

t.test('the next 08:00 on the clocks of the zone', async (t) => {
  for (const [zone, now, wanted] of [
    ['UTC', '2026-10-02T07:00:00Z', '2026-10-02T08:00:00Z'],
    ['UTC', '2026-10-02T07:58:59.999Z', '2026-10-02T08:00:00Z'],
    ['UTC', '2026-10-02T07:59:00Z', '2026-10-03T08:00:00Z'],
    ['UTC', '2026-10-02T08:00:00Z', '2026-10-03T08:00:00Z'],
    ['America/Costa_Rica', '2026-10-02T13:00:00Z', '2026-10-02T14:00:00Z'],
    ['America/Costa_Rica', '2026-10-03T02:00:00Z', '2026-10-03T14:00:00Z'],
    ['America/New_York', '2026-03-07T14:00:00Z', '2026-03-08T12:00:00Z'],
    ['America/New_York', '2026-10-31T13:00:00Z', '2026-11-01T13:00:00Z'],
    ['Pacific/Auckland', '2026-12-31T20:00:00Z', '2027-01-01T19:00:00Z'],
  ] as const) {
    t.equal(
      new Date(nextDigestAt(Date.parse(now), zone)).toISOString().replace('.000', ''),
      wanted,
      `${now} in ${zone}`,
    );
  }
});
