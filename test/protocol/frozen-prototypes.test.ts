import t from 'tap';
import { freezePrototypes } from '../../protocol/frozen-prototypes.ts';

freezePrototypes();
freezePrototypes();

const shared: readonly object[] = [
  Object.prototype,
  Function.prototype,
  Array.prototype,
  Error.prototype,
  TypeError.prototype,
  Map.prototype,
  Promise.prototype,
  Uint8Array.prototype,
  Object.getPrototypeOf(Uint8Array.prototype),
  Object.getPrototypeOf([][Symbol.iterator]()),
];

t.test('nothing can be written onto what all objects share', async (t) => {
  for (const prototype of shared) {
    t.ok(Object.isFrozen(prototype));
    t.notOk(Reflect.defineProperty(prototype, 'hostile', { value: 1 }));
  }
  const named = JSON.parse('{"a":1}') as Record<string, Record<string, unknown> | undefined>;
  for (const name of ['size', 'then', 'toJSON', 'toString', 'constructor', '__proto__', 'get', 'value']) {
    t.throws(
      () => {
        const target = Reflect.get(named, '__proto__');
        if (target) target[name] = { hostile: true };
      },
      TypeError,
      name,
    );
    t.notOk(Object.hasOwn(Object.prototype, 'size'));
  }
  t.equal(`${{}}`, '[object Object]');
});

t.test('objects still have properties of their own with the names of shared ones', async (t) => {
  const error = new Error('x');
  error.name = 'OwnName';
  error.message = 'y';
  t.equal(String(error), 'OwnName: y');
  t.equal(String(new Error('x')), 'Error: x');
  const made: object = {};
  made.toString = () => 'mine';
  made.valueOf = () => 3;
  t.equal(`${made}`, 'mine');
  t.equal(Number(made), 3);
  t.same(Object.keys(made), ['toString', 'valueOf']);
  class Mine extends TypeError {
    override name = 'Mine';
  }
  t.equal(new Mine('x').name, 'Mine');
  t.ok(new Mine('x') instanceof TypeError);
  function Old(this: object): void {}
  Old.prototype = Object.create(Error.prototype);
  Old.prototype.constructor = Old;
  t.equal(Old.prototype.constructor, Old);
  t.same(Object.keys({ a: 1 }), ['a']);
  const seen: string[] = [];
  for (const key in { a: 1 }) seen.push(key);
  t.same(seen, ['a'], 'nothing shared is listed');
});
