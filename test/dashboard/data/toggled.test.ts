import t from 'tap';
import { toggled } from '../../../dashboard/data/toggled.ts';

t.test('one more is chosen, or one less; the others stay as they are', async (t) => {
  t.same(toggled([], 'a'), ['a']);
  t.same(toggled(['a', 'b'], 'a'), ['b']);
  t.same(toggled(new Set(['a', 'b']), 'c'), ['a', 'b', 'c']);
  const before = ['a'];
  toggled(before, 'a');
  t.same(before, ['a'], 'what was chosen before is not touched');
});
