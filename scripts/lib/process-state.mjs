import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What tests that share a process could change for one another, each by what it is called in a sentence.
 * @typedef {ReadonlyMap<string, unknown>} ProcessState
 */

const POLL_MS = 5;
const ALIVE = 'what keeps the process alive';

/** Objects of the language whose parts some test might put its own in place of. */
const SHARED = { Array, Date, JSON, Math, Number, Object, Promise, String, console, performance, process };

/** @returns {ProcessState} */
export function stateOfProcess() {
  /** @type {Map<string, unknown>} */
  const state = new Map();
  for (const [name, value] of Object.entries(process.env)) state.set(`the variable ${name} of the environment`, value);
  state.set('the working directory', process.cwd());
  state.set('the umask', process.umask());
  state.set('the exit code', process.exitCode);
  for (const event of process.eventNames()) {
    state.set(`listeners for ${String(event)} of the process`, process.listenerCount(event));
  }
  partsOf(state, 'global', globalThis);
  for (const [name, value] of Object.entries(SHARED)) {
    partsOf(state, name, value);
    if ('prototype' in value) partsOf(state, `${name}.prototype`, value.prototype);
  }
  state.set(ALIVE, process.getActiveResourcesInfo().length);
  return state;
}

/**
 * What is not as it was, once what was still running has ended.
 * @param {ProcessState} before
 * @param {number} waitMs for that, at most
 * @returns {Promise<readonly string[]>} such as `the umask was changed`
 */
export async function changesSince(before, waitMs) {
  const until = performance.now() + waitMs;
  for (;;) {
    const changed = differences(before, stateOfProcess());
    if (!changed.includes(ALIVE) || performance.now() >= until) return changed.map((name) => `${name} was changed`);
    await sleep(POLL_MS);
  }
}

/** @param {ProcessState} before @param {ProcessState} after */
function differences(before, after) {
  const names = new Set([...before.keys(), ...after.keys()]);
  // What was still ending when the file began may have ended.
  const isMore = Number(after.get(ALIVE)) > Number(before.get(ALIVE));
  return [...names].filter((name) => (name === ALIVE ? isMore : !Object.is(before.get(name), after.get(name))));
}

/** @param {Map<string, unknown>} state @param {string} name @param {object} object */
function partsOf(state, name, object) {
  state.set(`whether ${name} is frozen`, Object.isFrozen(object));
  for (const [key, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
    // What is worked out anew each time it is read.
    if (get === undefined && (typeof value === 'function' || name !== 'process')) state.set(`${name}.${key}`, value);
  }
}
