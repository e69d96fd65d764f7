import { useEffect, useRef } from 'preact/hooks';
import { useKeys } from '../route/keys.ts';
import { setQuery } from '../route/router.ts';
import { Icon } from './Icon.tsx';

/** The address follows when somebody stops typing for so long. */
const TYPING_MS = 200;

/** The text that a list is filtered by: kept in the address as `q`, and reached with the key f. */
export function SearchFilter({ label, text }: { label: string; text: string }) {
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useKeys({ f: () => input.current?.focus() });
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div class="filter">
      <Icon name="search" size={16} />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        defaultValue={text}
        onInput={(event) => {
          const { value } = event.currentTarget;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => setQuery({ q: value }), TYPING_MS);
        }}
      />
    </div>
  );
}
