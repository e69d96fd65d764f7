import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';
import { findBrowser } from './find-browser.ts';

const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

/** A page of the system's Chromium, closed with the test. What its console complains of fails the test. */
export async function openPage(t: Pick<Test, 'teardown' | 'fail'>, options: BrowserContextOptions = {}): Promise<Page> {
  const browser: Browser = await chromium.launch({ executablePath: findBrowser(), args });
  t.teardown(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => t.fail(`the page throws: ${error.message}`));
  return page;
}
