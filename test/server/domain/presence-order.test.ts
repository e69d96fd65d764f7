import fc from 'fast-check';
import t from 'tap';
import type { Proof } from '../../../server/domain/ledger.ts';
import { describeLedger, ledgerOf, partitionFault } from '../../support/ledger-model.ts';
import { holds } from '../../support/property.ts';

/** A machine's life in steps: what it does, for how long, and what reports it makes meanwhile. */
const step = fc.record({
  kind: fc.constantFrom('run', 'run', 'run', 'sleep', 'reboot', 'pause'),
  durationMs: fc.integer({ min: 5_000, max: 400_000 }),
  /** Where in the step the machine was heard, as shares of it. */
  heard: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The proofs of a truthful machine, oldest first, one per instant. */
function proofsOf(steps: readonly Step[]): Proof[] {
  const proofs = new Map<number, Proof>();
  let [at, bootMs, monotonicMs, boot] = [1_000_000, 60_000, 60_000, 1];
  for (const { kind, durationMs, heard } of steps) {
    if (kind === 'sleep') bootMs += durationMs;
    else if (kind === 'reboot') [bootMs, monotonicMs, boot] = [0, 0, boot + 1];
    else if (kind === 'run') {
      for (const share of heard) {
        const ms = Math.floor(durationMs * share);
        proofs.set(at + ms, { at: at + ms, bootId: `b${boot}`, bootMs: bootMs + ms, monotonicMs: monotonicMs + ms });
      }
      bootMs += durationMs;
      monotonicMs += durationMs;
    }
    // In a pause of its host the machine's own clocks stand still.
    at += durationMs;
  }
  return [...proofs.values()].sort((a, b) => a.at - b.at);
}

/** Proofs in any order, with any of them again. */
const arrivals = fc
  .array(step, { minLength: 2, maxLength: 14 })
  .map(proofsOf)
  .filter((proofs) => proofs.length >= 2)
  .chain((proofs) =>
    fc.record({
      proofs: fc.constant(proofs),
      arriving: fc
        .tuple(
          fc.shuffledSubarray(proofs, { minLength: proofs.length }),
          fc.array(fc.constantFrom(...proofs), { maxLength: 6 }),
        )
        .chain(([all, again]) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length })),
    }),
  );

t.test('the order and the duplication of arriving proofs never matter', async (t) => {
  holds(
    t,
    fc.property(arrivals, ({ proofs, arriving }) => {
      const inOrder = ledgerOf(proofs).rows;
      const shuffled = ledgerOf(arriving).rows;
      const [from, to] = [proofs[0]!.at, proofs.at(-1)!.at];
      const fault = partitionFault(inOrder, from, to) ?? partitionFault(shuffled, from, to);
      if (fault) throw new Error(fault);
      const [want, got] = [describeLedger(inOrder), describeLedger(shuffled)];
      if (want !== got) throw new Error(`in order: ${want}\nas they came: ${got}`);
    }),
    { numRuns: 3_000 },
  );
});

t.test('proofs that contradict each other still give an exact partition', async (t) => {
  const lie = fc.record({
    at: fc.integer({ min: 0, max: 500_000 }),
    bootId: fc.constantFrom('a', 'b', 'c'),
    bootMs: fc.integer({ min: 0, max: 500_000 }),
    monotonicMs: fc.integer({ min: 0, max: 500_000 }),
  });
  holds(
    t,
    fc.property(fc.array(lie, { minLength: 1, maxLength: 20 }), (lies) => {
      const { rows, memory } = ledgerOf(lies);
      const from = Math.min(...lies.map(({ at }) => at));
      const fault = partitionFault(rows, from, memory.last!.at);
      if (fault) throw new Error(fault);
    }),
    { numRuns: 3_000 },
  );
});
