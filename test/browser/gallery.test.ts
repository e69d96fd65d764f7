import { readdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { buildGallery } from '../gallery/build-gallery.ts';
import { type Laid, layoutDifferences } from '../gallery/layout.ts';
import {
  compareToKept,
  KEPT_DIR,
  type Look,
  looks,
  openGallery,
  photograph,
  show,
  startPhotographer,
  statesOf,
} from '../gallery/photographs.ts';
import { comparePictures } from '../gallery/pictures.ts';
import { serveGallery } from '../gallery/serve-gallery.ts';
import { smallPicture } from '../gallery/small-picture.ts';
import { look } from '../support/axe.ts';
import { dialogGone, dialogOpen, drawn } from '../support/page.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

await buildGallery();
const server = await serveGallery();
t.teardown(() => server.close());
const browser = await startPhotographer();
t.teardown(() => browser.close());

async function gallery(t: Pick<Test, 'teardown' | 'fail'>, as: Look = 'light'): Promise<Page> {
  const page = await openGallery(browser, server.url, as);
  t.teardown(() => page.close());
  page.on('pageerror', (error) => t.fail(`the page throws: ${error.message}`));
  return page;
}

t.test(
  'two photographs: letters may be drawn another way, things may not be elsewhere or of another colour',
  async (t) => {
    const page = await browser.newPage({ viewport: { width: 200, height: 80 } });
    t.teardown(() => page.close());
    const take = async (style: string, text = 'Remove'): Promise<Buffer> => {
      await page.setContent(`<p style="margin:20px;font:16px serif;${style}">${text}</p>`);
      return smallPicture(page, await page.screenshot());
    };
    const kept = await take('');
    const differs = async (now: Buffer): Promise<number> => (await comparePictures(page, kept, now)).share;
    t.equal(await differs(await take('')), 0);
    t.equal(await differs(await take('margin-left:21px')), 0, 'a pixel beside');
    t.equal(await differs(await take('color:#111')), 0, 'a tone that nobody sees');
    t.ok((await differs(await take('margin-left:26px'))) > 0.004, 'elsewhere');
    t.ok((await differs(await take('color:red'))) > 0.004, 'of another colour');
    t.ok((await differs(await take('', 'Archive'))) > 0.004, 'another word');
    t.ok((await differs(await take('', ''))) > 0.004, 'nothing');
    await page.setViewportSize({ width: 201, height: 80 });
    t.equal(await differs(await take('')), 1, 'another size');
  },
);

t.test('two layouts: what is elsewhere, says something else or has another colour is named', async (t) => {
  const laid: Laid = { what: 'p', box: [0, 0, 50, 20], ink: '#102030ff', ground: '#00000000', border: '', text: 'a' };
  const f = (change: Partial<Laid>, wanted: RegExp | null, what: string) => {
    const found = layoutDifferences([laid], [{ ...laid, ...change }]).join();
    if (wanted) t.match(found, wanted, what);
    else t.equal(found, '', what);
  };
  f({}, null, 'the same');
  f({ box: [0.9, 0, 50, 20.5] }, null, 'rounded to another side');
  f({ ink: '#122030ff' }, null, 'a colour that is converted another way');
  f({ box: [2, 0, 50, 20] }, /stood at 0 0 50 20, stands at 2 0 50 20/, 'elsewhere');
  f({ ink: '#162030ff' }, /the ink of p was #102030ff/, 'another ink');
  f({ border: '#ff0000ff' }, /the border of p/, 'a border more');
  f({ text: 'b' }, /said "a", says "b"/, 'another text');
  f({ what: 'div' }, /was p, is div/, 'another element');
  t.match(layoutDifferences([laid, laid], [laid]).join(), /is missing/);
  t.match(layoutDifferences([laid], [laid, laid]).join(), /more than before/);
});

for (const as of Object.keys(looks) as Look[]) {
  t.test(`every part looks as it is kept: ${as}`, async (t) => {
    const page = await gallery(t, as);
    const states = await statesOf(page);
    t.ok(states.length > 30);
    for (const state of states) t.same(await compareToKept(page, await photograph(page, state, as)), [], state);
    const kept = readdirSync(KEPT_DIR, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.png'));
    const known = new Set(states.map((state) => `${state}.${as}.png`));
    const others = kept.filter((name) => name.endsWith(`.${as}.png`) && !known.has(name.replaceAll('\\', '/')));
    t.same(others, [], 'no photograph is kept of what is no more');
  });
}

t.test('a part that is changed is told apart from its photograph', async (t) => {
  const page = await gallery(t);
  await show(page, 'empty/action');
  const now = async (css: string): Promise<string> => {
    await page.addStyleTag({ content: css });
    return (await compareToKept(page, await photograph(page, 'empty/action', 'light'))).join('\n');
  };
  t.match(await now('.nothing { color: rgb(200 0 0) }'), /the ink of p\.nothing/);
  t.match(await now('.nothing { padding-left: 20px }'), /stood at .*, stands at/);
});

t.test('axe finds nothing in any state', async (t) => {
  for (const [as, rules] of [
    ['light', ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']],
    ['dark', ['color-contrast']],
    ['phone', ['target-size']],
  ] as const) {
    const page = await gallery(t, as);
    for (const state of await statesOf(page)) {
      await show(page, state);
      t.same(await look(page, rules), [], `${state}, ${as}`);
    }
  }
});

t.test('a dialog holds the focus, ends with Escape, and gives the focus back', async (t) => {
  const page = await gallery(t);
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  for (const [state, opener] of [
    ['dialog/plain', 'Open'],
    ['dialog/form', 'Open'],
    ['dialog/confirm', 'Retire'],
    ['dialog/once', 'Open'],
  ] as const) {
    await show(page, state);
    await page.keyboard.press('Escape');
    await dialogGone(page);
    await page.getByRole('button', { name: opener, exact: true }).focus();
    await page.keyboard.press('Enter');
    await dialogOpen(page);
    await drawn(page);
    for (let press = 0; press < 8; press += 1) {
      await page.keyboard.press('Tab');
      const outside = await page.evaluate(() => {
        const { activeElement } = document;
        return activeElement !== document.body && activeElement?.closest('dialog') === null;
      });
      t.notOk(outside, `${state}: the focus is inside after ${press + 1} times Tab`);
    }
    await page.keyboard.press('Escape');
    await dialogGone(page);
    t.equal(await focused(), opener, `${state}: Escape gives the focus back`);
  }
  await show(page, 'dialog/confirm');
  await page.keyboard.press('Escape');
  await dialogGone(page);
  await page.getByRole('button', { name: 'Retire', exact: true }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Retire db-1?' });
  await dialog.getByRole('button', { name: 'Retire it' }).click();
  await dialogGone(page);
  await drawn(page);
  t.equal(await focused(), 'Retire', 'so does what was asked, when it is done');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialogGone(page);
  await drawn(page);
  t.equal(await focused(), 'Retire', 'and Cancel');
});

t.test('a field that is to be filled first has the focus', async (t) => {
  const page = await gallery(t);
  await show(page, 'dialog/form');
  t.equal(await page.evaluate(() => document.activeElement?.id), await page.getByRole('textbox').getAttribute('id'));
  await page.keyboard.press('Enter');
  await dialogGone(page);
  t.equal(await page.locator('dialog').count(), 0, 'Enter sends it');
});

t.test('a form that is refused says so at once, and keeps what was typed', async (t) => {
  const page = await gallery(t);
  await show(page, 'form/refused');
  await page.getByLabel('Name').fill('Acme and sons');
  await page.getByRole('button', { name: 'Save' }).click();
  t.match(await page.getByRole('alert').textContent(), /Choose another name/);
  t.equal(await page.getByLabel('Name').inputValue(), 'Acme and sons');
  t.ok(await page.getByRole('button', { name: 'Save' }).isEnabled(), 'it can be sent again');
  await show(page, 'form/busy');
  t.ok(await page.getByRole('button', { name: 'Save' }).isDisabled(), 'while it is sent, it is not sent twice');
  t.equal(await page.locator('form').getAttribute('aria-busy'), 'true');
  await show(page, 'dialog/confirm-refused');
  t.match(
    await page.getByRole('dialog').getByRole('alert').textContent(),
    /Choose another name/,
    'a question stays open',
  );
});

t.test('fields are named and explained to those who do not see them', async (t) => {
  const page = await gallery(t);
  await show(page, 'form/fields');
  for (const [label, hint] of [
    ['Uses', 'How many machines.'],
    ['Note', 'For whoever comes at night.'],
    ['Tell the client', 'By mail, once.'],
  ] as const) {
    const described = await page.getByLabel(label).getAttribute('aria-describedby');
    t.equal(await page.locator(`[id="${described}"]`).textContent(), hint, label);
  }
  t.equal(await page.getByRole('group', { name: 'Kind' }).getByRole('radio').count(), 2);
  await show(page, 'date/range-inverted');
  t.equal(await page.getByRole('group', { name: 'Days' }).getByLabel('Last day').getAttribute('aria-invalid'), 'true');
  t.equal(await page.getByLabel('First day').getAttribute('aria-invalid'), null);
});

t.test('a table says by what it is sorted, and which rows it has', async (t) => {
  const page = await gallery(t);
  await show(page, 'table/sorted');
  const table = page.getByRole('table', { name: 'Machines' });
  const head = (name: string) => table.getByRole('columnheader', { name });
  t.equal(await table.getAttribute('aria-rowcount'), '4');
  t.equal(await head('Name').getAttribute('aria-sort'), 'ascending');
  t.equal(await head('Site').getAttribute('aria-sort'), 'none');
  t.equal(await head('CPU').getAttribute('aria-sort'), null, 'one that does not sort');
  await head('Name').getByRole('button').click();
  t.equal(await head('Name').getAttribute('aria-sort'), 'descending');
  t.equal(await table.getByRole('rowheader').first().textContent(), 'web-10');
  await show(page, 'table/plain');
  t.equal(await page.getByRole('rowheader', { name: 'db-1' }).count(), 1);
});

t.test('a search box follows when what is searched is changed elsewhere', async (t) => {
  const page = await gallery(t);
  await show(page, 'search/typed');
  const box = page.getByRole('searchbox', { name: 'Filter machines' });
  t.equal(await box.inputValue(), 'web');
  await box.fill('db');
  await page.getByRole('button', { name: 'Clear' }).click();
  await until('the box is empty', async () => (await box.inputValue()) === '');
  t.equal(await box.inputValue(), '');
});

t.test('a chart says in words what it shows', async (t) => {
  const page = await gallery(t);
  await show(page, 'chart/lines');
  t.match(await page.getByRole('img').first().getAttribute('aria-label'), /^CPU\. busy: \d+%, between 0% and 80%/);
  await show(page, 'chart/empty');
  t.equal(await page.getByText('Nothing is known of this time.').count(), 1);
});
