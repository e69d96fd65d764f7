import t from 'tap';
import { plainPriorities, priorities, rankOfPriority, worstPriority } from '../../../dashboard/data/priority.ts';
import { Priority } from '../../../protocol/api/view.ts';

t.test('the order holds every priority there is, the worst first', async (t) => {
  t.same([...priorities].sort(), [...Priority.enum].sort());
  t.same(
    [...priorities].sort((a, b) => rankOfPriority(a) - rankOfPriority(b)),
    priorities,
  );
  t.same(
    priorities.filter((each) => each !== 'emergency'),
    plainPriorities,
  );
});

t.test('the worst of some', async (t) => {
  const f = (given: readonly (typeof priorities)[number][], wanted: string | undefined) =>
    t.equal(worstPriority(given.map((priority) => ({ priority }))), wanted, given.join());
  f([], undefined);
  f(['normal'], 'normal');
  f(['normal', 'high', 'medium'], 'high');
  f(['medium', 'emergency'], 'emergency');
});
