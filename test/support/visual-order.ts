import type { Page } from 'playwright-core';

/**
 * What on the page is not read from left to right in the order in which it was written: for each run of text the one that was
 * found, with a piece of it. Names that run the other way are one piece each if they are isolated, and their places are
 * compared, not their letters.
 */
export function reordered(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    interface Piece {
      readonly text: string;
      readonly rect: DOMRect;
    }
    const range = document.createRange();
    const rectOf = (node: Text, from: number, to: number): DOMRect | undefined => {
      range.setStart(node, from);
      range.setEnd(node, to);
      const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
      // What is broken over lines is not one piece.
      return rects.length === 1 ? rects[0] : undefined;
    };
    /** Characters, and isolates as a whole. */
    const piecesOf = (node: Text): Piece[] => {
      const pieces: Piece[] = [];
      let [depth, from] = [0, 0];
      for (let at = 0; at < node.data.length; at += 1) {
        const character = node.data.charAt(at);
        if (/[\u2066-\u2068]/.test(character) && depth++ === 0) from = at;
        else if (character === '\u2069' && depth > 0) depth -= 1;
        else if (depth === 0) from = at;
        if (depth > 0) continue;
        const rect = rectOf(node, from, at + 1);
        if (rect) pieces.push({ text: node.data.slice(from, at + 1), rect });
      }
      return pieces;
    };
    const found: string[] = [];
    const compare = (pieces: readonly Piece[], whole: string): void => {
      for (const [index, { text, rect }] of pieces.entries()) {
        const before = pieces[index - 1]?.rect;
        const isSameLine = before && Math.abs(before.bottom - rect.bottom) < 3;
        if (isSameLine && rect.left < before.left - 1) {
          found.push(`${JSON.stringify(whole)} at ${JSON.stringify(text)}`);
          return;
        }
      }
    };
    for (const element of document.querySelectorAll('body *:not(script, style, bdi)')) {
      const { display } = getComputedStyle(element);
      if (!element.checkVisibility() || display.includes('flex') || display.includes('grid')) continue;
      if (![...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== '')) continue;
      const pieces = [...element.childNodes].flatMap((node): Piece[] => {
        if (node instanceof Text) return piecesOf(node);
        if (!(node instanceof HTMLElement) || !getComputedStyle(node).display.startsWith('inline')) return [];
        const rects = node.getClientRects();
        const [rect] = rects;
        return rect && rects.length === 1 && getComputedStyle(node).position !== 'absolute'
          ? [{ text: node.textContent, rect }]
          : [];
      });
      compare(pieces, element.textContent);
    }
    return found;
  });
}

/** Every text and spoken label of the page, also the hidden ones. */
export function allTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const names = ['title', 'aria-label', 'alt', 'placeholder', 'label'];
    const spoken = [...document.querySelectorAll('*')].flatMap((element) =>
      names.flatMap((name) => element.getAttribute(name) ?? []),
    );
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const written: string[] = [document.title];
    while (walker.nextNode()) written.push((walker.currentNode as Text).data);
    return [...spoken, ...written];
  });
}
