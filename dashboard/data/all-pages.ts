import type { Page } from '../../protocol/api/page.ts';

interface Pages {
  /** How many at once; the server gives 500 at most. */
  readonly size?: number;
  readonly most?: number;
}

/** A list whole, page by page: `ask` gets the query of each. `next` stays set where the list goes on after the last. */
export async function allPages<T>(
  ask: (query: string) => Promise<Page<T>>,
  { size = 500, most = 20 }: Pages = {},
): Promise<Page<T>> {
  const items: T[] = [];
  let next: string | null = null;
  for (let page = 0; page === 0 || (page < most && next !== null); page += 1) {
    const query: Record<string, string> = { limit: String(size), ...(next !== null && { cursor: next }) };
    const answer = await ask(new URLSearchParams(query).toString());
    items.push(...answer.items);
    next = answer.next;
  }
  return { items, next };
}
