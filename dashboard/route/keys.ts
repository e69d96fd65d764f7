import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { letterKeys } from './prefs.ts';
import { navigate } from './router.ts';

/** Which overlay is open. */
export const overlay = signal<'palette' | 'shortcuts' | null>(null);

type Handler = () => void;
const views: Readonly<Record<string, Handler>>[] = [];
const SEQUENCE_MS = 1200;
let goPressedAt = 0;

/** Listens for the keys of the whole dashboard; called once. @param places where the letters after `g` lead */
export function startKeys(places: ReadonlyMap<string, string>): void {
  document.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      overlay.value = overlay.value === 'palette' ? null : 'palette';
      return;
    }
    if (letterKeys.value === 'off' || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector('dialog[open]')) return;
    // What has the focus answers Enter by itself.
    if (event.key === 'Enter' && event.target !== document.body) return;
    if (pressed(event.key, places)) event.preventDefault();
  });
}

function pressed(key: string, places: ReadonlyMap<string, string>): boolean {
  const wasGo = Date.now() - goPressedAt < SEQUENCE_MS;
  goPressedAt = 0;
  const path = places.get(key);
  if (wasGo && path !== undefined) {
    navigate(path);
    return true;
  }
  if (key === 'g') {
    goPressedAt = Date.now();
    return true;
  }
  if (key === '/' || key === '?') {
    overlay.value = key === '/' ? 'palette' : 'shortcuts';
    return true;
  }
  const handler = views.findLast((keys) => Object.hasOwn(keys, key))?.[key];
  handler?.();
  return handler !== undefined;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Keys of a view, as long as it is shown. Handlers may change with every draw. */
export function useKeys(handlers: Readonly<Record<string, Handler>>): void {
  const current = useRef(handlers);
  current.current = handlers;
  const names = Object.keys(handlers).join(' ');
  useEffect(() => {
    const keys = Object.fromEntries(names.split(' ').map((name) => [name, () => current.current[name]?.()]));
    views.push(keys);
    return () => {
      views.splice(views.indexOf(keys), 1);
    };
  }, [names]);
}
