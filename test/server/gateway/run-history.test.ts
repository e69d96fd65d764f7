import t from 'tap';
import { RunHistory } from '../../../server/gateway/run-history.ts';

const HOUR_MS = 3_600_000;

t.test('starts of an agent follow one another', async (t) => {
  const history = new RunHistory();
  for (let n = 0; n < 100; n += 1) {
    t.equal(history.take(`run ${n}`, n), 'only');
    t.equal(history.take(`run ${n}`, n), 'only', 'and each may connect again');
  }
});

t.test('a run that comes back after a later one lives beside it: the first is judged', async (t) => {
  const history = new RunHistory();
  t.equal(history.take('a', 0), 'only');
  t.equal(history.take('b', 1), 'only', 'nobody can know yet');
  t.equal(history.take('a', 2), 'original');
  t.equal(history.take('b', 3), 'twin');
  t.equal(history.take('a', 4), 'only');
  t.equal(history.take('c', 5), 'only', 'a new start of either');
  t.equal(history.take('b', 6), 'twin');
  t.equal(history.take('a', 7), 'original');
  t.equal(history.take('c', 8), 'twin');
});

t.test('when the first has been gone for an hour, the other is what is left', async (t) => {
  const history = new RunHistory();
  history.take('a', 0);
  history.take('b', 1);
  history.take('a', 2);
  history.heard(10 * HOUR_MS);
  t.equal(history.take('b', 11 * HOUR_MS), 'twin');
  t.equal(history.take('b', 11 * HOUR_MS + 1), 'only');
});
