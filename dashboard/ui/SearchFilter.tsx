import { useRef } from 'preact/hooks';
import { useKeys } from '../route/keys.ts';
import { setQuery } from '../route/router.ts';
import { SearchBox } from './SearchBox.tsx';

/** The address follows when somebody stops typing for so long. */
const TYPING_MS = 200;

/** The text that a list is filtered by: kept in the address as `q`, and reached with the key f. */
export function SearchFilter({ label, text }: { label: string; text: string }) {
  const box = useRef<HTMLInputElement>(null);
  useKeys({ f: () => box.current?.focus() });
  return <SearchBox label={label} text={text} box={box} restMs={TYPING_MS} onText={(q) => setQuery({ q })} />;
}
