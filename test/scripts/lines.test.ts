import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { workThrough } from '../../scripts/lib/lines.mjs';

t.test('every job runs once, in the order of its line, at most as many at once as there are workers', async (t) => {
  const began: string[] = [];
  let [open, most] = [0, 0];
  await workThrough(
    [
      { workers: 1, jobs: ['a1', 'a2'] },
      { workers: 2, jobs: ['b1', 'b2', 'b3', 'b4'] },
    ],
    async (job) => {
      began.push(job);
      open += 1;
      most = Math.max(most, open);
      await sleep(1);
      open -= 1;
    },
  );
  t.same(began.toSorted(), ['a1', 'a2', 'b1', 'b2', 'b3', 'b4']);
  t.same(
    began.filter((job) => job.startsWith('b')),
    ['b1', 'b2', 'b3', 'b4'],
  );
  t.equal(most, 3);
});

t.test('who has nothing left takes from the others', async (t) => {
  const ends = Promise.withResolvers<void>();
  const began: string[] = [];
  const done = workThrough(
    [
      { workers: 1, jobs: ['long', 'next'] },
      { workers: 1, jobs: [] },
    ],
    async (job) => {
      began.push(job);
      if (job === 'long') await ends.promise;
      else ends.resolve();
    },
  );
  await done;
  t.same(began, ['long', 'next'], 'the second ran while the first was not over');
});
