/** The inks of a chart, as the style sheet has them now. */
export interface Inks {
  readonly lines: readonly string[];
  readonly fill: string;
  readonly band: string;
  readonly grid: string;
  readonly text: string;
  readonly threshold: string;
  readonly onset: string;
  /** The ground of what has not happened yet. */
  readonly ahead: string;
  /** What the chart is drawn on. */
  readonly ground: string;
  readonly font: string;
}

/** Reads the inks; a canvas cannot follow custom properties by itself. */
export function readInks(element: Element): Inks {
  const probe = document.createElement('span');
  element.append(probe);
  const ink = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const inks = {
    lines: [ink('data-1'), ink('data-2'), ink('data-3'), ink('data-4')],
    fill: ink('data-fill'),
    band: ink('data-band'),
    grid: ink('grid'),
    text: ink('ink-3'),
    threshold: ink('red'),
    onset: ink('ink-2'),
    ahead: ink('data-fill'),
    ground: ink('surface'),
    font: `11px ${getComputedStyle(probe).fontFamily}`,
  };
  probe.remove();
  return inks;
}

/** Lines differ by dash before they differ by tone, so that they can be told apart without colour. */
export const dashes: readonly (readonly number[])[] = [[], [5, 3], [1.5, 2.5], [8, 3, 1.5, 3]];
