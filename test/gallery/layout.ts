import type { Page } from 'playwright-core';

/** An element as it is laid out and coloured. Boxes are px from the corner of the stage; colours are sRGB, `#rrggbbaa`. */
export interface Laid {
  /** Its kind, class and role, below those of what it lies in. */
  readonly what: string;
  readonly box: readonly [left: number, top: number, width: number, height: number];
  readonly ink: string;
  readonly ground: string;
  readonly border: string;
  /** What stands in it itself. */
  readonly text: string;
}

/** Reads how everything on the stage is laid out and coloured, in the order of the document. */
export function readLayout(page: Page): Promise<Laid[]> {
  return page.evaluate(() => {
    const stage = document.querySelector('[data-state]');
    if (!stage) throw new Error('nothing is on the stage');
    const corner = stage.getBoundingClientRect();
    const paint = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    if (!paint) throw new Error('no canvas');
    const known = new Map<string, string>();
    // Engines write one colour in several ways: what comes of it on paper is compared.
    const sRgb = (colour: string): string => {
      const before = known.get(colour);
      if (before !== undefined) return before;
      paint.clearRect(0, 0, 1, 1);
      paint.fillStyle = colour;
      paint.fillRect(0, 0, 1, 1);
      const { data } = paint.getImageData(0, 0, 1, 1);
      const hex = `#${[...data].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
      known.set(colour, hex);
      return hex;
    };
    const whatOf = (element: Element): string => {
      const role = element.getAttribute('role');
      const classes = [...element.classList].map((name) => `.${name}`).join('');
      return `${element.localName}${classes}${role === null ? '' : `[${role}]`}`;
    };
    return [...stage.querySelectorAll('*')]
      .filter((element) => element.checkVisibility() && !(element instanceof HTMLOptionElement))
      .map((element) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
        const round = (px: number): number => Math.round(px * 10) / 10;
        return {
          what:
            element.parentElement === stage
              ? whatOf(element)
              : `${whatOf(element.parentElement ?? stage)} > ${whatOf(element)}`,
          box: [round(left - corner.left), round(top - corner.top), round(width), round(height)] as const,
          ink: sRgb(style.color),
          ground: sRgb(style.backgroundColor),
          border: style.borderTopWidth === '0px' ? '' : sRgb(style.borderTopColor),
          text: own
            .map((node) => node.textContent ?? '')
            .join('')
            .trim(),
        };
      });
  });
}

/** One line an element, to be kept and read. */
export const layoutText = (laid: readonly Laid[]): string => laid.map((each) => `${JSON.stringify(each)}\n`).join('');

export const readLayoutText = (text: string): Laid[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Laid);

/** Half a pixel is the rounding of another version of the browser; more is seen. */
const SLACK_PX = 1;
/** Of 255: what the conversion of a colour may round to another side. */
const SLACK_COLOUR = 2;

/** What differs between two layouts, in words; nothing where they are the same. */
export function layoutDifferences(kept: readonly Laid[], now: readonly Laid[]): string[] {
  const names = [kept, now].map((laid) => laid.map(({ what }) => what));
  const odd = names[0]?.findIndex((name, index) => name !== names[1]?.[index]) ?? -1;
  if (odd >= 0) return [`element ${odd + 1} was ${kept[odd]?.what}, is ${now[odd]?.what ?? 'missing'}`];
  if (now.length > kept.length) return [`there is more than before: ${now[kept.length]?.what}`];
  return kept.flatMap((before, index) => {
    const after = now[index];
    if (!after) return [];
    const moved = before.box.some((px, side) => Math.abs(px - (after.box[side] ?? 0)) > SLACK_PX);
    const painted = (['ink', 'ground', 'border'] as const).filter((name) => !sameColour(before[name], after[name]));
    return [
      ...(before.text === after.text ? [] : [`${before.what} said "${before.text}", says "${after.text}"`]),
      ...(moved ? [`${before.what} stood at ${before.box.join(' ')}, stands at ${after.box.join(' ')}`] : []),
      ...painted.map((name) => `the ${name} of ${before.what} was ${before[name]}, is ${after[name]}`),
    ];
  });
}

function sameColour(a: string, b: string): boolean {
  if (a === b || a.length !== b.length) return a === b;
  const parts = (colour: string): number[] => [1, 3, 5, 7].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const [left, right] = [parts(a), parts(b)];
  return left.every((part, index) => Math.abs(part - (right[index] ?? 0)) <= SLACK_COLOUR);
}
