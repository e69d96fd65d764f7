/**
 * @typedef {object} Failure
 * @property {string} file
 * @property {string} name the test and its parents, `one > numbers agree`
 * @property {import('tap-parser').Result['diag']} diag what tap knows about it
 *
 * @typedef {object} FileResult
 * @property {string} file
 * @property {number} passed assertions that held
 * @property {number} durationMs
 * @property {Failure[]} failures
 */

/** Anything in TAP that looks like a pass and is none. */
const SKIPPED = 'is skipped; a test runs or goes';
const TODO = 'is a todo; a test runs or goes';
const EMPTY = 'asserts nothing';

/**
 * Follows the TAP of one test file. A skipped or todo test, and a file or test without an assertion, counts as failed.
 * @param {import('tap-parser').Parser} parser
 * @param {string} file
 * @returns {(ended: { isContent: boolean, durationMs: number }) => FileResult} to be called once its process has ended: `isContent`
 * says whether with exit code 0
 */
export function tallyFile(parser, file) {
  const result = emptyResult(file);
  follow(parser, [], result);
  return ({ isContent, durationMs }) => {
    const ok = isContent && parser.ok;
    closePoint({ ok, name: file }, [], result, parser);
    return { ...result, durationMs };
  };
}

/**
 * Follows the TAP of several test files and counts assertions, as {@link tallyFile} does.
 * @param {import('tap-parser').Parser} parser each child is a test file
 * @param {(result: FileResult) => void} onFile called as each file ends
 */
export function tally(parser, onFile) {
  /** @type {import('tap-parser').Parser | undefined} */
  let open;
  /** @type {FileResult} */
  let current = emptyResult('');
  parser.on('child', (child) => {
    open = child;
    current = emptyResult(child.name);
    follow(child, [], current);
  });
  parser.on('assert', (point) => {
    const result = open === undefined ? emptyResult(point.name) : current;
    closePoint(point, [], result, open);
    onFile({ ...result, durationMs: point.time ?? 0 });
    open = undefined;
  });
}

/** The line that closes a run. @param {number} passed @param {number} failed */
export function closingLine(passed, failed) {
  return `${passed} passed, ${failed} failed`;
}

/** @param {string} file @returns {FileResult} */
function emptyResult(file) {
  return { file, passed: 0, durationMs: 0, failures: [] };
}

/**
 * @param {import('tap-parser').Parser} parser
 * @param {readonly string[]} parents
 * @param {FileResult} result
 */
function follow(parser, parents, result) {
  /** @type {import('tap-parser').Parser | undefined} */
  let open;
  parser.on('child', (child) => {
    open = child;
    follow(child, [...parents, child.name], result);
  });
  parser.on('assert', (point) => {
    closePoint(point, [...parents, point.name], result, open);
    open = undefined;
  });
}

/**
 * What is read of a line of TAP.
 * @typedef {Pick<import('tap-parser').Result, 'ok' | 'name'> & Partial<import('tap-parser').Result>} Point
 */

/**
 * One line of TAP: an assertion, or the end of the test or file whose lines came before it.
 * @param {Point} point
 * @param {readonly string[]} names none for a file
 * @param {FileResult} result
 * @param {import('tap-parser').Parser | undefined} child the parser of the lines before it
 */
function closePoint(point, names, result, child) {
  const isAssertion = child === undefined && names.length > 0;
  const verdict = isAssertion ? judgeAssertion(point) : judgeGroup(point, child);
  if (verdict !== undefined) {
    const name = [...names, verdict].filter(Boolean).join(' > ') || point.name;
    result.failures.push({ file: result.file, name, diag: point.diag });
  } else if (isAssertion) result.passed += 1;
}

/**
 * @param {Point} point
 * @returns {string | undefined} what is wrong; empty when the point's own name says it
 */
function judgeAssertion({ ok, skip, todo }) {
  if (skip) return SKIPPED;
  if (todo) return TODO;
  return ok ? undefined : '';
}

/**
 * A failing file or test is told by its assertions; when all of them held, it failed itself (timeout, exit code).
 * @param {Point} point
 * @param {import('tap-parser').Parser | undefined} child
 * @returns {string | undefined}
 */
function judgeGroup({ ok, todo }, child) {
  if (todo) return TODO;
  if (ok) return child === undefined || child.count === 0 ? EMPTY : undefined;
  return child === undefined || child.fail === 0 ? '' : undefined;
}
