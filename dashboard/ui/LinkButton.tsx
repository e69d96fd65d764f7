import type { ComponentChildren } from 'preact';

/** A link that looks like the main action. */
export function LinkButton({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <a class="button button-primary" href={href}>
      {children}
    </a>
  );
}
