import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { sentenceOf } from '../data/api.ts';
import { Failure } from './Failure.tsx';
import { Loading } from './Loading.tsx';

/** What was asked of the server: its last answer stays on the screen while a newer one is on its way. */
export interface Loaded<T> {
  readonly value: T | null;
  readonly error: string | null;
  readonly again: () => void;
  /** Puts a newer value, such as the answer to an action, in place of the loaded one. */
  readonly set: (value: T) => void;
}

/** Asks whenever `key` changes. An answer that comes too late is dropped. */
export function useLoaded<T>(key: string, ask: () => Promise<T>): Loaded<T> {
  const value: Signal<T | null> = useSignal<T | null>(null);
  const error = useSignal<string | null>(null);
  const turn = useSignal(0);
  // `key` names what `ask` asks
  useEffect(() => {
    let wanted = true;
    ask().then(
      (answer) => {
        if (!wanted) return;
        value.value = answer;
        error.value = null;
      },
      (cause: unknown) => {
        if (wanted) error.value = sentenceOf(cause);
      },
    );
    return () => {
      wanted = false;
    };
  }, [key, turn.value]);
  return {
    value: value.value,
    error: error.value,
    again: () => {
      turn.value += 1;
    },
    set: (next) => {
      value.value = next;
    },
  };
}

/** Shows what was loaded, or why not, or that it is coming. */
export function Async<T>({ loaded, children }: { loaded: Loaded<T>; children: (value: T) => ComponentChildren }) {
  if (loaded.value !== null) {
    return (
      <>
        {loaded.error && <Failure sentence={loaded.error} again={loaded.again} />}
        {children(loaded.value)}
      </>
    );
  }
  if (loaded.error) return <Failure sentence={loaded.error} again={loaded.again} />;
  return <Loading />;
}
