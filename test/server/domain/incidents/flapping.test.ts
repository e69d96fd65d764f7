import fc from 'fast-check';
import t from 'tap';
import { typed } from '../../../../protocol/said/said.ts';
import {
  changesIn,
  type FlapMemory,
  flapAfter,
  flapPercent,
  flapUntil,
  isBadLast,
  mayFlap,
} from '../../../../server/domain/incidents/flapping.ts';
import { holds } from '../../../support/property.ts';

const EVERY_MS = 20_000;

/** The rule as it is written, in fractions and one result after the other. */
function oracle(results: readonly boolean[]): { readonly percent: number; readonly isFlapping: boolean } {
  let percent = 0;
  let isFlapping = false;
  for (let count = 1; count <= results.length; count += 1) {
    const last = results.slice(Math.max(0, count - 21), count);
    const all = [...Array<boolean | undefined>(21 - last.length).fill(last[0]), ...last];
    let sum = 0;
    for (let x = 1; x <= 20; x += 1) if (all[x] !== all[x - 1]) sum += 0.75 + (0.5 * (x - 1)) / 19;
    percent = (sum * 100) / 20;
    // A sum of twentieths is never closer to a threshold than this without being it.
    if (percent >= 30 - 1e-9) isFlapping = true;
    else if (percent <= 20 + 1e-9) isFlapping = false;
  }
  return { percent, isFlapping };
}

/** What is remembered after results that come every 20 s, of which only the changes are told. */
function remembered(results: readonly boolean[]): FlapMemory | null {
  let memory: FlapMemory | null = null;
  for (const [index, isBad] of results.entries()) {
    if (index > 0 && isBad === results[index - 1]) continue;
    memory = flapAfter(memory, { isBad, at: index * EVERY_MS, everyMs: EVERY_MS, said: typed('') });
  }
  return memory && flapUntil(memory, (results.length - 1) * EVERY_MS);
}

t.test('the weights of changes', async (t) => {
  const f = (states: string, want: number) => t.equal(flapPercent(states), want, states);
  f('010101010101010101010', 100);
  f('000000000000000000001', 6.25);
  f('011111111111111111111', 3.75);
  f('000000000000000000000', 0);
  f('01', 6.25);
  f('1', 0);
  f('', 0);
  t.equal(changesIn('0110'), 2);
});

t.test('it starts at the sixth change in a row, and stops when it has been calm for as long as it takes', async (t) => {
  const flapsAfter = (changes: number) =>
    remembered(Array.from({ length: changes + 1 }, (_, index) => index % 2 === 0))?.isFlapping;
  t.equal(flapsAfter(5), false, '29.9 %');
  t.equal(flapsAfter(6), true, '35.5 %');
  const always = Array.from({ length: 21 }, (_, index) => index % 2 === 0);
  const calmFor = (results: number) => remembered([...always, ...Array<boolean>(results).fill(true)]);
  t.equal(calmFor(15)?.isFlapping, true);
  t.equal(calmFor(16)?.isFlapping, false);
  t.equal(isBadLast(calmFor(16)!), true);
});

t.test('whatever comes, it is what the rule says when it looks at every single result', async (t) => {
  const results = fc
    .array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 30 })), { minLength: 1, maxLength: 60 })
    .map((runs) => runs.flatMap(([isBad, length]) => Array<boolean>(length).fill(isBad)));
  const lively = fc.array(fc.boolean(), { minLength: 1, maxLength: 120 });
  holds(
    t,
    fc.property(fc.oneof(results, lively), (given) => {
      const memory = remembered(given);
      const wanted = oracle(given);
      return (
        memory !== null &&
        memory.isFlapping === wanted.isFlapping &&
        Math.abs(flapPercent(memory.states) - wanted.percent) < 1e-9 &&
        isBadLast(memory) === given.at(-1)
      );
    }),
    { numRuns: 2_000 },
  );
});

t.test('asking what it is by now changes nothing of what it will be', async (t) => {
  const memory = remembered([true, false, true, false, true, false, true])!;
  holds(
    t,
    fc.property(fc.array(fc.nat(400_000), { maxLength: 10 }), (waits) => {
      let now = memory.at;
      let asked = memory;
      for (const wait of waits) {
        now += wait;
        asked = flapUntil(asked, now);
      }
      const once = flapUntil(memory, now);
      return asked.states === once.states && asked.isFlapping === once.isFlapping;
    }),
  );
});

t.test('clocks that step back, and events, do not flap', async (t) => {
  const memory = remembered([true, false])!;
  t.equal(flapUntil(memory, memory.at - 1_000_000), memory);
  t.equal(flapAfter(memory, { isBad: true, at: 0, everyMs: EVERY_MS, said: typed('') }).states, '101');
  t.equal(mayFlap('check.failed'), true);
  t.equal(mayFlap('service.down'), true);
  t.equal(mayFlap('reboot.unexpected'), false);
  t.equal(mayFlap('contact'), false);
});
