import t from 'tap';
import { onceAMinute } from '../../../agent/log/once-a-minute.ts';

t.test('each kind is said once a minute, with how often it was not', async (t) => {
  let now = 0;
  const may = onceAMinute(() => now);
  t.equal(may('a'), 0);
  t.equal(may('a'), null);
  t.equal(may('b'), 0, 'another kind does not wait');
  now = 59_999;
  t.equal(may('a'), null);
  now = 60_000;
  t.equal(may('a'), 2);
  t.equal(may('a'), null);
  now = 120_000;
  t.equal(may('a'), 1);
});

t.test('it remembers few kinds, however many there are', async (t) => {
  const may = onceAMinute(() => 0);
  for (let n = 0; n < 1_000; n += 1) may(String(n));
  t.equal(may('999'), null);
  t.equal(may('0'), 0);
});
