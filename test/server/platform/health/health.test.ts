import t from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { type Said, typed } from '../../../../protocol/said/said.ts';
import { Health } from '../../../../server/platform/health/health.ts';

const wordsOf = (what: Said | null): string | null => what && plain(what, 0);

t.test('what fails is named once, for as long as a warning says so', async (t) => {
  const health = new Health();
  const heard: string[][] = [];
  health.onChange(() => heard.push(health.failing));
  health.set('tls', typed('It ends soon'));
  health.set('state', typed('No room'), 'committing');
  health.set('state', typed('No room'), 'committing');
  health.set('journal', typed('No room either'), 'committing');
  health.set('telling', typed('Nobody is told'), 'telling');
  t.same(health.failing, ['committing', 'telling']);
  t.same(health.warnings, ['It ends soon', 'No room', 'No room either', 'Nobody is told']);
  health.set('state', typed('No room'));
  t.same(health.failing, ['committing', 'telling'], 'the journal still says so');
  health.set('journal', null);
  health.set('telling', null);
  t.same(health.failing, []);
  t.equal(wordsOf(health.about('state')), 'No room');
  t.equal(heard.length, 7, 'a change each, and none for what stood already');
});
