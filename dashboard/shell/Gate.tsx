import type { ComponentChildren } from 'preact';
import { BrandMark } from '../ui/Icon.tsx';

/** The page before one is in: the mark, one sentence, one thing to do. */
export function Gate({ title, sentence, children }: { title: string; sentence: string; children?: ComponentChildren }) {
  return (
    <main class="gate">
      <div class="gate-card">
        <p class="gate-brand">
          <BrandMark size={34} />
          <span>Vigia</span>
        </p>
        <h1>{title}</h1>
        <p class="lead">{sentence}</p>
        {children}
      </div>
    </main>
  );
}
