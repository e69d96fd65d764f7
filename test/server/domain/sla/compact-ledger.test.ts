import fc from 'fast-check';
import t from 'tap';
import type { LedgerState } from '../../../../server/domain/ledger.ts';
import { CompactLedger, type Span } from '../../../../server/domain/sla/compact-ledger.ts';
import { OpenTime } from '../../../../server/domain/sla/open-time.ts';
import { holds } from '../../../support/property.ts';

const END = 120;
const stateOf = fc.constantFrom<LedgerState>('up', 'down', 'excluded', 'unknown');
/** What is written one after the other, each in the place of what stood there. */
const writes = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: END - 1 }),
    parts: fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), stateOf), { minLength: 1, maxLength: 3 }),
  }),
  { maxLength: 15 },
);
const openHours = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 1, max: 10 })), { maxLength: 8 })
  .map((list) => {
    let at = 0;
    return list.map(([closed, open]) => {
      const start = at + closed;
      at = start + open;
      return { start, end: at };
    });
  });

t.test('it says what a plain list of milliseconds would say', async (t) => {
  const range = fc.tuple(fc.integer({ min: 0, max: END }), fc.integer({ min: 0, max: END }));
  holds(
    t,
    fc.property(writes, openHours, range, (list, hours, [a, b]) => {
      const plain: LedgerState[] = new Array(END).fill('up');
      const ledger = new CompactLedger();
      for (const { at, parts } of list) {
        let start = at;
        const spans: Span[] = [];
        for (const [ms, state] of parts) {
          const end = Math.min(END, start + ms);
          if (end > start) spans.push({ start, end, state });
          plain.fill(state, start, end);
          start = end;
        }
        ledger.replace(at, start, spans);
      }
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const written = ledger
        .spans(from, to)
        .flatMap(({ start, end, state }) => new Array<LedgerState>(end - start).fill(state));
      if (written.join() !== plain.slice(from, to).join()) throw new Error('spans');

      const isOpen = (ms: number) => hours.some(({ start, end }) => start <= ms && ms < end);
      const open = new OpenTime(hours);
      for (const inside of [undefined, open.between]) {
        const tally = ledger.tally(from, to, inside);
        const count = (state: LedgerState) =>
          plain.slice(from, to).filter((s, index) => s === state && (!inside || isOpen(from + index))).length;
        const got = [tally.upMs, tally.downMs, tally.excludedMs, tally.unknownMs];
        const want = [count('up'), count('down'), count('excluded'), count('unknown')];
        if (got.join() !== want.join()) throw new Error(`${got} not ${want}`);
      }
      const runs =
        plain
          .slice(from, to)
          .map((state) => (state === 'down' ? 'd' : '-'))
          .join('')
          .match(/d+/g) ?? [];
      const { outages, longest } = ledger.tally(from, to);
      if (outages !== runs.length) throw new Error(`${outages} outages, not ${runs.length}`);
      if ((longest?.durationMs ?? 0) !== Math.max(0, ...runs.map(({ length }) => length))) throw new Error('longest');
    }),
    { numRuns: 2_000 },
  );
});

t.test('closed hours are what is left of the open ones', async (t) => {
  const hours = new OpenTime([
    { start: 10, end: 20 },
    { start: 30, end: 40 },
  ]);
  t.same(hours.closed(0, 50), [
    { start: 0, end: 10 },
    { start: 20, end: 30 },
    { start: 40, end: 50 },
  ]);
  t.same(hours.closed(12, 35), [{ start: 20, end: 30 }]);
  t.same(hours.closed(12, 18), []);
  t.same(new OpenTime([]).closed(1, 2), [{ start: 1, end: 2 }]);
  t.equal(hours.between(15, 35), 10);
});

t.test('it grows, and the end of its last stretch is known at once', async (t) => {
  const ledger = new CompactLedger();
  t.equal(ledger.lastEnd, Number.NEGATIVE_INFINITY);
  for (let n = 0; n < 100; n += 1)
    ledger.replace(n * 10, n * 10 + 5, [{ start: n * 10, end: n * 10 + 5, state: 'down' }]);
  t.equal(ledger.length, 100);
  t.equal(ledger.lastEnd, 995);
  t.match(ledger.tally(0, 1_000), { downMs: 500, upMs: 500, outages: 100, longest: { from: 0, to: 5, durationMs: 5 } });
  t.match(ledger.tally(7, 7), { upMs: 0, outages: 0 }, 'of nothing comes nothing');
});
