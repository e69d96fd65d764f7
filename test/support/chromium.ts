import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import root, { type Test } from 'tap';
import { findBrowser } from './find-browser.ts';
import { PATIENCE_MS } from './until.ts';

const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

let started: Promise<Browser> | undefined;

/** Chromium, started when a test file first asks for it and closed at its end: a start costs as much as a test. */
function browser(): Promise<Browser> {
  started ??= chromium.launch({ executablePath: findBrowser(), args, timeout: PATIENCE_MS }).then((launched) => {
    root.teardown(() => launched.close());
    return launched;
  });
  return started;
}

/** A page of the system's Chromium that shares nothing with other pages, closed with the test. What it throws fails the test. */
export async function openPage(t: Pick<Test, 'teardown' | 'fail'>, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await (await browser()).newContext({ viewport: { width: 1440, height: 900 }, ...options });
  t.teardown(() => context.close());
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.on('pageerror', (error) => t.fail(`the page throws: ${error.message}`));
  return page;
}
