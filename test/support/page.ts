import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import type { Test } from 'tap';
import { PATIENCE_MS, until } from './until.ts';

/** What to wait for before a page is read or used: locators wait for what they name, and for nothing else. */

/** Resolves when what was drawn last has run its effects too: only then do its keys work and are its dialogs open. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
}

/** Waits until nothing that the page asked for is under way and nothing is said to be loading. */
export type AtRest = () => Promise<void>;

/** Follows what the page asks for, from before its first address on. */
export function followRequests(page: Page): AtRest {
  const open = new Set<unknown>();
  page.on('request', (request) => open.add(request));
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
  return async () => {
    await until('the page has what it asked for', async () => {
      await drawn(page);
      return open.size === 0 && (await page.locator('.loading').count()) === 0;
    });
  };
}

/** Waits until a dialog has opened: before that, Escape closes nothing. */
export async function dialogOpen(page: Page): Promise<void> {
  await page.locator('dialog[open]').waitFor();
}

/** Waits until no dialog is left: one that closes still shows its words beside those of the page, and keeps the keys. */
export async function dialogGone(page: Page): Promise<void> {
  await page.locator('dialog').waitFor({ state: 'detached' });
}

/** Asserts that the text of an element matches, now or soon. */
export async function reads(t: Pick<Test, 'match'>, element: Locator, wanted: RegExp, what?: string): Promise<void> {
  const startedAt = performance.now();
  let text = await element.textContent();
  while (!wanted.test(text ?? '') && performance.now() - startedAt < PATIENCE_MS) {
    await sleep(50);
    text = await element.textContent();
  }
  t.match(text, wanted, what ?? String(wanted));
}

/** Asserts that the address matches, now or soon. */
export async function stands(t: Pick<Test, 'match'>, page: Page, wanted: RegExp, what?: string): Promise<void> {
  await until(`${wanted} in the address, which is ${page.url()}`, () => wanted.test(page.url()));
  t.match(page.url(), wanted, what ?? String(wanted));
}
