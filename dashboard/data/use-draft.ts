import { useSignal } from '@preact/signals';

/** The members of a draft that hold any text, not one of a few words. */
type TextOf<T> = { [K in keyof T]-?: string extends T[K] ? K : never }[keyof T];
type FlagOf<T> = { [K in keyof T]-?: boolean extends T[K] ? K : never }[keyof T];

/** What stands in a form until it is sent. `text`, `choice` and `flag` are what fields are given to show a member and change it. */
export interface Draft<T extends object> {
  readonly value: T;
  /** Changes some of it. */
  readonly set: (change: Partial<T>) => void;
  /** Another one in its place, as after it was sent. */
  readonly put: (next: T) => void;
  readonly text: (name: TextOf<T>) => { value: string; onInput: (text: string) => void };
  readonly choice: <K extends keyof T>(name: K) => { value: T[K]; onChange: (choice: T[K]) => void };
  readonly flag: (name: FlagOf<T>) => { checked: boolean; onChange: (checked: boolean) => void };
}

/** A draft that begins as `first`; what `first` is later does not matter. */
export function useDraft<T extends object>(first: T): Draft<T> {
  const held = useSignal(first);
  const set = (change: Partial<T>) => {
    held.value = { ...held.value, ...change };
  };
  // A member that is named by a variable is taken for one of all members: what the types above say of it is said here again.
  const change = (name: keyof T, value: unknown) => set({ [name]: value } as Partial<T>);
  return {
    value: held.value,
    set,
    put: (next) => {
      held.value = next;
    },
    text: (name) => ({ value: held.value[name] as string, onInput: (text) => change(name, text) }),
    choice: (name) => ({ value: held.value[name], onChange: (choice) => change(name, choice) }),
    flag: (name) => ({ checked: held.value[name] as boolean, onChange: (checked) => change(name, checked) }),
  };
}
