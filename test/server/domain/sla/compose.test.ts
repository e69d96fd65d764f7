import fc from 'fast-check';
import t from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { typed } from '../../../../protocol/said/said.ts';
import type { LedgerState } from '../../../../server/domain/ledger.ts';
import { type Attested, compose, mergeExclusions, underClauses } from '../../../../server/domain/sla/compose.ts';
import type { Exclusion, Stretch } from '../../../../server/domain/sla/sources.ts';
import { holds } from '../../../support/property.ts';

const evidence = (start: number, end: number, state: LedgerState, reason = 'r'): Stretch => ({
  start,
  end,
  state,
  reason,
  said: typed(reason),
  author: null,
  revised: false,
});
const attested = (from: number, to: number, verdict: 'up' | 'down', at = 1): Attested => ({
  id: `a${at}`,
  from,
  to,
  verdict,
  at,
  why: 'the breaker had tripped',
  responsibility: null,
  evidence: '',
  isExcluded: false,
  by: 'Ann',
});
const exclusion = (start: number, end: number, reason: Exclusion['reason'] = 'maintenance'): Exclusion => ({
  start,
  end,
  reason,
  said: typed('Planned'),
  author: 'Bob',
});

function say(stretches: readonly Stretch[]): string {
  return stretches.map(({ start, end, state, reason }) => `${state} ${reason} ${start}-${end}`).join(', ');
}

t.test('what was declared is laid over the evidence', async (t) => {
  const f = (
    what: string,
    raw: Stretch[],
    attestations: Attested[],
    exclusions: Exclusion[],
    want: string,
    range = { from: 0, to: 100 },
  ) => t.equal(say(compose(range, raw, attestations, exclusions)), want, what);

  f(
    'holes are unknown',
    [evidence(10, 50, 'up')],
    [],
    [],
    'unknown no_evidence 0-10, up r 10-50, unknown no_evidence 50-100',
  );
  const silent = [evidence(0, 40, 'up'), evidence(40, 80, 'unknown', 'silent'), evidence(80, 100, 'up')];
  f(
    'an attestation turns unknown',
    silent,
    [attested(50, 60, 'down')],
    [],
    'up r 0-40, unknown silent 40-50, down attested 50-60, unknown silent 60-80, up r 80-100',
  );
  f(
    'and nothing else: evidence wins',
    silent,
    [attested(0, 100, 'down')],
    [],
    'up r 0-40, down attested 40-80, up r 80-100',
  );
  f(
    'the newest counts',
    silent,
    [attested(40, 80, 'up', 2), attested(60, 100, 'down', 1)],
    [],
    'up r 0-40, up attested 40-80, up r 80-100',
  );
  f(
    'exclusions cover everything',
    silent,
    [attested(50, 60, 'down')],
    [exclusion(30, 55)],
    'up r 0-30, excluded maintenance 30-55, down attested 55-60, unknown silent 60-80, up r 80-100',
  );
  f('neighbours that say the same are joined', [evidence(0, 50, 'up'), evidence(50, 100, 'up')], [], [], 'up r 0-100');
  f('clipped to the range', silent, [], [exclusion(0, 45)], 'excluded maintenance 20-45, unknown silent 45-70', {
    from: 20,
    to: 70,
  });
  f('an empty range', silent, [], [], '', { from: 50, to: 50 });
  t.match(compose({ from: 50, to: 60 }, silent, [attested(50, 60, 'down')], []), [
    {
      author: 'Ann',
      revised: true,
      said: { key: 'ledger.attested', params: { by: 'Ann', verdict: 'down', why: 'the breaker had tripped' } },
    },
  ]);
});

t.test('maintenance is named before off-hours where both cover', async (t) => {
  const merged = mergeExclusions([
    exclusion(0, 100, 'off_hours'),
    exclusion(20, 30),
    exclusion(25, 50),
    exclusion(90, 120),
  ]);
  t.equal(
    merged.map(({ start, end, reason }) => `${reason} ${start}-${end}`).join(', '),
    'off_hours 0-20, maintenance 20-30, maintenance 30-50, off_hours 50-90, maintenance 90-120',
  );
});

t.test('always an exact partition, whatever the order and the duplication of what was declared', async (t) => {
  const point = fc.integer({ min: 0, max: 200 });
  const range = fc.tuple(point, point).map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) + 1 }));
  const raw = fc
    .array(
      fc.record({
        ms: fc.integer({ min: 1, max: 40 }),
        state: fc.constantFrom('up', 'down', 'excluded', 'unknown', 'hole'),
      }),
      {
        maxLength: 8,
      },
    )
    .map((parts) => {
      let at = 0;
      return parts.flatMap(({ ms, state }) => {
        at += ms;
        return state === 'hole' ? [] : [evidence(at - ms, at, state as LedgerState)];
      });
    });
  const people = fc
    .array(fc.tuple(range, fc.constantFrom<'up' | 'down'>('up', 'down')), { maxLength: 5 })
    .map((list) => list.map(([{ start, end }, verdict], index) => attested(start, end, verdict, index)));
  const windows = fc
    .array(fc.tuple(range, fc.constantFrom<Exclusion['reason']>('maintenance', 'off_hours')), { maxLength: 6 })
    .map((list) => list.map(([{ start, end }, reason]) => exclusion(start, end, reason)));
  const shuffled = <T>(list: readonly T[]) => fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 });
  const examples = fc
    .tuple(raw, people, windows, range)
    .chain(([r, p, w, within]) => fc.tuple(fc.constant({ r, p, w, within }), shuffled(r), shuffled(p), shuffled(w)));
  holds(
    t,
    fc.property(examples, ([{ r, p, w, within }, r2, p2, w2]) => {
      const { start: from, end: to } = within;
      const got = compose({ from, to }, r, p, w);
      let at = from;
      for (const { start, end } of got) {
        if (start !== at || end <= start) throw new Error(`hole, overlap or nothing at ${at}`);
        at = end;
      }
      if (at !== to) throw new Error(`ends at ${at}`);
      if (say(got) !== say(compose({ from, to }, r2, p2, w2))) throw new Error('order or duplication matters');
      for (let ms = from; ms < to; ms += 1) {
        const state = got.find(({ start, end }) => start <= ms && ms < end)?.state;
        const covers = (one: { start: number; end: number }) => one.start <= ms && ms < one.end;
        const proof = r.find(covers)?.state ?? 'unknown';
        const said = p.findLast(({ from: a, to: b }) => a <= ms && ms < b)?.verdict;
        const want = w.some(covers) ? 'excluded' : proof === 'unknown' ? (said ?? 'unknown') : proof;
        if (state !== want) throw new Error(`at ${ms}: ${state}, not ${want}`);
      }
    }),
    { numRuns: 1_000 },
  );
});

t.test('whose fault a stretch is can be said of what is down and unknown, and clauses take it out', async (t) => {
  const known = [
    evidence(0, 10, 'up', 'reported'),
    evidence(10, 20, 'down', 'host_lost'),
    evidence(20, 30, 'unknown', 'silent'),
  ];
  const said = (isExcluded: boolean, at = 1): Attested => ({
    ...attested(5, 30, 'down', at),
    responsibility: 'power',
    evidence: 'ticket 4711',
    isExcluded,
  });
  const parts = (attestations: Attested[]) =>
    compose({ from: 0, to: 30 }, known, attestations, []).map(
      ({ start, end, state, reason, responsibility = null }) => [start, end, state, reason, responsibility],
    );
  t.same(parts([said(false)]), [
    [0, 10, 'up', 'reported', null],
    [10, 20, 'down', 'host_lost', 'power'],
    [20, 30, 'down', 'attested', 'power'],
  ]);
  t.same(parts([said(true)]), [
    [0, 10, 'up', 'reported', null],
    [10, 20, 'excluded', 'host_lost', 'power'],
    [20, 30, 'excluded', 'attested', 'power'],
  ]);
  t.same(parts([said(true), attested(10, 20, 'up', 2)]), parts([said(true)]), 'what evidence says is down is never up');
  const supplier: Attested = { ...said(false, 2), responsibility: 'supplier' };
  t.same(parts([said(true), supplier])[1], [10, 20, 'down', 'host_lost', 'supplier'], 'the newer one counts');
  t.same(parts([supplier, said(true)]), parts([said(true), supplier]), 'whatever comes first');
  const [, second] = compose({ from: 0, to: 30 }, known, [said(true), supplier], []);
  t.match(
    second && plain(second.said, 0),
    /^host_lost Ann said on .*attributed to: a supplier\. Evidence: ticket 4711$/,
  );
});

t.test('a clause excludes while its version of the contract counts', async (t) => {
  const said: Attested = { ...attested(0, 100, 'down'), responsibility: 'power', evidence: 'e' };
  const spans = [
    { from: 60, until: Number.POSITIVE_INFINITY, excludes: ['power'] as const },
    { from: 10, until: 40, excludes: ['power', 'client'] as const },
    { from: 40, until: 60, excludes: ['client'] as const },
  ];
  t.same(
    underClauses(said, spans).map(({ from, to, isExcluded }) => [from, to, isExcluded]),
    [
      [0, 10, false],
      [10, 40, true],
      [40, 60, false],
      [60, 100, true],
    ],
  );
  const free = { ...said, responsibility: null };
  t.same(underClauses(free, spans), [free]);
});
