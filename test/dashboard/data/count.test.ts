import fc from 'fast-check';
import t from 'tap';
import { countBy } from '../../../dashboard/data/count.ts';

t.test('counts how many have each key, in the order in which keys appear', async (t) => {
  t.same(
    [...countBy(['up', 'lost', 'up'], (state) => state)],
    [
      ['up', 2],
      ['lost', 1],
    ],
  );
  t.equal(countBy([], String).size, 0);
});

t.test('every item is counted once, whatever its key is called', async (t) => {
  const keys = fc.array(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString')));
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(keys, (items) => {
        const counts = countBy(items, (item) => item);
        const sum = [...counts.values()].reduce((a, b) => a + b, 0);
        return (
          sum === items.length && [...counts].every(([key, n]) => items.filter((item) => item === key).length === n)
        );
      }),
    ),
  );
});
