import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { until } from './until.ts';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Everything that is looked for in one theme; colours alone differ in the other. */
const looks = {
  light: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  dark: ['color-contrast'],
} as const;

/** What axe finds wrong with the page in both themes, one line for each element. It is light again afterwards. */
export async function violations(page: Page): Promise<string[]> {
  await until('all is loaded', async () => (await page.locator('.loading').count()) === 0);
  const found: string[] = [];
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await look(page, looks[colorScheme])).map((line) => `${colorScheme} ${line}`));
  }
  return found;
}

/** What these rules, or rules with these tags, find wrong with the page in its present theme, one line for each element. */
export async function look(page: Page, runOnly: readonly string[]): Promise<string[]> {
  const isThere = await page.evaluate(() => 'axe' in window);
  if (!isThere) await page.evaluate(source);
  return page.evaluate(
    async (runOnly) => {
      const { axe: looker } = window as unknown as { axe: typeof axe };
      const { violations } = await looker.run(document, { runOnly, resultTypes: ['violations'] });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary = '' }) => `${id}: ${target.join(' ')} ${failureSummary}`),
      );
    },
    [...runOnly],
  );
}
