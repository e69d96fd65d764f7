import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Segmented } from '../ui/Segmented.tsx';

const themes = ['light', 'dark'] as const;
const widths = ['desk', 'phone'] as const;

/** All states below one another, each in a page of its own, in one theme and width. */
export function GalleryIndex({ ids }: { ids: readonly string[] }) {
  const theme = useSignal<(typeof themes)[number]>('light');
  const width = useSignal<(typeof widths)[number]>('desk');
  const parts = Map.groupBy(ids, (id) => id.split('/')[0] ?? '');
  useEffect(() => {
    document.documentElement.dataset.theme = theme.value;
  }, [theme.value]);
  return (
    <main class={width.value === 'phone' ? 'gallery-index gallery-phone' : 'gallery-index'}>
      <header class="gallery-head">
        <h1>Parts of the dashboard</h1>
        <Segmented
          label="Theme"
          value={theme.value}
          options={themes.map((value) => ({ value, label: value }))}
          onChange={(value) => {
            theme.value = value;
          }}
        />
        <Segmented
          label="Width"
          value={width.value}
          options={widths.map((value) => ({ value, label: value }))}
          onChange={(value) => {
            width.value = value;
          }}
        />
      </header>
      {[...parts].map(([part, states]) => (
        <section key={part}>
          <h2>{part}</h2>
          <ul class="gallery-states">
            {states.map((id) => (
              <li key={id}>
                <a href={`#${id}`}>{id}</a>
                <Page id={id} theme={theme.value} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </main>
  );
}

function Page({ id, theme }: { id: string; theme: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const dress = () => {
    const page = frame.current?.contentDocument;
    if (page) page.documentElement.dataset.theme = theme;
  };
  useEffect(dress, [theme]);
  return <iframe ref={frame} title={id} src={`?one#${id}`} loading="lazy" onLoad={dress} />;
}
