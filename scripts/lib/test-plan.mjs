/**
 * In which processes test files run, and which of them first.
 *
 * @typedef {readonly string[]} Together files that share a process
 */

/** Seconds of a file that no table names. */
const USUAL_S = 0.3;
/** What files that share a process may take together, s: a crash costs no more than that, and the last of them keeps nobody waiting. */
const MOST_TOGETHER_S = 12;

/**
 * Longest first, so that no long one is left at the end while the other cores have nothing to do.
 * @param {readonly string[]} files
 * @param {(file: string) => boolean} isShareable
 * @param {Readonly<Record<string, number>>} seconds what files take, where it is much
 * @returns {readonly Together[]}
 */
export function planProcesses(files, isShareable, seconds) {
  const of = (/** @type {string} */ file) => seconds[file] ?? USUAL_S;
  const sharing = files.filter((file) => isShareable(file));
  const total = sharing.reduce((sum, file) => sum + of(file), 0);
  const groups = Array.from({ length: Math.max(1, Math.ceil(total / MOST_TOGETHER_S)) }, () => ({
    files: [''].slice(1),
    seconds: 0,
  }));
  const alone = files.filter((file) => !isShareable(file)).map((file) => ({ files: [file], seconds: of(file) }));
  for (const file of longestFirst(sharing, of)) {
    const least = groups.reduce((one, other) => (other.seconds < one.seconds ? other : one));
    least.files.push(file);
    least.seconds += of(file);
  }
  const shared = groups.filter((group) => group.files.length > 0);
  return longestFirst([...shared, ...alone], (group) => group.seconds).map((group) => group.files);
}

/** @template T @param {readonly T[]} all @param {(one: T) => number} seconds @returns {T[]} */
function longestFirst(all, seconds) {
  return all.toSorted((a, b) => seconds(b) - seconds(a));
}
