import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { withoutTypes } from '../house/imports.mjs';

/** What a file may import and still start nothing and listen nowhere. */
const HARMLESS = new Set(
  `@preact/signals @zxcvbn-ts/core @zxcvbn-ts/language-common date-holidays fast-check kysely modern-tar modern-tar/fs node:assert/strict
  node:async_hooks node:buffer node:crypto node:dns/promises node:events node:fs node:fs/promises node:net node:os node:path node:perf_hooks
  node:sqlite node:stream node:stream/consumers node:stream/promises node:string_decoder node:timers/promises node:url node:util node:v8
  node:zlib preact prom-client rrule-temporal tap-parser typebox typebox/value`.split(/\s+/),
);

const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
/** Who names one of these means to change what others in the process rely on, or to end it. */
const OF_THE_PROCESS =
  /\bglobalThis\b|\bfreezePrototypes\b|\bprocess\.(?:abort|chdir|emit|exit|kill|on|once|set\w+|title|umask)\b/;
const IMPORT =
  /(?:^|[\s;}])(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'|(?:^|[\s;}])import\s*'([^']+)'|\bimport\((?:'([^']+)'\))?/g;
const OURS = /^\..*\.(?:ts|mts|js|mjs)$/;

/** @typedef {{ isHarmless: boolean, imports: readonly string[] }} Source `imports` are paths relative to the root */

/**
 * Says which test files may run one after the other in a process: those that, with all they import, start nothing, listen nowhere
 * and change nothing of the process. run-together.mjs sees that they keep to it.
 * @param {string} root
 * @returns {(file: string) => boolean} `file` relative to the root
 */
export function shareable(root) {
  /** @type {Map<string, Source>} */
  const sources = new Map();
  const read = (/** @type {string} */ file) => {
    const source = sources.get(file) ?? readSource(file, readFileSync(join(root, file), 'utf8'));
    sources.set(file, source);
    return source;
  };
  return (test) => {
    const seen = new Set([test]);
    for (const file of seen) {
      const { isHarmless, imports } = read(file);
      if (!isHarmless) return false;
      for (const imported of imports) seen.add(imported);
    }
    return true;
  };
}

/** @param {string} file relative to the root @param {string} text @returns {Source} */
export function readSource(file, text) {
  const code = withoutTypes(text.replaceAll(COMMENT, ''));
  // `undefined` where it is worked out what to import.
  const named = [...code.matchAll(IMPORT)].map(([, from, bare, later]) => from ?? bare ?? later);
  // What a test imports and calls tap itself would speak for the process, not for the test.
  const isTest = file.endsWith('.test.ts');
  const isHarmless = named.every(
    (name) => name !== undefined && (OURS.test(name) || HARMLESS.has(name) || (isTest && name === 'tap')),
  );
  const ours = named.filter((name) => name !== undefined).filter((name) => OURS.test(name));
  return {
    isHarmless: isHarmless && !OF_THE_PROCESS.test(code),
    imports: ours.map((name) => normalize(join(dirname(file), name)).replaceAll('\\', '/')),
  };
}
