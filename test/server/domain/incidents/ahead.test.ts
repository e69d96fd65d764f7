import fc from 'fast-check';
import t from 'tap';
import { type AheadIncident, type AheadReport, judgeAhead } from '../../../../server/domain/incidents/ahead.ts';
import { holds } from '../../../support/property.ts';

const MINUTE_MS = 60_000;
const from = Date.parse('2026-03-01T06:00:00Z');
const to = Date.parse('2026-04-01T06:00:00Z');
const now = Date.parse('2026-03-20T00:00:00Z');
const at = (minutes: number): number => Date.parse('2026-03-10T10:00:00Z') + minutes * MINUTE_MS;

function incident(over: Partial<AheadIncident> = {}): AheadIncident {
  return {
    id: 'i1',
    source: 'rule',
    priority: 'high',
    onsetAt: at(0),
    openedAt: at(2),
    acknowledgedAt: at(6),
    resolvedAt: at(30),
    parentId: null,
    suppressedBy: null,
    ...over,
  };
}
const reported = (over: Partial<AheadReport> = {}): AheadReport => ({
  id: 'r1',
  reportedAt: at(12),
  aboutInfrastructure: true,
  incidentId: 'i1',
  ...over,
});
const judge = (incidents: AheadIncident[], reports: AheadReport[] = []) =>
  judgeAhead(incidents, reports, { from, to, now });

t.test('what is counted', (t) => {
  const cases: [string, number, AheadIncident[], AheadReport[]][] = [
    ['nothing', 0, [], []],
    ['High of exactly 5 min', 1, [incident({ resolvedAt: at(5) })], []],
    ['1 ms less', 0, [incident({ resolvedAt: at(5) - 1 })], []],
    ['Emergency', 1, [incident({ priority: 'emergency' })], []],
    ['Medium', 0, [incident({ priority: 'medium' })], []],
    ['Medium that was reported', 1, [incident({ priority: 'medium' })], [reported()]],
    [
      'a report that is not about the infrastructure',
      0,
      [incident({ priority: 'medium' })],
      [reported({ aboutInfrastructure: false })],
    ],
    ['a short High that was reported', 1, [incident({ resolvedAt: at(3) })], [reported()]],
    ['explained by another', 0, [incident({ parentId: 'p' })], []],
    ['planned work', 0, [incident({ suppressedBy: 'maintenance:w' })], []],
    ['one incident, three reports', 1, [incident()], [reported(), reported({ id: 'r2' }), reported({ id: 'r3' })]],
    ['a report of its own', 1, [incident({ source: 'person' })], [reported()]],
    ['a question', 0, [incident({ source: 'person' })], [reported({ aboutInfrastructure: false })]],
    ['the first instant of the month', 1, [incident({ openedAt: from })], []],
    ['1 ms earlier', 0, [incident({ openedAt: from - 1 })], []],
    ['the first instant of the next', 0, [incident({ openedAt: to })], []],
    [
      'detected next month, but reported in this one',
      1,
      [incident({ openedAt: to + 1 })],
      [reported({ reportedAt: to - 1 })],
    ],
    ['detected last month, reported in this one', 0, [incident({ openedAt: from - 1 })], [reported()]],
  ];
  for (const [name, counted, incidents, reports] of cases) t.equal(judge(incidents, reports).counted, counted, name);
  t.end();
});

t.test('who was first', (t) => {
  const cases: [string, number, string[], number | null, AheadIncident[], AheadReport[]][] = [
    ['nobody told us', 1, [], null, [incident()], []],
    ['10 min ahead', 1, [], 10 * MINUTE_MS, [incident()], [reported()]],
    [
      'the earliest report decides',
      0,
      ['r2'],
      -MINUTE_MS,
      [incident()],
      [reported(), reported({ id: 'r2', reportedAt: at(1) })],
    ],
    ['at the same instant is not ahead', 0, ['r1'], 0, [incident()], [reported({ reportedAt: at(2) })]],
    ['1 ms is', 1, [], 1, [incident()], [reported({ reportedAt: at(2) + 1 })]],
    ['we had not seen it', 0, ['r1'], -MINUTE_MS, [incident({ source: 'person', openedAt: at(13) })], [reported()]],
  ];
  for (const [name, first, missed, medianLeadMs, incidents, reports] of cases) {
    t.match(judge(incidents, reports), { foundFirst: first, missed, medianLeadMs }, name);
  }
  t.equal(judge([]).foundFirstRatio, null, 'no share of nothing');
  const three = [incident(), incident({ id: 'i2' }), incident({ id: 'i3', source: 'person' })];
  t.equal(judge(three, [reported({ incidentId: 'i3' })]).foundFirstRatio, 2 / 3);
  const leads = [reported(), reported({ id: 'r2', incidentId: 'i2', reportedAt: at(4) })];
  t.equal(judge(three.slice(0, 2), leads).medianLeadMs, 6 * MINUTE_MS, 'of an even number the mean of the middle two');
  t.end();
});

t.test('how fast, without what is still open', (t) => {
  const open = incident({ id: 'open', resolvedAt: null, acknowledgedAt: at(1_000), onsetAt: at(-500) });
  const unseen = incident({ id: 'unseen', acknowledgedAt: null, openedAt: at(4), resolvedAt: at(10) });
  t.match(judge([incident(), open, unseen]), {
    counted: 3,
    mttaMs: 4 * MINUTE_MS,
    mttrMs: 20 * MINUTE_MS,
    medianDetectionDelayMs: 3 * MINUTE_MS,
    stillOpen: ['open'],
  });
  const late = reported({ id: 'r9', incidentId: 'open', reportedAt: at(999) });
  t.equal(judge([incident(), open], [reported(), late]).medianLeadMs, judge([incident()], [reported()]).medianLeadMs);
  t.equal(judge([open], [late]).medianLeadMs, null, 'an open incident is in no median');
  t.match(judge([open]), { counted: 1, mttaMs: null, mttrMs: null, medianDetectionDelayMs: null }, 'none to average');
  t.match(judge([incident({ id: 'fresh', resolvedAt: null, onsetAt: now - MINUTE_MS, openedAt: now })]), {
    counted: 0,
  });
  t.end();
});

t.test('the order in which things are known changes nothing', (t) => {
  const minutes = fc.integer({ min: 0, max: 60 });
  const incidents = fc.array(
    fc.record({
      source: fc.constantFrom('rule' as const, 'person' as const),
      openedAt: minutes.map(at),
      resolvedAt: fc.option(minutes.map((later) => at(later + 61))),
    }),
    { maxLength: 8 },
  );
  const reports = fc.array(fc.record({ reportedAt: minutes.map(at), to: fc.nat(8) }), { maxLength: 8 });
  holds(
    t,
    fc.property(incidents, reports, (some, said) => {
      const cases = some.map((over, index) => incident({ ...over, id: `i${index}` }));
      const told = said.map((one, index) =>
        reported({ id: `r${index}`, reportedAt: one.reportedAt, incidentId: `i${one.to}` }),
      );
      const result = judge(cases, told);
      const { stillOpen, missed, ...figures } = judge(cases.toReversed(), told.toReversed());
      return (
        result.foundFirst <= result.counted &&
        result.missed.length <= result.counted - result.foundFirst &&
        stillOpen.length === result.stillOpen.length &&
        missed.length === result.missed.length &&
        Object.entries(figures).every(([name, value]) => result[name as keyof typeof figures] === value)
      );
    }),
  );
  t.end();
});
