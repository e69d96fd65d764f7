import fc from 'fast-check';
import t from 'tap';
import { ProtocolError } from '../../../protocol/error.ts';
import { MAX_CHECKS_PER_AGENT, parsePlan } from '../../../protocol/wire/check-plan.ts';
import { holds } from '../../support/property.ts';

const check = { id: 'c1', target: { kind: 'process', name: 'nginx' }, intervalMs: 5_000, timeoutMs: 1_000 };
const planOf = (...checks: unknown[]) => JSON.stringify({ checks });

t.test('reads every kind of check', async (t) => {
  const targets = [
    { kind: 'process', name: 'nginx' },
    { kind: 'unit', name: 'mssql-server' },
    { kind: 'tcp', host: '127.0.0.1', port: 5432 },
    { kind: 'http', url: 'https://shop.test/' },
    { kind: 'http', url: 'https://shop.test/', status: [200, 204], text: 'hello', maxMs: 500 },
  ];
  for (const target of targets) t.same(parsePlan(planOf({ ...check, target })), { checks: [{ ...check, target }] });
  t.same(parsePlan(planOf()), { checks: [] });
});

t.test('leaves out what a newer server may ask for', async (t) => {
  t.same(parsePlan(planOf(check, { ...check, id: 'c2', target: { kind: 'icmp' } })), { checks: [check] });
  t.same(parsePlan(planOf({ ...check, colour: 'red' })), { checks: [check] });
});

const bad: readonly (readonly [what: string, json: string])[] = [
  ['no JSON', '{'],
  ['no object', '[]'],
  ['no checks', '{}'],
  [
    'too many',
    planOf(...Array.from({ length: MAX_CHECKS_PER_AGENT + 1 }, (_, index) => ({ ...check, id: `c${index}` }))),
  ],
  ['the same id twice', planOf(check, check)],
  ['an id that would break the name of a metric', planOf({ ...check, id: 'c]1' })],
  ['no target', planOf({ ...check, target: undefined })],
  ['a port of 0', planOf({ ...check, target: { kind: 'tcp', host: 'h', port: 0 } })],
  ['an endless name', planOf({ ...check, target: { kind: 'process', name: 'x'.repeat(65) } })],
  ['an address that is none', planOf({ ...check, target: { kind: 'http', url: 'shop' } })],
  ['a pace of 0', planOf({ ...check, intervalMs: 0 })],
  ['a timeout without end', planOf({ ...check, timeoutMs: 1e9 })],
];
for (const [what, json] of bad) {
  t.test(`refuses ${what}`, async (t) => {
    t.throws(() => parsePlan(json), { code: 'frame_malformed', message: /^The plan cannot be read: / });
  });
}

t.test('throws nothing else, whatever comes', async (t) =>
  holds(
    t,
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.jsonValue().map((value) => planOf(value)),
      ),
      (json) => {
        try {
          parsePlan(json);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
      },
    ),
  ),
);
