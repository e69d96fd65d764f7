import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './Icon.tsx';

interface SearchBoxProps {
  /** What is searched, for everyone. */
  readonly label: string;
  /** What stands in it; it follows also when this is changed elsewhere, as by "clear". */
  readonly text: string;
  readonly onText: (text: string) => void;
  /** Told when somebody stops typing for so long; 0: at every key. */
  readonly restMs?: number;
  readonly box?: RefObject<HTMLInputElement | null>;
  /** The list under it that the keys walk through, where there is one. */
  readonly list?: {
    readonly id: string;
    /** The id of the chosen entry. */
    readonly active: string | undefined;
    readonly placeholder: string;
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
}

/** Where one types what is looked for. */
export function SearchBox({ label, text, onText, restMs = 0, box, list }: SearchBoxProps) {
  const own = useRef<HTMLInputElement>(null);
  const input = box ?? own;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // What is being typed is newer than what was told last.
  useLayoutEffect(() => {
    if (input.current && timer.current === undefined) input.current.value = text;
  }, [text, input]);
  const onInput = (typed: string) => {
    clearTimeout(timer.current);
    timer.current = undefined;
    if (restMs === 0) return onText(typed);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      onText(typed);
    }, restMs);
  };
  return (
    <div class={list ? 'palette-input' : 'filter'}>
      <Icon name="search" size={list ? 18 : 16} />
      <input
        ref={input}
        aria-label={label}
        defaultValue={text}
        onInput={(event) => onInput(event.currentTarget.value)}
        {...(list
          ? {
              type: 'text',
              role: 'combobox',
              'aria-expanded': 'true',
              'aria-controls': list.id,
              'aria-activedescendant': list.active,
              placeholder: list.placeholder,
              onKeyDown: list.onKeyDown,
            }
          : { type: 'search', placeholder: label })}
      />
    </div>
  );
}
