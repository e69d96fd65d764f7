import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findBrowser } from '../support/find-browser.ts';
import { drawn } from '../support/page.ts';
import { PATIENCE_MS } from '../support/until.ts';
import { type Laid, layoutDifferences, layoutText, readLayout, readLayoutText } from './layout.ts';
import { comparePictures } from './pictures.ts';
import { smallPicture } from './small-picture.ts';

const root = join(import.meta.dirname, '../..');
/** What is kept: for every state and look a photograph and a layout. */
export const KEPT_DIR = join(root, 'test/fixtures/gallery');
/** Where what differs is left to be looked at: the photograph that is kept, the one of now, and what differs. */
export const DIFFERENCES_DIR = join(root, 'dist/gallery-differences');

/** How a part is met: on paper of either colour, and on a telephone. */
export const looks = {
  light: { width: 800, height: 640, colorScheme: 'light' },
  dark: { width: 800, height: 640, colorScheme: 'dark' },
  phone: { width: 390, height: 640, colorScheme: 'light' },
} as const;
export type Look = keyof typeof looks;

/** The same on every machine: no hinting of the system, no colours of the screen, the one language that every Chromium has. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--font-render-hinting=none',
  '--disable-lcd-text',
  '--force-color-profile=srgb',
  '--force-device-scale-factor=1',
  '--hide-scrollbars',
  '--lang=en-US',
];

export function startPhotographer(): Promise<Browser> {
  return chromium.launch({
    executablePath: findBrowser(),
    args,
    timeout: PATIENCE_MS,
    env: { ...process.env, LANGUAGE: 'en_US', LC_ALL: 'en_US.UTF-8' },
  });
}

/** A page of the gallery, as wide and bright as the look says. Its time stands still. */
export async function openGallery(browser: Browser, url: string, look: Look): Promise<Page> {
  const { width, height, colorScheme } = looks[look];
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme,
    deviceScaleFactor: 1,
    locale: 'en-GB',
    timezoneId: 'Europe/Madrid',
    reducedMotion: 'reduce',
  });
  page.setDefaultTimeout(PATIENCE_MS);
  // Timers go on: a clock that stands still altogether would hold back what is drawn.
  await page.addInitScript((nowMs) => {
    Date.now = () => nowMs;
  }, Date.parse('2026-10-06T10:05:00Z'));
  await page.goto(url);
  await page.evaluate(() => Promise.all([...document.fonts].map((font) => font.load())));
  return page;
}

/** The states that the gallery shows, `part/state`. */
export const statesOf = (page: Page): Promise<string[]> =>
  page.locator('.gallery-states a').evaluateAll((links) => links.map(({ textContent }) => textContent ?? ''));

/** Brings a state on the stage and waits until it rests, with all presses done. */
export async function show(page: Page, state: string): Promise<void> {
  await page.evaluate((id) => {
    window.location.hash = id;
  }, state);
  await page.locator(`[data-state="${state}"]`).waitFor();
  await drawn(page);
  await page.waitForFunction(() => document.querySelector('[data-presses]') === null);
  await page.evaluate(() => document.fonts.ready);
  await drawn(page);
}

export interface Photograph {
  readonly state: string;
  readonly look: Look;
  readonly picture: Buffer;
  readonly layout: readonly Laid[];
}

export async function photograph(page: Page, state: string, look: Look): Promise<Photograph> {
  await show(page, state);
  const stage = page.locator(`[data-state="${state}"]`);
  const picture = await smallPicture(page, await stage.screenshot({ animations: 'disabled', caret: 'hide' }));
  return { state, look, picture, layout: await readLayout(page) };
}

const pathOf = (state: string, look: Look, ending: string): string => join(KEPT_DIR, `${state}.${look}.${ending}`);

export function keep({ state, look, picture, layout }: Photograph): void {
  mkdirSync(dirname(pathOf(state, look, 'png')), { recursive: true });
  writeFileSync(pathOf(state, look, 'png'), picture);
  writeFileSync(pathOf(state, look, 'jsonl'), layoutText(layout));
}

/** Of all pixels, how many may look otherwise: less than a word of a small picture. */
const MOST_SHARE = 0.004;

/** What differs from what is kept, in words; both photographs are left in `DIFFERENCES_DIR` then. Nothing where nothing does. */
export async function compareToKept(page: Page, taken: Photograph): Promise<string[]> {
  const { state, look, picture, layout } = taken;
  if (!existsSync(pathOf(state, look, 'png'))) return ['there is no photograph of it: npm run gallery -- --keep'];
  const before = readFileSync(pathOf(state, look, 'png'));
  const laid = layoutDifferences(readLayoutText(readFileSync(pathOf(state, look, 'jsonl'), 'utf8')), layout);
  const { share, drawn } = await comparePictures(page, before, picture);
  const said = [
    ...laid,
    ...(share === 1 ? ['the picture has another size'] : []),
    ...(share > MOST_SHARE && share < 1 ? [`${(share * 100).toFixed(2)} % of the picture look otherwise`] : []),
  ];
  const folder = join(DIFFERENCES_DIR, `${state.replace('/', '-')}-${look}`);
  rmSync(folder, { recursive: true, force: true });
  if (said.length === 0) return [];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kept.png'), before);
  writeFileSync(join(folder, 'now.png'), picture);
  if (drawn !== null) writeFileSync(join(folder, 'differs.png'), drawn);
  return [...said, `look at ${folder}`];
}
