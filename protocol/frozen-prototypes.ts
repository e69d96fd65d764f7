/**
 * Nothing that comes from outside may write onto what all objects share. Names from outside are keys of maps, never of plain
 * objects; this stands behind it, for the one place that forgets, and for libraries.
 */

const iteratorOf = (iterable: Iterable<unknown>): object =>
  Object.getPrototypeOf(iterable[Symbol.iterator]()) as object;
const prototypeOf = (value: object): object => Object.getPrototypeOf(value) as object;

const errors = [Error, TypeError, RangeError, SyntaxError, ReferenceError, URIError, EvalError, AggregateError];

/** Whose properties libraries give their own objects by assignment, such as the name of an error. */
const overridden: readonly object[] = [
  Object.prototype,
  Function.prototype,
  ...errors.map(({ prototype }) => prototype),
];

const others: readonly object[] = [
  ...[Array, String, Number, Boolean, Symbol, BigInt, Date, RegExp, Promise, Map, Set, WeakMap, WeakSet, WeakRef],
  ...[ArrayBuffer, SharedArrayBuffer, DataView, Uint8Array, Int32Array, Uint32Array, Float64Array, BigInt64Array],
].map(({ prototype }) => prototype as object);

const hidden: readonly object[] = [
  prototypeOf(Uint8Array.prototype),
  iteratorOf([]),
  iteratorOf(new Map()),
  iteratorOf(new Set()),
  iteratorOf(''),
  prototypeOf(iteratorOf([])),
  prototypeOf(async () => undefined),
  prototypeOf(function* () {}),
  prototypeOf(async function* () {}),
];

/**
 * Freezes the built-in prototypes of this thread. To be called once its libraries have loaded and before it reads anything from
 * outside; again is harmless. Objects may still have a property of their own where the prototype has one of that name.
 */
export function freezePrototypes(): void {
  if (Object.isFrozen(Object.prototype)) return;
  for (const prototype of overridden) {
    letOthersOverride(prototype);
    // Nothing of it has a value to be written any more.
    Object.seal(prototype);
  }
  freezeArrays();
  for (const prototype of [...others, ...hidden]) Object.freeze(prototype);
}

/**
 * V8 takes a prototype that `Object.freeze` froze for one whose elements by number may be read-only, and asks it at each number that
 * is stored into an array: eight times the work, and sixty times where the array grows. It does not where a property was
 * redefined before; such a prototype it keeps as a dictionary, which makes calls of methods slow, until somebody inherits it anew.
 */
function freezeArrays(): void {
  const { prototype } = Array;
  Object.defineProperty(prototype, 'concat', { writable: false });
  Object.freeze(prototype);
  function Heir(): void {}
  Heir.prototype = prototype;
}

/** Assigning to an object what its frozen prototype has as a plain value would throw; an accessor gives the object its own. */
function letOthersOverride(prototype: object): void {
  for (const [name, { value, enumerable = false, configurable }] of Object.entries(
    Object.getOwnPropertyDescriptors(prototype),
  )) {
    // An accessor has no value, and what cannot be configured cannot be changed either.
    if (value === undefined || !configurable) continue;
    Object.defineProperty(prototype, name, {
      configurable: true,
      enumerable,
      get: () => value as unknown,
      set(this: object, next: unknown) {
        if (this === prototype) throw new TypeError(`${name} of what all objects share cannot be changed`);
        Object.defineProperty(this, name, { value: next, configurable: true, enumerable: true, writable: true });
      },
    });
  }
}
