import t from 'tap';
import { diskUnreadable } from '../../../../server/domain/rules/disk-unreadable.ts';
import { contextOf, findingsOf, readingOf, type Values, wordsOf } from '../../../support/reading.ts';

const found = (values: Values) => findingsOf(diskUnreadable, readingOf(0, values), contextOf());

t.test('a file system that does not answer is High after five minutes, and over once it answers', async (t) => {
  const f = (value: number | null, want: string | undefined) =>
    t.equal(found({ 'fs.readable[/mnt/nas]': value })[0]?.signal, want, String(value));
  f(0, 'raise');
  f(1, 'clear');
  f(null, undefined);
  t.same(found({}), []);
  const [finding] = found({ 'fs.readable[/mnt/nas]': 0, 'fs.readable[/]': 1 });
  t.match(finding, { rule: 'disk.unreadable', object: '/mnt/nas', priority: 'high', timing: { forMs: 300_000 } });
  t.match(wordsOf(finding), /^\/mnt\/nas cannot be read: it has not answered, .* for 5 min\./);
});
