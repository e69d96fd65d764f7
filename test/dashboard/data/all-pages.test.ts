import t from 'tap';
import { allPages } from '../../../dashboard/data/all-pages.ts';

/** A list of `count` numbers, as the server pages it. */
function serve(count: number) {
  const asked: string[] = [];
  const ask = async (query: string) => {
    asked.push(query);
    const values = new URLSearchParams(query);
    const [from, limit] = [Number(values.get('cursor') ?? 0), Number(values.get('limit'))];
    const to = Math.min(count, from + limit);
    return { items: Array.from({ length: to - from }, (_, index) => from + index), next: to < count ? `${to}` : null };
  };
  return { ask, asked };
}

t.test('a list is fetched to its end', async (t) => {
  for (const [count, requests] of [
    [0, 1],
    [500, 1],
    [501, 2],
    [1234, 3],
  ] as const) {
    const { ask, asked } = serve(count);
    const list = await allPages(ask);
    t.same(list, { items: Array.from({ length: count }, (_, index) => index), next: null }, String(count));
    t.equal(asked.length, requests);
  }
});

t.test('a list without end is cut, and says that it goes on', async (t) => {
  const { ask, asked } = serve(1e9);
  const list = await allPages(ask);
  t.equal(asked.length, 20);
  t.equal(list.items.length, 10_000);
  t.equal(list.next, '10000');
  t.equal((await allPages(ask, { size: 100, most: 2 })).items.length, 200);
});

t.test('a cursor is told as it came; a refusal of a later page is one of the list', async (t) => {
  const asked: string[] = [];
  const list = allPages(async (query) => {
    asked.push(query);
    if (asked.length === 2) throw new Error('refused');
    return { items: [1], next: 'a+b/c=' };
  });
  await t.rejects(list, { message: 'refused' });
  t.same(asked, ['limit=500', 'limit=500&cursor=a%2Bb%2Fc%3D']);
});
