import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `npm run bench -- <name>`: runs one measurement; its last line is a JSON object. */
const here = dirname(fileURLToPath(import.meta.url));
const names = readdirSync(here)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length));
const wanted = process.argv[2] ?? '';

if (names.includes(wanted)) {
  const { run } = (await import(`./${wanted}.ts`)) as { run(): Promise<object> | object };
  console.log(JSON.stringify({ bench: wanted, ...(await run()) }));
} else {
  console.error(`Name one of these measurements: ${names.join(', ')}.`);
  process.exitCode = 2;
}
