import t from 'tap';
import { HalfOpen } from '../../../../server/edge/gateway/half-open.ts';

t.test('one more than there is room for sends away the oldest of who holds most', async (t) => {
  const waiting = new HalfOpen<string>(5);
  const add = (address: string, link: string) => waiting.add(address, link);
  t.equal(add('192.0.2.1', 'a1'), null);
  t.equal(add('2001:db8::1', 'b1'), null);
  t.equal(add('2001:db8::2', 'b2'), null);
  t.equal(add('2001:db8::ffff', 'b3'), null);
  t.equal(add('::ffff:192.0.2.1', 'a2'), null);
  t.equal(add('198.51.100.1', 'c1'), 'b1', 'a /64 is one address');
  t.equal(waiting.length, 5);
  t.equal(add('192.0.2.1', 'a3'), 'a1', 'IPv4 counts as what it is, in both forms');
  waiting.delete('2001:db8::2', 'b2');
  waiting.delete('2001:db8::2', 'b2');
  waiting.delete('203.0.113.1', 'never there');
  t.equal(waiting.length, 4);
  t.equal(add('198.51.100.1', 'c2'), null);
  t.equal(add('198.51.100.1', 'c3'), 'a2', 'the first of two that hold as much');
});
