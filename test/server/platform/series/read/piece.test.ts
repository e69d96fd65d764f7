import fc from 'fast-check';
import t from 'tap';
import { type Piece, PieceOrder, pieceOfColumns } from '../../../../../server/platform/series/read/piece.ts';
import { columnsOf, type MemoryReport } from '../../../../support/memory-source.ts';

const piece = (reports: MemoryReport[]): Piece => pieceOfColumns(columnsOf(reports), [1, 2]) as Piece;

/** Everything that comes out, a report a line. */
function ordered(pieces: readonly Piece[]): string[][] {
  const order = new PieceOrder();
  const out: Piece[] = [];
  for (const each of pieces) out.push(...[order.push(each)].filter((done) => done !== null));
  out.push(...[order.end()].filter((done) => done !== null));
  return out.map(({ at, columns, identity }) => {
    const { runIds, run, sequence } = identity();
    return [...at].map((atMs, index) =>
      [atMs, runIds[run[index]!], sequence[index], ...columns.map((column) => column?.[index] ?? '-')].join(' '),
    );
  });
}

const report = (at: number, sequence = at, runId = 'a', values: Record<number, number> = { 1: at }): MemoryReport => ({
  at,
  sequence,
  runId,
  values,
});

t.test('pieces that do not overlap pass through uncopied', async (t) => {
  const [first, second] = [piece([report(1), report(2)]), piece([report(3)])];
  const order = new PieceOrder();
  t.equal(order.push(first), null);
  t.equal(order.push(second), first);
  t.equal(order.end(), second);
  t.equal(order.end(), null);
});

t.test('what overlaps is put in order, and what came twice comes once', async (t) => {
  t.same(ordered([piece([report(1), report(4)]), piece([report(2), report(4), report(6)])]), [
    ['1 a 1 1 -'],
    ['2 a 2 2 -', '4 a 4 4 -', '6 a 6 6 -'],
  ]);
  t.same(
    ordered([piece([report(1, 1), report(1, 3)]), piece([report(1, 2), report(1, 1, 'b'), report(1, 3)])]).flat(),
    ['1 a 1 1 -', '1 a 2 1 -', '1 a 3 1 -', '1 b 1 1 -'],
    'of one instant in the order of run and sequence',
  );
  t.same(
    ordered([piece([report(1, 1, 'a', { 1: 7 })]), piece([report(1, 2, 'a', { 2: 8 })])]).flat(),
    ['1 a 1 7 NaN', '1 a 2 NaN 8'],
    'a metric that only one has',
  );
});

t.test('however reports are dealt out, they come back in order, each once', async (t) => {
  const reports = fc.uniqueArray(fc.record({ at: fc.nat(40), sequence: fc.nat(9), runId: fc.constantFrom('a', 'b') }), {
    selector: ({ at, sequence, runId }) => `${at} ${sequence} ${runId}`,
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(reports, fc.array(fc.tuple(fc.nat(3), fc.boolean()), { minLength: 60, maxLength: 60 }), (all, deal) => {
      const piles: MemoryReport[][] = [[], [], [], []];
      for (const [index, each] of all.entries()) {
        const [pile, isTwice] = deal[index]!;
        piles[pile]!.push({ ...each, values: { 1: each.at } });
        if (isTwice) piles[(pile + 1) % 4]!.push({ ...each, values: { 1: each.at } });
      }
      const pieces = piles.filter((pile) => pile.length > 0).map(piece);
      const got = ordered(pieces.sort((a, b) => a.at[0]! - b.at[0]!)).flat();
      t.equal(got.length, all.length, 'each once');
      const times = got.map((line) => Number(line.split(' ')[0]));
      t.same(
        times,
        times.toSorted((a, b) => a - b),
        'in order',
      );
      t.same(new Set(got), new Set(all.map(({ at, runId, sequence }) => `${at} ${runId} ${sequence} ${at} -`)));
    }),
    { numRuns: 60 },
  );
});
