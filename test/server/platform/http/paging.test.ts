import fc from 'fast-check';
import t from 'tap';
import { cutPage } from '../../../../server/platform/http/paging.ts';

t.test('pages follow one another without loss or repetition', (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 7 }), (all, limit) => {
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = cutPage(all, { limit, cursor }, (item) => item);
          if (page.items.length > limit || (page.next !== null && page.items.length !== limit)) return false;
          seen.push(...page.items);
          cursor = page.next ?? undefined;
        } while (cursor !== undefined);
        return JSON.stringify(seen) === JSON.stringify([...all].sort());
      }),
    ),
  );
  t.end();
});

t.test('a foreign cursor is refused with a sentence', (t) => {
  for (const cursor of ['x', 'bnVsbA', 'WzFd', '%%%']) {
    t.throws(() => cutPage(['a'], { limit: 1, cursor }, String), {
      code: 'bad_request',
      message: /not one of this list/,
    });
  }
  t.end();
});
