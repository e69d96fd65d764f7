import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname, join } from 'node:path';
import { GALLERY_DIR } from './build-gallery.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};
/** The page asks for its script by the name of the source. */
const built: Readonly<Record<string, string>> = { '': 'index.html', 'main.tsx': 'main.js' };

export interface GalleryServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Serves the built gallery on the loopback. @param port 0: any that is free */
export async function serveGallery(port = 0): Promise<GalleryServer> {
  const server = createServer((request, response) => {
    const name = basename(new URL(request.url ?? '/', 'http://gallery').pathname);
    const file = Object.hasOwn(built, name) ? (built[name] ?? '') : name;
    readFile(join(GALLERY_DIR, file)).then(
      (body) => response.setHeader('content-type', types[extname(file)] ?? 'text/javascript').end(body),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
