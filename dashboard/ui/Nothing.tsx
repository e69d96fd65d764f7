import type { ComponentChildren } from 'preact';

interface NothingProps {
  /** Why there is nothing. */
  readonly children: ComponentChildren;
  /** What one can do about it. */
  readonly action?: { readonly word: string; readonly run: () => void };
}

/** Stands where a list, a figure or a chart would stand: nothing is there, and why. */
export function Nothing({ children, action }: NothingProps) {
  return (
    <p class="nothing">
      {children}
      {action && (
        <>
          {' '}
          <button type="button" class="link" onClick={action.run}>
            {action.word}
          </button>
        </>
      )}
    </p>
  );
}
