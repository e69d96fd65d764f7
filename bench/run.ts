import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figures } from './lib/options.ts';

/** `npm run bench -- <name> [flags]`: runs one measurement; its last line is a JSON object. */
const here = dirname(fileURLToPath(import.meta.url));
const names = readdirSync(here)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length));
const [wanted = '', ...flags] = process.argv.slice(2);

interface Measurement {
  run(flags: readonly string[]): Promise<Figures> | Figures;
}

if (names.includes(wanted)) {
  try {
    const { run } = (await import(`./${wanted}.ts`)) as Measurement;
    const figures = await run(flags);
    console.log(JSON.stringify({ bench: wanted, ...figures }));
    process.exitCode = figures.failed ? 1 : 0;
  } catch (cause) {
    console.error(cause instanceof Error ? (cause.stack ?? cause.message) : cause);
    process.exitCode = 1;
  }
} else {
  console.error(`Name one of these measurements: ${names.join(', ')}.`);
  process.exitCode = 2;
}
// Keep-alive sockets and threads of what was measured must not keep the process.
process.exit();
