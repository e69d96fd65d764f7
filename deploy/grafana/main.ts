import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { files } from './boards.ts';

/** `npm run grafana`: writes the dashboards anew. */

const folder = fileURLToPath(new URL('json/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(folder + name);
for (const [name, text] of files) writeFileSync(folder + name, text);
process.stdout.write(`Wrote ${files.size} dashboards to ${folder}.\n`);
