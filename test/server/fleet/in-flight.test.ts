import t from 'tap';
import { InFlight } from '../../../server/fleet/in-flight.ts';

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
