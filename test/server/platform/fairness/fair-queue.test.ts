import fc from 'fast-check';
import t from 'tap';
import { FairQueue } from '../../../../server/platform/fairness/fair-queue.ts';

const SENDERS = ['a', 'b', 'c', '__proto__'];

t.test('each sender in turn gives its oldest', async (t) => {
  const queue = new FairQueue<string>();
  for (const item of ['a1', 'a2', 'a3']) queue.add('a', item);
  queue.add('b', 'b1');
  t.equal(queue.lengthOf('a'), 3);
  t.equal(queue.lengthOf('constructor'), 0);
  t.same([queue.next(), queue.next(), queue.next()], ['a1', 'b1', 'a2']);
  queue.delete('a', 'a3');
  queue.delete('a', 'never there');
  t.equal(queue.length, 0);
  t.equal(queue.next(), undefined);
});

t.test(
  'nothing is lost or doubled, senders keep their order, and nobody waits for more than one of each other',
  (t) => {
    const step = fc.oneof(fc.constantFrom(...SENDERS), fc.constant(null));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new FairQueue<{ sender: string; number: number }>();
        const model = new Map(SENDERS.map((sender) => [sender, [] as number[]]));
        /** How many of each other came out since the head of this sender's items has been its head. */
        const passed = new Map(SENDERS.map((sender) => [sender, new Map<string, number>()]));
        let number = 0;
        for (const sender of steps) {
          if (sender !== null) {
            number += 1;
            const own = model.get(sender) ?? [];
            if (own.length === 0) passed.get(sender)?.clear();
            own.push(number);
            queue.add(sender, { sender, number });
            continue;
          }
          const item = queue.next();
          if (item === undefined) {
            if ([...model.values()].some((own) => own.length > 0)) return false;
            continue;
          }
          if (model.get(item.sender)?.shift() !== item.number) return false;
          passed.get(item.sender)?.clear();
          for (const [waiting, own] of model) {
            if (waiting === item.sender || own.length === 0) continue;
            const seen = passed.get(waiting) as Map<string, number>;
            seen.set(item.sender, (seen.get(item.sender) ?? 0) + 1);
            if ((seen.get(item.sender) ?? 0) > 1) return false;
          }
        }
        return queue.length === [...model.values()].flat().length;
      }),
    );
    t.pass('in every order of coming and going');
    t.end();
  },
);
