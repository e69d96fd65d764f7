import type { VNode } from 'preact';

/** A part of the dashboard as it can be met: how it is drawn, with made-up things in it that are the same every time. */
export interface State {
  /** `part/state`, as the photographs are called. */
  readonly id: string;
  readonly draw: () => VNode;
}

/** What a server answers that does not want to. */
export const refusal = 'There is a client of this name already. Choose another name.';

export const refuse = (): Promise<never> => Promise.reject(new Error(refusal));

/** What a server answers that does what it is asked. */
export const agree = (): Promise<void> => Promise.resolve();

/** What a server does that is slow. */
export const think = (): Promise<void> => new Promise(() => undefined);

export const ignore = (): void => undefined;
