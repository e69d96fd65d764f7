import { inRoot, root } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';

/**
 * Lines of functions are counted by the linter, which parses what this only reads.
 *
 * @param {readonly string[]} folders
 * @param {number} longest lines that are still well
 * @returns {Promise<readonly string[]>} such as `server/app/app.ts:118 351`
 * @throws {Error} when the linter does not answer as expected
 */
export async function findLongFunctions(folders, longest) {
  const biome = inRoot('node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const only = ['--only=complexity/noExcessiveLinesPerFunction', '--max-diagnostics=none', '--reporter=json'];
  const { output } = await run(process.execPath, [biome, 'lint', ...only, ...folders], { cwd: root, env: process.env });
  const line = output.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`the linter was to count lines of functions and said:\n${output}`);
  /** @type {{ diagnostics: { message: string, location: { path: string, start: { line: number } } }[] }} */
  const { diagnostics } = JSON.parse(line);
  return diagnostics
    .map(({ message, location }) => ({ place: `${location.path}:${location.start.line}`, lines: linesIn(message) }))
    .filter(({ lines }) => lines > longest)
    .map(({ place, lines }) => `${place} ${lines}`);
}

/** @param {string} message such as `This function has too many lines (149). Maximum allowed is 50.` */
const linesIn = (message) => Number(/\((\d+)\)/.exec(message)?.[1] ?? 0);
