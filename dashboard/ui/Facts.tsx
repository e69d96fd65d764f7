import type { ComponentChildren } from 'preact';

interface FactsProps {
  /** Beside each other, each under its name, instead of below each other. */
  readonly across?: boolean;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** What is known of a thing, each under its name. */
export function Facts({ across = false, class: extra, children }: FactsProps) {
  const kind = across ? 'fact-row' : 'facts';
  return <dl class={extra === undefined ? kind : `${kind} ${extra}`}>{children}</dl>;
}

export function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
