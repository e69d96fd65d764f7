import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { t } from '../words/i18n.ts';
import { Failure } from './Failure.tsx';
import { Loading } from './Loading.tsx';

/** A view whose code is fetched when it is first shown, so that the first paint does not wait for it. */
export function lazy<Props extends object>(fetchView: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const loaded = signal<{ readonly View: ComponentType<Props> } | null>(null);
  const failed = signal(false);
  let asked = false;
  const ask = () => {
    asked = true;
    fetchView().then(
      (View) => {
        loaded.value = { View };
      },
      () => {
        failed.value = true;
      },
    );
  };
  return function Lazy(props: Props) {
    if (!asked) ask();
    if (loaded.value !== null) return <loaded.value.View {...props} />;
    // A newer server no longer has the files of this page.
    if (failed.value) return <Failure sentence={t('error.outdated')} again={() => window.location.reload()} />;
    return <Loading />;
  };
}
