import { signal } from '@preact/signals';
import { render } from 'preact';
import { isolateTexts } from '../words/isolate-text.ts';
import { charts } from './charts.tsx';
import { dialogs } from './dialogs.tsx';
import { forms } from './forms.tsx';
import { GalleryIndex } from './GalleryIndex.tsx';
import { inputs } from './inputs.tsx';
import { said } from './said.tsx';
import { tables } from './tables.tsx';

/**
 * Every part of the dashboard in every state: all of them on one page, or the one that the address names behind `#`, alone, as
 * it is photographed. It is no part of what is shipped.
 */
const states = [...tables, ...forms, ...dialogs, ...inputs, ...said, ...charts];

const shown = signal(window.location.hash.slice(1));
window.addEventListener('hashchange', () => {
  shown.value = window.location.hash.slice(1);
});

function Gallery() {
  const state = states.find(({ id }) => id === shown.value);
  if (!state) return <GalleryIndex ids={states.map(({ id }) => id)} />;
  return (
    <main class="stage-of-gallery" key={state.id} data-state={state.id}>
      <h1 class="sr">{state.id}</h1>
      <state.draw />
    </main>
  );
}

isolateTexts();
const root = document.getElementById('app');
if (root) render(<Gallery />, root);
