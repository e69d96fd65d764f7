/**
 * Jobs that wait in several lines, each with workers of its own: a worker takes the next job of its line, and of another once its own
 * is empty, so that none is idle while anything waits.
 *
 * @template Job
 * @param {readonly { workers: number, jobs: readonly Job[] }[]} lines
 * @param {(job: Job) => Promise<void>} run
 */
export async function workThrough(lines, run) {
  const waiting = lines.map(({ jobs }) => [...jobs]);
  const next = (/** @type {number} */ line) => {
    const own = waiting[line];
    return own?.length ? own.shift() : waiting.find(({ length }) => length > 0)?.shift();
  };
  const work = async (/** @type {number} */ line) => {
    for (let job = next(line); job !== undefined; job = next(line)) await run(job);
  };
  await Promise.all(lines.flatMap(({ workers }, line) => Array.from({ length: workers }, () => work(line))));
}
