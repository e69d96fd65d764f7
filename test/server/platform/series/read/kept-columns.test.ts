import fc from 'fast-check';
import t from 'tap';
import { describe } from '../../../../../protocol/wire/metric.ts';
import { KeptColumns } from '../../../../../server/platform/series/read/kept-columns.ts';
import { query } from '../../../../../server/platform/series/read/query.ts';
import { MemorySource } from '../../../../support/memory-source.ts';
import { holds } from '../../../../support/property.ts';

const block = (values: number) => ({
  at: new Float64Array(values),
  columns: new Map<number, Float64Array | null>([[1, new Float64Array(values)]]),
});

t.test('what is kept has a bound, and is what was added', async (t) => {
  const step = fc.record({
    id: fc.nat(40),
    values: fc.integer({ min: 1, max: 240 }),
    does: fc.constantFrom('ask', 'ask', 'ask', 'column', 'age'),
  });
  holds(
    t,
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const limit = 40_000;
      const kept = new KeptColumns(limit);
      const added = new Map<number, ReturnType<typeof block>>();
      for (const { id, values, does } of steps) {
        if (does === 'age') {
          kept.age();
          continue;
        }
        const known = kept.get(id);
        if (known) t.equal(known, added.get(id));
        else {
          const made = block(values);
          added.set(id, made);
          kept.add(id, made);
        }
        if (known && does === 'column') kept.addColumn(known, known.columns.size + 1, new Float64Array(240));
        t.ok(kept.bytes <= limit + 2 * 8 * 240, `${kept.bytes} bytes`);
      }
    }),
  );
});

t.test('what nobody asks for any more goes with the time', async (t) => {
  const kept = new KeptColumns();
  kept.add(1, block(10));
  kept.add(2, block(10));
  kept.age();
  t.ok(kept.get(1));
  kept.age();
  t.ok(kept.get(1), 'it was asked for');
  t.equal(kept.get(2), undefined);
  kept.age();
  kept.age();
  t.equal(kept.get(1), undefined);
  t.equal(kept.bytes, 0);
});

t.test('blocks are read once, and again after another metric is asked for', async (t) => {
  class Counting extends MemorySource {
    asked = 0;
    override readonly kept = new KeptColumns();
    override bytes(id: number): Uint8Array | undefined {
      this.asked += 1;
      return super.bytes(id);
    }
  }
  const source = new Counting();
  for (const [id, name] of (['load.1', 'load.5'] as const).entries())
    source.metric(id, { ...describe(name), decimals: 0 });
  source.addHost('d1');
  const reports = (from: number) =>
    Array.from({ length: 10 }, (_, n) => ({ at: from + n, sequence: from + n, values: { 0: n, 1: n * 2 } }));
  source.seal('d1', reports(0));
  source.seal('d1', reports(10));
  // These two overlap: who sent their reports must be known.
  source.seal('d1', reports(20));
  source.seal('d1', reports(25));
  const ask = (metric: string) => {
    const before = source.asked;
    const work = query(source, { deviceId: 'd1', metrics: [metric], fromMs: 0, toMs: 40, stepMs: 40 });
    for (;;) {
      const turn = work.next();
      if (turn.done) return { read: source.asked - before, values: turn.value[0]?.values };
    }
  };
  const mean = (45 * 3 + 5 + 6 + 7 + 8 + 9) / 35;
  t.same(ask('load.1'), { read: 4, values: [mean] });
  t.same(ask('load.1'), { read: 2, values: [mean] });
  t.same(ask('load.5'), { read: 4, values: [mean * 2] });
  t.same(ask('load.5'), { read: 2, values: [mean * 2] });
});
