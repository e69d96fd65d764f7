import fc from 'fast-check';
import t from 'tap';
import type { Proof } from '../../../server/domain/ledger.ts';
import { addOpinion } from '../../../server/domain/opinion.ts';
import { freshPresence, takenBack, takeProof } from '../../../server/domain/presence.ts';
import { describeLedger, LedgerModel, partitionFault } from '../../support/ledger-model.ts';
import { holds } from '../../support/property.ts';

/** What happens, in the order of time; a late proof arrives only after everything else. */
interface Happening {
  readonly at: number;
  readonly proof: Proof | null;
  readonly isLate: boolean;
  readonly host: 'up' | 'down';
}

/** The ledger after these, with late proofs in their place or at the end. */
function ledgerOf(happenings: readonly Happening[], isLateLast: boolean) {
  const model = new LedgerModel();
  const memory = freshPresence();
  const late = happenings.filter(({ isLate, proof }) => isLateLast && isLate && proof);
  for (const { at, proof, host } of [...happenings.filter((one) => !late.includes(one)), ...late]) {
    if (proof) for (const change of takeProof(memory, proof)) model.apply(change);
    else if (memory.last && at > memory.last.at) {
      memory.opinions = addOpinion(memory.opinions, { at, host, by: 'p', detail: 'x.' }).opinions;
    }
  }
  const { last, upFrom } = memory;
  const end = last?.at ?? 0;
  const evidence = { before: last!, after: last, announced: null };
  if (upFrom !== null && upFrom < end) {
    model.apply({
      from: upFrom,
      to: end,
      intervals: [{ start: upFrom, end, state: 'up', reason: 'reported', evidence }],
      revision: false,
    });
  }
  return { model, memory };
}

const happenings = (kinds: readonly ('run' | 'pause' | 'boot')[]) =>
  fc
    .array(
      fc.record({
        kind: fc.constantFrom(...kinds),
        gapMs: fc.integer({ min: 5_000, max: 200_000 }),
        isOpinion: fc.boolean(),
        isLate: fc.boolean(),
        host: fc.constantFrom('up' as const, 'down' as const),
      }),
      { minLength: 4, maxLength: 16 },
    )
    .map((steps): Happening[] => {
      let [at, bootMs, boot] = [1_000, 60_000, 1];
      return steps.map(({ kind, gapMs, isOpinion, isLate, host }, index) => {
        at += gapMs;
        if (kind === 'boot') [bootMs, boot] = [Math.floor(gapMs / 2), boot + 1];
        // In a pause of its host the machine's own clocks stand still.
        else if (kind === 'run') bootMs += gapMs;
        const isEdge = index === 0 || index === steps.length - 1;
        const proof = isOpinion && !isEdge ? null : { at, bootId: `b${boot}`, bootMs, monotonicMs: bootMs };
        return { at, proof, isLate: isLate && !isEdge, host };
      });
    });

t.test('with opinions between them, late proofs give the same ledger as punctual ones', async (t) => {
  holds(
    t,
    fc.property(happenings(['run', 'run', 'pause']), (all) => {
      const [punctual, late] = [ledgerOf(all, false).model.rows, ledgerOf(all, true).model.rows];
      const [want, got] = [describeLedger(punctual), describeLedger(late)];
      if (want !== got) throw new Error(`punctual: ${want}\nlate: ${got}`);
    }),
    { numRuns: 2_000 },
  );
});

t.test('with opinions and reboots the partition stays exact', async (t) => {
  holds(
    t,
    fc.property(happenings(['run', 'pause', 'boot']), fc.boolean(), (all, isLateLast) => {
      const { model, memory } = ledgerOf(all, isLateLast);
      const fault = partitionFault(model.rows, all[0]!.at, memory.last!.at);
      if (fault) throw new Error(fault);
    }),
    { numRuns: 2_000 },
  );
});

t.test('takenBack: a down that was shown and is not is a revision', async (t) => {
  const memory = freshPresence();
  const proof = (at: number, bootId: string, bootMs: number): Proof => ({ at, bootId, bootMs, monotonicMs: bootMs });
  takeProof(memory, proof(0, 'a', 100_000));
  t.equal(takenBack(memory, proof(90_000, 'a', 190_000)), null, 'nothing was shown but unknown');
  memory.opinions = addOpinion([], { at: 15_000, host: 'down', by: 'p', detail: 'x.' }).opinions;
  const back = takenBack(memory, proof(90_000, 'a', 190_000));
  t.equal(describeLedger(back?.before ?? []), 'down 0-90000');
  t.equal(describeLedger(back?.after ?? []), 'up 0-90000', 'only the agent or its link was lost');
  t.equal(takenBack(memory, proof(90_000, 'b', 10_000)), null, 'it was down, and is up again since its boot');
  memory.opinions = [];
  memory.announced = { reason: 'reboot', at: 1_000 };
  t.equal(takenBack(memory, proof(90_000, 'b', 10_000)), null, 'as it had said');
  const cancelled = takenBack(memory, proof(90_000, 'a', 190_000));
  t.equal(describeLedger(cancelled?.after ?? []), 'up 0-90000', 'the reboot did not happen');
});
