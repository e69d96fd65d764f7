import fc from 'fast-check';
import t from 'tap';
import {
  type Absentee,
  isSiteEmergency,
  networkOf,
  siteLostAt,
  siteQuorum,
  vanishedTogether,
} from '../../../server/domain/blame.ts';
import { holds } from '../../support/property.ts';

const seconds = 1_000;
const minutes = 60_000;

t.test('siteQuorum: 2 of 2, otherwise max(3, 55 %)', async (t) => {
  const f = (total: number, want: number) => t.equal(siteQuorum(total), want, `of ${total}`);
  f(0, Number.POSITIVE_INFINITY);
  f(1, Number.POSITIVE_INFINITY);
  f(2, 2);
  f(3, 3);
  f(4, 3);
  f(5, 3);
  f(6, 4);
  f(9, 5);
  f(10, 6);
  f(20, 11);
  f(40, 22);
  f(50, 28);
  f(100, 55);
});

t.test('siteLostAt: enough of them, within 60 s', async (t) => {
  const f = (total: number, goneAt: number[], want: number | null) => t.equal(siteLostAt(total, goneAt), want);
  f(1, [0], null);
  f(2, [0], null);
  f(2, [0, 60 * seconds], 0);
  f(2, [60 * seconds, 0], 0);
  f(2, [0, 60 * seconds + 1], null);
  f(3, [0, 1], null);
  f(3, [0, 1, 2], 0);
  f(4, [0, 1, 2], 0);
  f(6, [0, 1, 2], null);
  f(6, [0, 1, 2, 3], 0);
  // One that was lost long before takes no part.
  f(5, [0, 100 * minutes, 100 * minutes + 1, 100 * minutes + 2], 100 * minutes);
  f(5, [0, 100 * minutes, 100 * minutes + 1], null);
  f(
    50,
    Array.from({ length: 27 }, (_, n) => n),
    null,
  );
  f(
    50,
    Array.from({ length: 28 }, (_, n) => n),
    0,
  );
});

/** `count` absentees of each client, each client behind its own address, one second apart. */
const absent = (...counts: number[]): Absentee[] =>
  counts.flatMap((count, client) =>
    Array.from({ length: count }, (_, n) => ({
      deviceId: `${client}-${n}`,
      siteId: `s${client}`,
      clientId: `c${client}`,
      network: `a${client}`,
      goneAt: n * seconds,
    })),
  );

t.test('vanishedTogether: half of 10 or more, of 3 or more clients and addresses, within 60 s', async (t) => {
  const f = (total: number, gone: Absentee[], want: number | null) =>
    t.equal(vanishedTogether(total, gone)?.length ?? null, want);
  f(10, absent(2, 2, 1), 5);
  f(10, absent(2, 1, 1), null);
  f(11, absent(2, 2, 1), null);
  f(9, absent(3, 3, 3), null);
  f(12, absent(2, 2, 2), 6);
  // One lone device, one dominant client, two clients.
  f(1, absent(1), null);
  f(10, absent(10), null);
  f(10, absent(8, 2), null);
  f(10, absent(8, 1, 1), 10);
  // Three clients behind one address, or whose addresses are not known.
  f(
    10,
    absent(2, 2, 2).map((one) => ({ ...one, network: 'same' })),
    null,
  );
  f(
    10,
    absent(2, 2, 2).map((one) => ({ ...one, network: null })),
    null,
  );
  f(
    10,
    absent(2, 2, 2).map((one, n) => ({ ...one, network: n === 0 ? 'other' : one.network })),
    6,
  );
  // The last one at 60 s, and one ms later.
  const at = (ms: number) => [...absent(2, 2), ...absent(0, 0, 1).map((one) => ({ ...one, goneAt: ms }))];
  f(10, at(60 * seconds), 5);
  f(10, at(60 * seconds + 1), null);
  // Those who were lost an hour before take no part.
  f(10, [...absent(2, 2, 1), ...absent(0, 0, 0, 3).map((one) => ({ ...one, goneAt: -60 * minutes }))], 5);
});

t.test('vanishedTogether never blames the server for fewer than half, one client or one address', async (t) => {
  const one = fc.record({
    client: fc.constantFrom('a', 'b', 'c', 'd'),
    network: fc.constantFrom('1', '2', '3', null),
    goneAt: fc.integer({ min: 0, max: 200_000 }),
  });
  holds(
    t,
    fc.property(fc.array(one, { maxLength: 30 }), fc.integer({ min: 1, max: 40 }), (list, total) => {
      const gone = list.map(({ client, network, goneAt }, n) => ({
        deviceId: `${n}`,
        siteId: client,
        clientId: client,
        network,
        goneAt,
      }));
      const together = vanishedTogether(total, gone);
      const brute = gone.some((first) => {
        const window = gone.filter(({ goneAt }) => goneAt >= first.goneAt && goneAt - first.goneAt <= 60_000);
        const clients = new Set(window.map(({ clientId }) => clientId)).size;
        const networks = new Set(window.flatMap(({ network }) => (network === null ? [] : [network]))).size;
        return total >= 10 && window.length * 2 >= total && clients >= 3 && networks >= 3;
      });
      if ((together !== null) !== brute) throw new Error(`${together?.length ?? 'nobody'} but by force ${brute}`);
    }),
    { numRuns: 2_000 },
  );
});

t.test('isSiteEmergency: half of 3 or more, for 5 min', async (t) => {
  const f = (total: number, downSince: number[], want: boolean) =>
    t.equal(isSiteEmergency(total, downSince, 5 * minutes), want);
  f(2, [0, 0], false);
  f(3, [0], false);
  f(3, [0, 0], true);
  f(4, [0, 0], true);
  f(4, [0, 1], false);
  f(4, [0], false);
  f(5, [0, 0], false);
  f(5, [0, 0, 0], true);
});

t.test('networkOf: the address, or the first 48 bits of IPv6', async (t) => {
  const f = (address: string, want: string) => t.equal(networkOf(address), want);
  f('198.51.100.7', '198.51.100.7');
  f('::ffff:198.51.100.7', '198.51.100.7');
  f('2001:db8:12:34::1', '2001:db8:12::/48');
  f('2001:0db8:0012:ffff:1:2:3:4', '2001:db8:12::/48');
  f('2001:db8::1', '2001:db8:0::/48');
  f('::1', '0:0:0::/48');
});
