import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** Whether a media query holds, followed as it changes. */
export function useMedia(query: string): boolean {
  const holds = useSignal(window.matchMedia(query).matches);
  useEffect(() => {
    const media = window.matchMedia(query);
    const follow = () => {
      holds.value = media.matches;
    };
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, [query, holds]);
  return holds.value;
}
