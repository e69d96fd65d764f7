import { useKeys } from './keys.ts';
import { navigate, place, setQuery } from './router.ts';

/** The chosen row stands in the address, written when the keys rest: browsers limit how often it may change. */
const WRITE_MS = 150;
let timer: ReturnType<typeof setTimeout> | undefined;

interface Selection {
  readonly selectedId: string | null;
}

interface SelectionOptions {
  readonly ids: readonly string[];
  readonly selected: { value: string | null };
  readonly hrefOf: (id: string) => string;
  readonly onSelect?: (id: string, index: number) => void;
}

/** j and k walk the rows, Enter opens the chosen one. */
export function useSelection({ ids, selected, hrefOf, onSelect }: SelectionOptions): Selection {
  const step = (by: number) => () => {
    const from = selected.value === null ? -1 : ids.indexOf(selected.value);
    const index = from < 0 ? (by > 0 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, from + by));
    const id = ids[index];
    if (id === undefined) return;
    selected.value = id;
    onSelect?.(id, index);
    clearTimeout(timer);
    const { path } = place.value;
    timer = setTimeout(() => place.value.path === path && setQuery({ sel: id }), WRITE_MS);
  };
  useKeys({
    j: step(1),
    k: step(-1),
    Enter: () => {
      if (selected.value !== null) navigate(hrefOf(selected.value));
    },
  });
  return { selectedId: selected.value !== null && ids.includes(selected.value) ? selected.value : null };
}
