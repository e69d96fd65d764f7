import t from 'tap';
import { exactWordsOf, refusalWords, wordsOf } from '../../../dashboard/words/said.ts';
import { countsOn } from '../../../protocol/said/counts-on.ts';
import { said, typed } from '../../../protocol/said/said.ts';

const NOW = Date.parse('2026-10-06T12:00:00Z');
const lost = said('presence.lost', { blame: said('blame.contact'), heardAt: NOW - 57_000 });

t.test('a headline is told by the clock of whoever reads it, and the zone on hover', async (t) => {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const text = wordsOf(lost, NOW);
  t.notMatch(text, /UTC|GMT|\(/, 'no zone stands between local times');
  t.match(exactWordsOf(lost, NOW), `(${timeZone})`);
  t.match(text, /, 57 s ago\.$/);
  t.match(wordsOf(lost, NOW + 1_800_000), /, 30 min 57 s ago\.$/, 'and counts on');
});

t.test('only what changes as time passes is drawn again', async (t) => {
  t.equal(countsOn(lost), true);
  t.equal(countsOn(said('report.other', { headline: lost })), true, 'also inside of another');
  t.equal(countsOn(said('reboot.unexpected', { at: NOW })), false);
  t.equal(countsOn(typed('what a person typed')), false);
  const spent = (growsSince: number | null) =>
    said('budget.spent', { budget: { spentMs: 1, budgetMs: 2, growsSince } });
  t.same([countsOn(spent(null)), countsOn(spent(NOW))], [false, true]);
  t.equal(
    countsOn(said('check.failed', { check: 'x', seen: said('nothing'), since: null })),
    false,
    'nothing to count',
  );
});

t.test('the words of errors are fetched when the first of them is met', async (t) => {
  const future = said('refused.window.ended', { at: NOW });
  t.match(wordsOf(future, NOW), /^refused\.window\.ended/, 'until then its key is shown');
  const text = await refusalWords(future, 'as the server said it', NOW);
  t.match(text, /^The window ended at .*2026/);
  t.notMatch(text, /UTC/, 'by the clock of whoever reads it');
  t.equal(wordsOf(future, NOW), text, 'and so is every other fact that was drawn by its key');
  t.match(await refusalWords({ key: 'refused.of-tomorrow', params: {} }, 'x', NOW), /^refused\.of-tomorrow/);
  t.match(wordsOf(lost, NOW), /57 s ago/, 'what is said of things is as it was');
});
