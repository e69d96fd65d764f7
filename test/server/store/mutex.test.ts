import t from 'tap';
import { Mutex } from '../../../server/store/mutex.ts';

t.test('one at a time, in the order of arrival', async (t) => {
  const mutex = new Mutex(1000, 10);
  const order: number[] = [];
  let inside = 0;
  await Promise.all(
    [1, 2, 3].map(async (number) => {
      await mutex.acquire();
      inside += 1;
      t.equal(inside, 1);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(number);
      inside -= 1;
      mutex.release();
    }),
  );
  t.same(order, [1, 2, 3]);
});

t.test('nobody waits for ever, and who gave up is not let in later', async (t) => {
  const mutex = new Mutex(20, 10);
  await mutex.acquire();
  await t.rejects(mutex.acquire(), { code: 'unavailable', message: /busy for 0.02 s/, details: { cause: 'deadline' } });
  mutex.release();
  await t.resolves(mutex.acquire());
});

t.test('the queue is bounded', async (t) => {
  const mutex = new Mutex(1000, 1);
  await mutex.acquire();
  const second = mutex.acquire();
  await t.rejects(mutex.acquire(), { code: 'overloaded' });
  mutex.release();
  await t.resolves(second);
  mutex.release();
});
