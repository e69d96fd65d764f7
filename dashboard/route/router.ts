import { signal } from '@preact/signals';

interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const read = (): Place => ({
  path: window.location.pathname,
  query: new URLSearchParams(window.location.search),
});

/** Where the page is. The address holds the whole view. */
export const place = signal(read());

/** Scroll positions of the entries of this tab's history, so that Back returns to the same line. */
const scrolls = new Map<number, number>();
let entry = 0;

/** Starts to follow the address; called once. */
export function startRouter(): void {
  entry = Number(history.state?.entry ?? 0);
  history.replaceState({ entry }, '');
  window.addEventListener('popstate', (event) => {
    scrolls.set(entry, window.scrollY);
    entry = Number(event.state?.entry ?? 0);
    place.value = read();
    const top = scrolls.get(entry) ?? 0;
    requestAnimationFrame(() => window.scrollTo(0, top));
  });
  document.addEventListener('click', followLink);
}

/** Goes to an address of the dashboard. */
export function navigate(href: string, options: { readonly replace?: boolean } = {}): void {
  if (options.replace) {
    history.replaceState({ entry }, '', href);
    place.value = read();
    return;
  }
  scrolls.set(entry, window.scrollY);
  entry += 1;
  history.pushState({ entry }, '', href);
  place.value = read();
  window.scrollTo(0, 0);
}

/** Changes parameters of the address in place; null or empty removes one. */
export function setQuery(changes: Readonly<Record<string, string | null>>): void {
  const query = new URLSearchParams(place.value.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  navigate(text ? `${place.value.path}?${text}` : place.value.path, { replace: true });
}

function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.target || link.hasAttribute('download') || link.origin !== window.location.origin) return;
  if (link.pathname.startsWith('/api/') || link.getAttribute('href')?.startsWith('#')) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}
