import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildGallery } from './build-gallery.ts';
import {
  KEPT_DIR,
  keep,
  type Look,
  looks,
  openGallery,
  photograph,
  startPhotographer,
  statesOf,
} from './photographs.ts';
import { serveGallery } from './serve-gallery.ts';

/** `npm run gallery`: serves a page of all parts in all states; with `--keep` photographs them anew. */

const { values } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, port: { type: 'string', default: '0' } },
});
await buildGallery();
const server = await serveGallery(Number(values.port));
if (values.keep) {
  rmSync(KEPT_DIR, { recursive: true, force: true });
  const browser = await startPhotographer();
  let count = 0;
  for (const look of Object.keys(looks) as Look[]) {
    const page = await openGallery(browser, server.url, look);
    for (const state of await statesOf(page)) {
      keep(await photograph(page, state, look));
      count += 1;
    }
    await page.close();
  }
  await browser.close();
  await server.close();
  process.stdout.write(`Kept ${count} photographs.\n`);
} else {
  process.stdout.write(`The parts of the dashboard: ${server.url}\nEnd it with Ctrl+C.\n`);
}
