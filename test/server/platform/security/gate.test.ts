import fc from 'fast-check';
import t from 'tap';
import { createGate } from '../../../../server/platform/security/gate.ts';

const stranger = (name: string) => ({ name, isKnown: false });
const known = (name: string) => ({ name, isKnown: true });

/** A gate of one place that is taken until `open` is called; then all go through in turn, and `order` says in which. */
function setUp(waiting = { known: 4, others: 4 }, waitingOfOne = 3) {
  const gate = createGate({ running: 1, waiting, waitingOfOne });
  const order: string[] = [];
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const first = gate(stranger('first'), () => opened);
  const come = async (who: { name: string; isKnown: boolean }, label = who.name): Promise<string> => {
    try {
      await gate(who, async () => void order.push(label));
      return 'in';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  return { gate, order, open, first, come };
}

t.test('they take turns by name, and whoever is known goes first', async (t) => {
  const { order, open, come } = setUp();
  const all = [
    come(stranger('flood'), 'f1'),
    come(stranger('flood'), 'f2'),
    come(stranger('ada'), 'ada'),
    come(known('bob'), 'bob'),
  ];
  open();
  t.same(await Promise.all(all), ['in', 'in', 'in', 'in']);
  t.same(order, ['bob', 'f1', 'ada', 'f2']);
});

t.test('a flood uses up its own places and no others', async (t) => {
  const { order, open, come } = setUp();
  const flood = Array.from({ length: 40 }, () => come(stranger('flood')));
  const others = [come(stranger('ada')), come(stranger('eve')), come(known('bob'))];
  open();
  t.same(await Promise.all(others), ['in', 'in', 'in']);
  t.equal((await Promise.all(flood)).filter((outcome) => outcome === 'in').length, 2, 'the third had to make room');
  t.equal(order[0], 'bob');
});

t.test('where everybody is alone the newcomer is turned away, but not the known', async (t) => {
  const { open, come } = setUp();
  const flood = Array.from({ length: 20 }, (_, index) => come(stranger(`bot ${index}`)));
  const bob = come(known('bob'));
  open();
  t.equal(await bob, 'in');
  const outcomes = await Promise.all(flood);
  t.same(
    outcomes.map((outcome) => outcome === 'in'),
    Array.from({ length: 20 }, (_, index) => index < 4),
  );
  t.equal(outcomes[5], 'rate_limited');
});

t.test('work that fails gives its place back', async (t) => {
  const gate = createGate({ running: 1, waiting: { known: 1, others: 1 }, waitingOfOne: 1 });
  const fails = () => Promise.reject(new Error('no'));
  await t.rejects(gate(known('a'), fails));
  await t.rejects(gate(known('a'), fails));
  t.equal(await gate(known('a'), async () => 'in'), 'in');
});

t.test('never more at a time than there are places, and everybody is let in or turned away', async (t) => {
  const comers = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), isKnown: fc.boolean() }), {
    maxLength: 60,
  });
  let checked = 0;
  await fc.assert(
    fc.asyncProperty(comers, fc.integer({ min: 1, max: 3 }), async (all, running) => {
      const gate = createGate({ running, waiting: { known: 5, others: 5 }, waitingOfOne: 3 });
      let [inside, most] = [0, 0];
      const outcomes = await Promise.allSettled(
        all.map((who) =>
          gate(who, async () => {
            inside += 1;
            most = Math.max(most, inside);
            await new Promise(setImmediate);
            inside -= 1;
          }),
        ),
      );
      checked += 1;
      return most <= running && outcomes.length === all.length && inside === 0;
    }),
    { numRuns: 50 },
  );
  t.equal(checked, 50);
});
