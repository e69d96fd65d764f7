import t from 'tap';
import { createExpectedHours } from '../../../../server/core/presence/expected-hours.ts';
import type { TermsInForce } from '../../../../server/domain/sla/sources.ts';
import { tierTerms } from '../../../../server/domain/sla/tiers.ts';
import { identify } from '../../../../server/fleet/device-identity.ts';
import type { Row } from '../../../../server/platform/store/tables.ts';
import { Neighbourhood } from '../../../support/neighbourhood.ts';

const terms = tierTerms('standard', { timeZone: 'America/Costa_Rica', startsOn: '2026-01-01' });
const always: TermsInForce = { version: 1, from: 0, until: Number.POSITIVE_INFINITY, terms };

t.test(
  'a till is expected a quarter of an hour after opening, until closing, and only if it was asked for',
  async (t) => {
    const isExpected = createExpectedHours({
      inForce: () => [always],
      at: (clientId) => (clientId === 'c' ? always : null),
      calendar: () => terms.calendar,
    });
    const till = { kind: 'workstation', expected_hours: 1, client_id: 'c', site_id: 's' } as Row<'device'>;
    function f(local: string, want: boolean, info: Row<'device'> = till): void {
      const at = Temporal.PlainDateTime.from(local).toZonedDateTime('America/Costa_Rica').epochMilliseconds;
      t.equal(isExpected(info, at), want, local);
    }
    f('2026-10-02T07:59', false);
    f('2026-10-02T08:14:59.999', false);
    f('2026-10-02T08:15', true);
    f('2026-10-02T16:59:59.999', true);
    f('2026-10-02T17:00', false);
    f('2026-10-03T10:00', false);
    f('2026-10-02T10:00', false, { ...till, expected_hours: 0 });
    f('2026-10-02T10:00', false, { ...till, kind: 'server' });
    f('2026-10-02T10:00', false, { ...till, client_id: 'without contract' });
  },
);

t.test('its absence in those hours is an incident, which ends with them', async (t) => {
  const hours = { open: true };
  const scene = await Neighbourhood.start(t, [1], { isExpected: () => hours.open });
  const till = scene.sites[0]?.[0];
  if (!till) throw new Error('The scene has a device.');
  identify(till, { ...till.info, kind: 'workstation', expected_hours: 1 });
  scene.silence(till);
  await scene.pass(28_000);
  t.same(await scene.incidents(), { 'contact high open': 1 });
  hours.open = false;
  await scene.pass(2_000);
  t.same(await scene.incidents(), { 'contact high resolved': 1 });
  t.same(await scene.told(), []);
});
