import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { until } from './until.ts';

/** Everything that is looked for in one theme; colours alone differ in the other. */
export const axeRules = {
  light: { kind: 'tags', names: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  dark: { kind: 'rules', names: ['color-contrast'] },
} as const;

/** What axe finds wrong with the page, one line for each element. */
export async function violations(page: Page, colorScheme: keyof typeof axeRules): Promise<string[]> {
  await until('all is loaded', async () => (await page.locator('.loading').count()) === 0);
  const { kind, names } = axeRules[colorScheme];
  const axe = new AxeBuilder({ page });
  const { violations: found } = await (kind === 'tags'
    ? axe.withTags([...names])
    : axe.withRules([...names])
  ).analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}
