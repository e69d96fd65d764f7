import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What tests that share a process could change for one another, each by what it is called in a sentence.
 * @typedef {ReadonlyMap<string, unknown>} ProcessState
 */

const POLL_MS = 5;

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
  state.set('what keeps the process alive', process.getActiveResourcesInfo().length);
  return state;
}

/**
 * What is not as it was; waits until what is still running has ended.
 * @param {ProcessState} before
 * @param {number} waitMs at most
 * @returns {Promise<readonly string[]>} such as `the umask was changed`
 */
export async function changesSince(before, waitMs) {
  const until = performance.now() + waitMs;
  for (;;) {
    const changes = differences(before, stateOfProcess());
    if (changes.length === 0 || performance.now() >= until) return changes;
    await sleep(POLL_MS);
  }
}

/** @param {ProcessState} before @param {ProcessState} after */
function differences(before, after) {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names]
    .filter((name) => !Object.is(before.get(name), after.get(name)))
    .map((name) => `${name} was changed`);
}

/** @param {Map<string, unknown>} state @param {string} name @param {object} object */
function partsOf(state, name, object) {
  state.set(`whether ${name} is frozen`, Object.isFrozen(object));
  for (const [key, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
    // What is worked out anew each time it is read.
    if (get === undefined && (typeof value === 'function' || name !== 'process')) state.set(`${name}.${key}`, value);
  }
}
