import { rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** Where the gallery is built: beside what is shipped, never into it. */
export const GALLERY_DIR = join(root, 'dist/gallery');

/** Builds the page of the parts, its styles and its font. */
export async function buildGallery(): Promise<void> {
  const from = join(root, 'dashboard/gallery');
  rmSync(GALLERY_DIR, { recursive: true, force: true });
  await build({
    entryPoints: [join(from, 'main.tsx'), join(from, 'gallery.css')],
    outdir: GALLERY_DIR,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.woff2': 'file' },
    absWorkingDir: root,
    logLevel: 'error',
  });
  await copyFile(join(from, 'index.html'), join(GALLERY_DIR, 'index.html'));
}
