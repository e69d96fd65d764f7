import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Halves the time to start. It lies with the code itself: whoever can write there could change the code as well.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/vigia', import.meta.url)));
const { runProgram } = await import('./program.ts');

process.exitCode = await runProgram(process.argv.slice(2));
