import type { Page } from 'playwright-core';

/** How two photographs differ. */
export interface PictureDifference {
  /** Of all pixels, those that look like nothing beside their place in the other photograph. 1: another size. */
  readonly share: number;
  /** A photograph of what differs, PNG; null where the sizes do. */
  readonly drawn: Buffer | null;
}

/**
 * Compares two PNG in a page of the browser. A pixel is the same where one within a pixel of its place in the other photograph
 * has about its colour, and the other way round: letters whose edges are drawn another way, as by another version of the
 * browser, are the same; what is elsewhere, missing or of another colour is not.
 */
export async function comparePictures(page: Page, kept: Buffer, now: Buffer): Promise<PictureDifference> {
  const found = await page.evaluate(compare, [kept.toString('base64'), now.toString('base64')] as const);
  return { share: found.share, drawn: found.drawn === null ? null : Buffer.from(found.drawn, 'base64') };
}

/** Runs in the page. */
async function compare(pictures: readonly [string, string]): Promise<{ share: number; drawn: string | null }> {
  /** Of 255, how far apart two colours look (YIQ, as in "Measuring perceived color difference", Kotsarenko and Ramos). */
  const LIMIT = 26;
  const read = async (base64: string): Promise<ImageData> => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    if (!context) throw new Error('no canvas');
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [a, b] = [await read(pictures[0]), await read(pictures[1])];
  if (a.width !== b.width || a.height !== b.height) return { share: 1, drawn: null };
  const { width, height } = a;
  const apart = (one: ImageData, i: number, other: ImageData, j: number): number => {
    const [r, g, bl] = [0, 1, 2].map((c) => (one.data[i + c] ?? 0) - (other.data[j + c] ?? 0)) as [
      number,
      number,
      number,
    ];
    const y = 0.299 * r + 0.587 * g + 0.114 * bl;
    const u = 0.596 * r - 0.274 * g - 0.322 * bl;
    const v = 0.211 * r - 0.523 * g + 0.312 * bl;
    return Math.sqrt(0.5053 * y * y + 0.299 * u * u + 0.1957 * v * v);
  };
  const isThere = (one: ImageData, other: ImageData, x: number, y: number): boolean => {
    const i = (y * width + x) * 4;
    for (let dy = -1; dy <= 1; dy += 1) {
      for (let dx = -1; dx <= 1; dx += 1) {
        const [nx, ny] = [x + dx, y + dy];
        if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
        if (apart(one, i, other, (ny * width + nx) * 4) <= LIMIT) return true;
      }
    }
    return false;
  };
  let differing = 0;
  const drawn = new ImageData(width, height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const i = (y * width + x) * 4;
      const same = apart(a, i, b, i) <= LIMIT || (isThere(a, b, x, y) && isThere(b, a, x, y));
      if (!same) differing += 1;
      drawn.data.set(same ? [0, 0, 0, 20] : [255, 0, 0, 255], i);
    }
  }
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.putImageData(drawn, 0, 0);
  const png = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
  return {
    share: differing / (width * height),
    drawn: btoa(png.reduce((text, byte) => text + String.fromCharCode(byte), '')),
  };
}
