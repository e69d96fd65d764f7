import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { differences, explain } from './compare.ts';
import { recordNow, TAPE_DIR } from './run.ts';
import { readSections, writeSections } from './tape.ts';

/** `npm run tape`: compares what the server does with the tape; with `--record` the tape is written anew. */

const { values } = parseArgs({ options: { record: { type: 'boolean', default: false } } });
const now = await recordNow();
if (values.record) {
  rmSync(TAPE_DIR, { recursive: true, force: true });
  writeSections(TAPE_DIR, now);
  const bytes = [...now.values()].flat().reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  process.stdout.write(`Recorded ${now.size} sections, ${Math.round(bytes / 1024)} KiB.\n`);
} else {
  const found = differences(readSections(TAPE_DIR), now);
  process.stdout.write(`${found.length === 0 ? 'The server does what the tape says.' : explain(found)}\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
