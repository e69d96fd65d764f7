import t from 'tap';
import { type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { plain } from '../../../../protocol/said/plain.ts';
import { faultOf } from '../../../../server/platform/http/validation.ts';

const about = (schema: TSchema, value: unknown) => faultOf(Value.Errors(schema, value), 'field', value);
const of = (schema: TSchema, value: unknown) =>
  about(Type.Object({ a: schema }, { additionalProperties: false }), { a: value });

t.test('each rule of a schema says the field, its bound and what came', async (t) => {
  const cases: [TSchema, unknown, string, object][] = [
    [Type.Integer({ minimum: 1 }), 0, 'The field "a" must be >= 1.', { comparison: '>=', bound: 1, got: 0 }],
    [Type.Number({ maximum: 99_999 }), 1e6, 'The field "a" must be <= 99999.', { bound: 99_999, got: 1e6 }],
    [Type.Number({ exclusiveMaximum: 0.25 }), 1, 'The field "a" must be < 0.25.', { comparison: '<', bound: 0.25 }],
    [Type.Number({ multipleOf: 5 }), 7, 'The field "a" must be multiple of 5.', { step: 5, got: 7 }],
    [
      Type.String({ maxLength: 3 }),
      'four',
      'The field "a" must not have more than 3 characters.',
      { bound: 'most', of: 'characters', limit: 3, got: 4 },
    ],
    [
      Type.Array(Type.String(), { minItems: 1 }),
      [],
      'The field "a" must not have fewer than 1 items.',
      { bound: 'least', of: 'items', limit: 1, got: 0 },
    ],
    [Type.String(), 3, 'The field "a" must be string.', { types: ['string'], got: 'number' }],
    [Type.Integer(), null, 'The field "a" must be integer.', { types: ['integer'], got: 'null' }],
    [Type.Enum(['up', 'down']), 'x', 'The field "a" must be one of up, down.', { choices: ['up', 'down'] }],
    [Type.String({ format: 'date' }), 'x', 'The field "a" must be a valid date.', { format: 'date' }],
    [
      Type.String({ pattern: '^[^\\u0000-\\u001f]*$' }),
      'a\nb',
      'The field "a" must be one line of text, without control characters.',
      {},
    ],
    [Type.Array(Type.Integer(), { uniqueItems: true }), [1, 1], 'The field "a" must not have duplicate items.', {}],
    [Type.Literal('x'), 'y', 'The field "a" must be equal to constant.', { rule: 'const' }],
  ];
  for (const [schema, value, sentence, params] of cases) {
    const fault = of(schema, value);
    t.equal(plain(fault, 0), sentence);
    t.match(fault, { params: { place: 'field', field: 'a', ...params } }, sentence);
  }
});

t.test('what is missing, unknown or no object is said by its path', async (t) => {
  const schema = Type.Object({ a: Type.Object({ b: Type.String() }, { additionalProperties: false }) });
  t.equal(plain(about(schema, {}), 0), 'The field "a" is missing.');
  t.equal(plain(about(schema, { a: {} }), 0), 'The field "a.b" is missing.');
  t.equal(plain(about(schema, { a: { b: 'x', c: 1 } }), 0), 'The field "a.c" is not known here.');
  t.equal(plain(about(schema, []), 0), 'Send a JSON object as the body of the request.');
  t.equal(plain(faultOf([], 'query', {}), 0), 'The request does not fit its schema.');
  const turned = plain(about(Type.Object({}, { additionalProperties: false }), { 'x\u202Ey': 1 }), 0);
  t.match(turned, /x\[U\+202E\]y/, 'a name that turns text around is harmless');
  t.ok(plain(about(Type.Object({}, { additionalProperties: false }), { ['x'.repeat(9_000)]: 1 }), 0).length < 120);
});

t.test('what somebody typed is not told back: it may be a password', async (t) => {
  const fault = of(Type.String({ minLength: 12 }), 'hunter2');
  t.match(fault, { params: { limit: 12, got: 7 } });
  t.notMatch(JSON.stringify(fault), /hunter2/);
});
