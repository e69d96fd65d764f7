import fc from 'fast-check';
import t from 'tap';
import { mergeColumns } from '../../../../../server/platform/series/block/merge-columns.ts';
import { anyColumns, columnsOf, someOf } from '../../../../support/columns.ts';

const gap = Number.NaN;
const first = columnsOf([
  [0, 1, 10],
  [20, 3, 30],
]);

t.test('reports of all parts stand in the order of their time', async (t) => {
  const between = columnsOf([[10, 2, null, 4096]]);
  for (const parts of [
    [first, between],
    [between, first],
  ]) {
    const merged = mergeColumns(parts);
    t.strictSame([...merged.sequence], [1, 2, 3]);
    t.strictSame(
      [...merged.at].map((at) => at - 1_800_000_000_000),
      [0, 10, 20],
    );
    t.strictSame([...merged.backfill], [1, 0, 1]);
    t.strictSame([...(merged.values.get(3) ?? [])], [10, gap, 30], 'a gap where a part lacks the metric');
    t.strictSame([...(merged.values.get(7) ?? [])], [gap, 4096, gap]);
    t.equal(merged.newest, first.newest, 'the clocks of the newest report');
  }
});

t.test('a run and sequence is there once, by its oldest time', async (t) => {
  const again = columnsOf([
    [5, 1, 10],
    [20, 3, 30],
    [25, 1003, 70],
  ]);
  const merged = mergeColumns([again, first]);
  t.strictSame([...merged.sequence], [1, 3, 1003]);
  t.strictSame([...merged.run], [0, 0, 1]);
  t.strictSame([...(merged.values.get(3) ?? [])], [10, 30, 70]);
});

t.test('of equal times the order is that of runs and sequences', async (t) => {
  const merged = mergeColumns([columnsOf([[0, 5, 1]]), columnsOf([[0, 1002, 2]]), columnsOf([[0, 4, 3]])]);
  t.strictSame([...merged.sequence], [4, 5, 1002]);
});

t.test('runs are joined, and each report keeps its own', async (t) => {
  const other = { ...columnsOf([[30, 1, 9]]), runs: [{ runId: '0f'.repeat(16), bootId: 'boot-3' }] };
  const merged = mergeColumns([first, other]);
  t.equal(merged.runs.length, 3);
  t.strictSame(
    Array.from(merged.run, (run) => merged.runs[run]?.bootId),
    ['boot-1', 'boot-1', 'boot-3'],
  );
});

t.test('parts, their order and copies of them do not matter', async (t) => {
  const cuts = fc.array(fc.nat({ max: 3 }), { minLength: 80, maxLength: 80 });
  fc.assert(
    fc.property(anyColumns, cuts, fc.boolean(), (all, cuts, twice) => {
      const parts = [0, 1, 2, 3]
        .map((which) => someOf(all, (index) => cuts[index] === which))
        .filter(({ at }) => at.length > 0);
      const [copied] = parts;
      if (twice && copied) parts.push(copied);
      const { newest: _, ...merged } = mergeColumns(parts.reverse());
      const { newest: __, ...whole } = all;
      t.strictSame(merged, whole);
    }),
    { numRuns: 150 },
  );
  t.throws(() => mergeColumns([]), RangeError);
});
