import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSections, type Sections } from './tape.ts';

export const TAPE_DIR = fileURLToPath(new URL('../fixtures/golden/', import.meta.url));

const preload = new URL('./world.ts', import.meta.url).href;
const record = fileURLToPath(new URL('./record.ts', import.meta.url));

/** Lives the hour in a process of its own. @throws Error with what that process said if it failed */
export async function recordNow(): Promise<Sections> {
  const dir = mkdtempSync(join(tmpdir(), 'vigia-tape-out-'));
  try {
    // What the environment says of the server, of the zone or of Node would be on the tape.
    const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env;
    const env = { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE, TZ: 'UTC', LANG: 'C' };
    const child = spawn(process.execPath, ['--import', preload, record, dir], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`The hour could not be lived: ${said}`);
    return readSections(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
