import fc from 'fast-check';
import t from 'tap';
import { InFlight } from '../../../server/fleet/in-flight.ts';
import { holds } from '../../support/property.ts';

t.test('reports in flight, by run and number', async (t) => {
  const flight = new InFlight();
  flight.add('a', 1);
  flight.add('a', 2);
  flight.add('b', 1);
  t.same([flight.size, flight.has('a', 1), flight.has('b', 2), flight.has('c', 1)], [3, true, false, false]);
  flight.delete('a', 1);
  flight.delete('a', 1);
  flight.delete('c', 1);
  t.same([flight.size, flight.has('a', 1), flight.has('b', 1)], [2, false, true]);
  flight.delete('a', 2);
  flight.delete('b', 1);
  t.same([flight.size, flight.has('a', 2), flight.has('b', 1)], [0, false, false]);
  flight.add('b', 1);
  t.same([flight.size, flight.has('b', 1)], [1, true]);
});

t.test('in whatever order they come and land', async (t) => {
  const step = fc.record({
    isAdded: fc.boolean(),
    run: fc.constantFrom('a', 'a', 'a', 'b'),
    sequence: fc.integer({ min: 1, max: 6 }),
  });
  holds(
    t,
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const flight = new InFlight();
      const known = new Set<string>();
      return steps.every(({ isAdded, run, sequence }) => {
        const key = `${run} ${sequence}`;
        const wasThere = flight.has(run, sequence);
        if (wasThere !== known.has(key)) return false;
        if (!isAdded) {
          flight.delete(run, sequence);
          known.delete(key);
        } else if (!wasThere) {
          flight.add(run, sequence);
          known.add(key);
        }
        return flight.size === known.size;
      });
    }),
    { numRuns: 1_000 },
  );
});
