import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { changesSince, stateOfProcess } from './lib/process-state.mjs';

/**
 * `node scripts/run-together.mjs`: runs the test files that standard input names, one a line, one after the other in this process, each
 * as a test of its name. Only files that reach nothing outside (lib/shareable.mjs) are run so; to start a process for each would cost
 * more than their tests do. A file that leaves something behind, such as a timer or another environment, fails by name.
 */

/** How long what a file began may take to end after its tests, ms. */
const ENDS_WITHIN_MS = 5_000;

const TEST_OF_FILE = 'vigia:test-of-file?';
/** What `tap` is to a file: a test of its own, by the URL of the file. @type {Map<string, import('tap').Test>} */
const tests = new Map();
Object.defineProperty(globalThis, Symbol.for('vigia.tests'), { value: tests });

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== 'tap' || !tests.has(context.parentURL ?? '')) return next(specifier, context);
    return { url: TEST_OF_FILE + context.parentURL, shortCircuit: true };
  },
  load(url, context, next) {
    if (!url.startsWith(TEST_OF_FILE)) return next(url, context);
    const file = JSON.stringify(url.slice(TEST_OF_FILE.length));
    const source = `export default globalThis[Symbol.for('vigia.tests')].get(${file});`;
    return { format: 'module', source, shortCircuit: true };
  },
});

/** What was thrown where no test would see it. @type {unknown[]} */
const thrown = [];
process.on('uncaughtException', (error) => thrown.push(error));
process.on('unhandledRejection', (error) => thrown.push(error));

for (const file of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const url = pathToFileURL(resolve(file)).href;
  let before = stateOfProcess();
  await t.test(file, async (test) => {
    tests.set(url, test);
    before = stateOfProcess(); // by now tap has set up what it needs for its first test
    await import(url);
  });
  await setImmediate();
  const changed = await changesSince(before, ENDS_WITHIN_MS);
  if (thrown.length + changed.length > 0) {
    const errors = thrown.splice(0);
    await t.test(file, async (test) => {
      for (const error of errors) test.error(error);
      for (const change of changed) test.fail(`${change}; what comes after it in this process would meet that`);
    });
  }
}

// A timer that was left, and told of, would keep the process until its timeout.
if (!t.passing()) process.exit();
