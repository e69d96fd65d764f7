import t from 'tap';
import { describe } from '../../../../protocol/wire/metric.ts';
import { SchemaPool } from '../../../../server/edge/gateway/schema-pool.ts';

t.test('equal lists are one array, others are not', async (t) => {
  const pool = new SchemaPool();
  const list = () => [describe('cpu.busy'), describe('fs.size', '/')];
  const first = list();
  t.equal(pool.intern(first), first);
  t.equal(pool.intern(list()), first);
  t.equal(pool.size, 1);
  const f = (other: ReturnType<typeof list>, what: string) => t.equal(pool.intern(other), other, what);
  f([describe('cpu.busy'), describe('fs.size', '/var')], 'another name');
  f(list().reverse(), 'another order');
  f([{ ...describe('cpu.busy'), decimals: 2 }, describe('fs.size', '/')], 'other decimals');
  f([{ ...describe('cpu.busy'), kind: 'counter' }, describe('fs.size', '/')], 'another kind');
  f([describe('cpu.busy')], 'fewer');
  t.equal(pool.size, 6);
});
