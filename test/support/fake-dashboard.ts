import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Test } from 'tap';
import { openPage } from './chromium.ts';
import { type FakeApi, type FakeOptions, startFakeApi } from './fake-api.ts';
import { type AtRest, followRequests } from './page.ts';

const dashboard = join(import.meta.dirname, '../../dist/dashboard');

export interface FakeDashboard {
  readonly api: FakeApi;
  readonly page: Page;
  /** Goes to a path and waits until the page is whole, hears of changes and answers to keys. */
  readonly visit: (path: string) => Promise<void>;
  readonly atRest: AtRest;
  /** The id of the device of this name. */
  readonly idOf: (name: string) => string;
}

/** The built dashboard in a browser, in front of a made-up fleet. Both are closed with the test. */
export async function openDashboard(
  t: Pick<Test, 'teardown' | 'fail'>,
  options: Omit<FakeOptions, 'dashboard'> & { readonly browser?: BrowserContextOptions } = {},
): Promise<FakeDashboard> {
  if (!existsSync(join(dashboard, 'index.html'))) throw new Error('The dashboard is not built. Run: npm run build');
  const { browser, ...world } = options;
  const api = await startFakeApi({ dashboard, ...world });
  t.teardown(() => api.close());
  const page = await openPage(t, { timezoneId: 'Europe/Madrid', locale: 'en-GB', reducedMotion: 'reduce', ...browser });
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) t.fail(`the page breaks its own policy: ${message.text()}`);
  });
  const atRest = followRequests(page);
  return {
    api,
    page,
    atRest,
    visit: async (path) => {
      await page.goto(api.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      // The first paint does not wait for the live connection; what is pushed before it is open is told to nobody.
      if (api.world.session) await page.locator('.live-up').waitFor({ state: 'attached' });
      await atRest();
    },
    idOf: (name) => {
      const device = [...api.world.devices.values()].find((each) => each.name === name);
      if (!device) throw new Error(`the made-up fleet has no ${name}`);
      return device.id;
    },
  };
}
