import { inspect } from 'node:util';

const SLOW_MS = 5_000;
const HOW_TAP_RAN_IT = ['stdio', 'cwd', 'externalID', 'command', 'args', 'jobId'];

/**
 * One line for a test file, or for lint and types.
 * @param {{file: string, passed: number, durationMs: number, failures: readonly object[]}} result
 */
export function describeFile({ file, passed, durationMs, failures }) {
  const verdict = failures.length === 0 ? 'ok  ' : 'FAIL';
  const checks = passed + failures.length;
  const count = `${checks} ${checks === 1 ? 'check' : 'checks'}`;
  return `${verdict} ${file.padEnd(48)} ${count.padStart(12)} ${seconds(durationMs).padStart(9)}`;
}

/**
 * What failed and what tap knows about it: the place, the difference, the stack.
 * @param {import('./tally.mjs').Failure} failure
 */
export function describeFailure({ file, name, diag }) {
  const { at, diff, stack, source, ...others } = /** @type {Record<string, any>} */ (diag ?? {});
  const rest = Object.fromEntries(Object.entries(others).filter(([key]) => !HOW_TAP_RAN_IT.includes(key)));
  const place = at?.fileName === undefined ? file : `${at.fileName}:${at.lineNumber}:${at.columnNumber}`;
  const details = Object.keys(rest).length === 0 ? undefined : inspect(rest, { depth: 6, breakLength: 110 });
  const parts = [source, diff, details, stack].filter((part) => typeof part === 'string' && part.trim() !== '');
  return [`  x ${name}`, `    ${place}`, ...parts.map((part) => indent(part.trimEnd()))].join('\n');
}

/** The files worth making faster. @param {readonly import('./tally.mjs').FileResult[]} results */
export function describeSlowest(results) {
  const slow = results.filter(({ durationMs }) => durationMs >= SLOW_MS).sort((a, b) => b.durationMs - a.durationMs);
  return slow.slice(0, 5).map(({ file, durationMs }) => `slow: ${file} took ${seconds(durationMs)}`);
}

/** @param {number} durationMs */
function seconds(durationMs) {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

/** @param {string} text */
function indent(text) {
  return text.replace(/^/gm, '      ');
}
