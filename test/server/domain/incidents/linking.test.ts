import fc from 'fast-check';
import t from 'tap';
import { said, typed } from '../../../../protocol/said/said.ts';
import { proposeIncidents, type ReportedIncident } from '../../../../server/domain/incidents/linking.ts';
import { holds } from '../../../support/property.ts';

const MINUTE_MS = 60_000;
const onset = Date.parse('2026-03-02T10:00:00Z');

function incident(over: Partial<ReportedIncident> = {}): ReportedIncident {
  return {
    id: 'i1',
    clientId: 'acme',
    siteId: 's1',
    deviceId: 'd1',
    serviceId: null,
    priority: 'high',
    said: typed('Disk full'),
    onsetAt: onset,
    openedAt: onset + MINUTE_MS,
    resolvedAt: null,
    parentId: null,
    ...over,
  };
}

const report = (over: object = {}) => ({
  clientId: 'acme',
  siteId: 's1',
  deviceId: null,
  serviceId: null,
  reportedAt: onset + 10 * MINUTE_MS,
  ...over,
});
const ids = (given: object, incidents: ReportedIncident[]) =>
  proposeIncidents(report(given), incidents).map(({ incidentId }) => incidentId);

t.test('the place', (t) => {
  const all = [
    incident({ id: 'client', siteId: null, deviceId: null }),
    incident({ id: 'neighbour', deviceId: 'd2' }),
    incident({ id: 'site', deviceId: null }),
    incident({ id: 'service', deviceId: null, siteId: null, serviceId: 'v1' }),
    incident({ id: 'device' }),
    incident({ id: 'elsewhere', siteId: 's2', deviceId: 'd3' }),
    incident({ id: 'foreign', clientId: 'other' }),
  ];
  t.same(ids({ deviceId: 'd1', serviceId: 'v1' }, all), ['device', 'service', 'site', 'neighbour', 'client']);
  const [best] = proposeIncidents(report({ deviceId: 'd1' }), all);
  t.same(best, {
    incidentId: 'device',
    said: typed('Disk full'),
    openedAt: onset + MINUTE_MS,
    score: 0.98,
    why: said('report.match', { place: 'device', time: 'during', byMs: 600_000 }),
  });
  t.end();
});

t.test('the time', (t) => {
  const cases: [string, number, number | null, boolean][] = [
    ['15 min before it began', -15, null, true],
    ['earlier', -15.001, null, false],
    ['while it goes on', 100_000, null, true],
    ['when it was resolved', 30, 30, true],
    ['an hour after', 90, 30, true],
    ['later', 90.001, 30, false],
  ];
  for (const [name, reported, resolved, isProposed] of cases) {
    const resolvedAt = resolved === null ? null : onset + resolved * MINUTE_MS;
    const reportedAt = onset + reported * MINUTE_MS;
    t.equal(ids({ reportedAt }, [incident({ resolvedAt })]).length === 1, isProposed, name);
  }
  t.end();
});

t.test('what a parent explains is left to its parent', (t) => {
  const parent = incident({ id: 'site', deviceId: null });
  const child = incident({ id: 'child', parentId: 'site' });
  t.same(ids({ deviceId: 'd1' }, [child, parent]), ['site']);
  t.same(ids({ deviceId: 'd1' }, [child]), ['child'], 'unless the parent is not proposed');
  t.end();
});

t.test('scores are in order, within 0 and 1, whatever the order of incidents', (t) => {
  const some = fc.record({
    id: fc.uuid(),
    siteId: fc.constantFrom(null, 's1', 's2'),
    deviceId: fc.constantFrom(null, 'd1', 'd2'),
    priority: fc.constantFrom('emergency' as const, 'high' as const, 'medium' as const, 'normal' as const),
    onsetAt: fc.integer({ min: -60, max: 60 }).map((minutes) => onset + minutes * MINUTE_MS),
    resolvedAt: fc.option(fc.integer({ min: 61, max: 120 }).map((minutes) => onset + minutes * MINUTE_MS)),
  });
  holds(
    t,
    fc.property(fc.uniqueArray(some, { selector: ({ id }) => id, maxLength: 20 }), (given) => {
      const incidents = given.map((over) => incident(over));
      const found = proposeIncidents(report({ deviceId: 'd1' }), incidents);
      const reversed = proposeIncidents(report({ deviceId: 'd1' }), incidents.toReversed());
      return (
        JSON.stringify(found) === JSON.stringify(reversed) &&
        found.length <= 8 &&
        found.every(({ score }, index) => score > 0 && score <= (found[index - 1]?.score ?? 1))
      );
    }),
  );
  t.end();
});
