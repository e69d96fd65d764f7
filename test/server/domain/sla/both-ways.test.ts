import fc from 'fast-check';
import t from 'tap';
import { typed } from '../../../../protocol/said/said.ts';
import type { LedgerState } from '../../../../server/domain/ledger.ts';
import { bothWays } from '../../../../server/domain/sla/both-ways.ts';
import type { Stretch } from '../../../../server/domain/sla/sources.ts';

const said = { reason: '', said: typed(''), author: null, revised: false } as const;
const states = ['up', 'down', 'excluded', 'unknown'] as const;

/** A partition from lengths and states. */
const partition = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.constantFrom(...states)), { maxLength: 12 })
  .map((parts) => {
    let at = 0;
    return parts.map(([length, state]): Stretch => {
      const start = at;
      at += length;
      return { start, end: at, state, ...said };
    });
  });
const stateAt = (ledger: readonly Stretch[], at: number): LedgerState | undefined =>
  ledger.find(({ start, end }) => start <= at && at < end)?.state;

t.test('at every instant both states are said, and the partition stays what it was', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(partition, partition, (counted, without) => {
        const both = bothWays(counted, without);
        const end = counted.at(-1)?.end ?? 0;
        for (let at = 0; at < end; at += 1) {
          const part = both.find(({ start, end }) => start <= at && at < end);
          if (!part || part.state !== stateAt(counted, at)) return false;
          if ((part.withoutClauses ?? part.state) !== (stateAt(without, at) ?? part.state)) return false;
        }
        return both.every((part, index) => part.end > part.start && part.start === (both[index - 1]?.end ?? 0));
      }),
    ),
  );
});

t.test('where nothing differs nothing is cut', async (t) => {
  const ledger: Stretch[] = [
    { start: 0, end: 10, state: 'up', ...said },
    { start: 10, end: 30, state: 'excluded', ...said },
  ];
  t.same(bothWays(ledger, ledger), ledger);
  t.same(bothWays(ledger, []), ledger);
  t.same(bothWays(ledger, [{ start: 0, end: 20, state: 'down', ...said }]), [
    { ...ledger[0], withoutClauses: 'down' },
    { ...ledger[1], end: 20, withoutClauses: 'down' },
    { ...ledger[1], start: 20 },
  ]);
});
