import type { ComponentChildren } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** Presses buttons one after the other as soon as they are there: some states are reached by acts alone. */
export function Pressed({ names, children }: { names: readonly string[]; children: ComponentChildren }) {
  useLayoutEffect(() => {
    let goesOn = true;
    const { dataset } = document.documentElement;
    dataset.presses = names.join();
    const press = async () => {
      for (const name of names) {
        const buttons = [...document.querySelectorAll('button')];
        buttons.find(({ textContent }) => textContent === name)?.click();
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        if (!goesOn) return;
      }
      delete dataset.presses;
    };
    void press();
    return () => {
      goesOn = false;
      delete dataset.presses;
    };
  }, []);
  return <>{children}</>;
}
