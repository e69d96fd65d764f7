import t from 'tap';
import { asSender } from '../../../../server/platform/fairness/sender.ts';
import { Mutex } from '../../../../server/platform/store/mutex.ts';

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
  await t.rejects(mutex.acquire(), { code: 'unavailable', message: /busy for 20 ms/, details: { cause: 'deadline' } });
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

t.test('senders are let in in turn, and one who fills its share keeps nobody out', async (t) => {
  const mutex = new Mutex(10_000, 40);
  await mutex.acquire();
  const order: string[] = [];
  const enter = (sender: string) =>
    asSender(sender, async () => {
      await mutex.acquire();
      order.push(sender);
      mutex.release();
    });
  const waiting = Array.from({ length: 10 }, () => enter('loud'));
  await t.rejects(enter('loud'), { code: 'overloaded' });
  waiting.push(enter('person'), enter('server'), enter('agents'));
  mutex.release();
  await Promise.all(waiting);
  t.same(order.slice(0, 4).sort(), ['agents', 'loud', 'person', 'server']);
  t.same(order.length, 13);
});

t.test('all others together cannot push the server itself out', async (t) => {
  const mutex = new Mutex(10_000, 40);
  await mutex.acquire();
  const enter = (sender: string) =>
    asSender(sender, async () => {
      await mutex.acquire();
      mutex.release();
    });
  const waiting = ['a', 'b', 'c'].flatMap((sender) => Array.from({ length: 10 }, () => enter(sender)));
  await t.rejects(enter('d'), { code: 'overloaded' });
  waiting.push(mutex.acquire().then(() => mutex.release()));
  mutex.release();
  await t.resolves(Promise.all(waiting));
});
