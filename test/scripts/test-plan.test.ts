import fc from 'fast-check';
import t from 'tap';
import { planProcesses } from '../../scripts/lib/test-plan.mjs';

t.test('longest first; what can share a process does, spread evenly', async (t) => {
  const plan = planProcesses(['a', 'b', 'c', 'd', 'long', 'alone'], (file) => file !== 'long' && file !== 'alone', {
    a: 10,
    b: 9,
    c: 2,
    d: 1,
    long: 30,
  });
  t.same(plan, [['long'], ['a', 'd'], ['b', 'c'], ['alone']]);
});

t.test('nothing to run is no process', async (t) => {
  t.same(
    planProcesses([], () => true, {}),
    [],
  );
});

t.test('every file runs once, and those alone that cannot share', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ name: fc.stringMatching(/^[a-z]{1,9}$/), shares: fc.boolean(), s: fc.nat(50) }), {
          selector: ({ name }) => name,
        }),
        (files) => {
          const sharing = new Set(files.flatMap(({ name, shares }) => (shares ? [name] : [])));
          const seconds = Object.fromEntries(files.map(({ name, s }) => [name, s]));
          const names = files.map(({ name }) => name);
          const plan = planProcesses(names, (file) => sharing.has(file), seconds);
          const together = plan.filter(({ length }) => length > 1).flat();
          return (
            plan.flat().toSorted().join() === names.toSorted().join() &&
            together.every((file) => sharing.has(file)) &&
            plan.every(({ length }) => length > 0)
          );
        },
      ),
    ),
  );
});
