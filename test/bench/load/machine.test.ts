import t from 'tap';
import { Machine, machineMetrics } from '../../../bench/load/machine.ts';

const ROUNDS = 2_000;

t.equal(machineMetrics.length, 55);
t.equal(new Set(machineMetrics.map(({ name }) => name)).size, 55, 'no metric twice');

for (const intervalMs of [1_000, 10_000]) {
  t.test(`a machine at ${intervalMs} ms`, async (t) => {
    const machine = new Machine(7, intervalMs);
    let before = [...machine.scaled];
    let changes = 0;
    let wrong = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      machine.step();
      for (const [index, value] of machine.scaled.entries()) {
        const last = before[index] ?? 0;
        if (value !== last) changes += 1;
        if (!Number.isSafeInteger(value) || value < 0) wrong += 1;
        if (machineMetrics[index]?.kind === 'counter' && value < last) wrong += 1;
        if (machineMetrics[index]?.unit === 'ratio' && value > 10_000) wrong += 1;
      }
      before = [...machine.scaled];
    }
    const mean = changes / ROUNDS;
    t.ok(mean > 9 && mean < 15, `${mean} values change at a report`);
    t.equal(wrong, 0, 'every value can be sent, and counters grow');
  });
}

t.test('the same machine twice says the same', async (t) => {
  const [one, other] = [new Machine(3, 1_000), new Machine(3, 1_000)];
  for (let round = 0; round < 10; round += 1) {
    one.step();
    other.step();
  }
  t.same(one.scaled, other.scaled);
  t.notSame(one.scaled, new Machine(4, 1_000).scaled);
});
