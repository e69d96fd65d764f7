import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { typed } from '../../../../protocol/said/said.ts';
import type { LedgerState } from '../../../../server/domain/ledger.ts';
import { overlayHost } from '../../../../server/domain/sla/overlay-host.ts';
import { judgeService, serviceLedger } from '../../../../server/domain/sla/service-ledger.ts';
import type { Stretch } from '../../../../server/domain/sla/sources.ts';
import { holds } from '../../../support/property.ts';

const states = ['up', 'down', 'excluded', 'unknown'] as const;
const letters: Record<string, LedgerState> = { u: 'up', d: 'down', x: 'excluded', '?': 'unknown' };
const members = (text: string) =>
  [...text].map((letter, index) => ({ name: `m${index}`, state: letters[letter] ?? 'unknown' }));

/** needed, devices, checks -> what the service is. */
const table: readonly (readonly [number, string, string, LedgerState])[] = [
  [0, '', '', 'unknown'],
  [1, 'u', '', 'up'],
  [1, 'd', '', 'down'],
  [1, '?', '', 'unknown'],
  [1, 'x', '', 'excluded'],
  [1, 'ud', '', 'up'],
  [1, 'd?', '', 'unknown'],
  [1, 'dx', '', 'excluded'],
  [1, '?x', '', 'unknown'],
  [2, 'ud', '', 'down'],
  [2, 'ux', '', 'excluded'],
  [2, 'udx', '', 'excluded'],
  [2, 'uu?', '', 'up'],
  [3, 'uu', '', 'down'],
  [1, 'u', 'u', 'up'],
  [1, 'u', 'd', 'down'],
  [1, '?', 'd', 'down'],
  [1, 'x', 'd', 'excluded'],
  [1, 'u', '?', 'unknown'],
  [1, 'u', 'x', 'up'],
  [0, 'd', 'u', 'up'],
  [0, '', 'ux', 'up'],
  [0, '', 'xx', 'excluded'],
  [0, '', 'dx', 'down'],
];
for (const [needed, devices, checks, state] of table) {
  t.test(`${needed} of "${devices}" with checks "${checks}" is ${state}`, async (t) => {
    const verdict = judgeService({ needed, devices: members(devices), checks: members(checks) });
    const words = plain(verdict.said, 0);
    t.equal(verdict.state, state, words);
    t.match(words, /^\S.*\.$/);
  });
}

const END = 1_000;
/** A ledger of random stretches, with holes. */
const ledger = fc
  .array(fc.record({ length: fc.integer({ min: 1, max: 200 }), state: fc.constantFrom(...states, null) }), {
    maxLength: 12,
  })
  .map((parts) => {
    const stretches: Stretch[] = [];
    let start = 0;
    for (const { length, state } of parts) {
      const end = Math.min(END, start + length);
      if (state && end > start) {
        stretches.push({ start, end, state, reason: state, said: typed(state), author: null, revised: false });
      }
      start = end;
    }
    return stretches;
  });
const stateAt = (stretches: readonly Stretch[], at: number): LedgerState =>
  stretches.find(({ start, end }) => start <= at && at < end)?.state ?? 'unknown';

t.test('the ledger says at every instant what its members were then', async (t) =>
  holds(
    t,
    fc.property(
      fc.nat({ max: 4 }),
      fc.array(ledger, { maxLength: 4 }),
      fc.array(ledger, { maxLength: 3 }),
      fc.nat({ max: END - 1 }),
      (needed, devices, checks, at) => {
        const named = (all: Stretch[][]) => all.map((one, index) => ({ name: `m${index}`, ledger: one }));
        const found = serviceLedger({ start: 0, end: END }, { needed, devices: named(devices), checks: named(checks) });
        assert.equal(found[0]?.start, 0);
        assert.equal(found.at(-1)?.end, END);
        assert.ok(found.every(({ start, end }, index) => end > start && start === (found[index - 1]?.end ?? 0)));
        const now = (all: Stretch[][]) => all.map((one, index) => ({ name: `m${index}`, state: stateAt(one, at) }));
        assert.equal(stateAt(found, at), judgeService({ needed, devices: now(devices), checks: now(checks) }).state);
      },
    ),
  ),
);

t.test('a cut of the period changes nothing', async (t) =>
  holds(
    t,
    fc.property(ledger, ledger, fc.integer({ min: 1, max: END - 1 }), (device, check, cut) => {
      const members = { needed: 1, devices: [{ name: 'd', ledger: device }], checks: [{ name: 'c', ledger: check }] };
      const total = (stretches: readonly Stretch[], state: LedgerState) =>
        stretches.filter((one) => one.state === state).reduce((sum, { start, end }) => sum + end - start, 0);
      const whole = serviceLedger({ start: 0, end: END }, members);
      const parts = [
        ...serviceLedger({ start: 0, end: cut }, members),
        ...serviceLedger({ start: cut, end: END }, members),
      ];
      for (const state of states) assert.equal(total(parts, state), total(whole, state));
    }),
  ),
);

t.test('a check falls with its host, and planned time of the host is not held against it', async (t) =>
  holds(
    t,
    fc.property(ledger, ledger, fc.boolean(), fc.nat({ max: END - 1 }), (own, host, fallsWithHost, at) => {
      const found = overlayHost({ start: 0, end: END }, own, host, { name: 'db-1', fallsWithHost });
      const hosts = stateAt(host, at);
      const wanted = hosts === 'excluded' ? 'excluded' : hosts === 'down' && fallsWithHost ? 'down' : stateAt(own, at);
      assert.equal(stateAt(found, at), wanted);
    }),
  ),
);
