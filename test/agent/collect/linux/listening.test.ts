import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import t from 'tap';
import { parseListening, readListening } from '../../../../agent/collect/linux/listening.ts';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 0 0 1\n`;

t.test('ports that others can reach', async (t) => {
  const f = (rows: readonly (readonly [local: string, state: string])[], want: readonly number[]) =>
    t.same(parseListening(head + rows.map(([local, state]) => row(local, state)).join('')), want);
  f([], []);
  f([['00000000:0016', '0A']], [22]);
  f([['020000C0:01BB', '0A']], [443]);
  f([['0100007F:1F90', '0A']], []);
  f([['3500007F:0035', '0A']], []);
  f([['00000000:0016', '01']], []);
  f([['00000000000000000000000000000000:0050', '0A']], [80]);
  f([['00000000000000000000000001000000:0050', '0A']], []);
  f([['0000000000000000FFFF00000100007F:0050', '0A']], []);
  f(
    [
      ['00000000:01BB', '0A'],
      ['00000000:0016', '0A'],
      ['00000000:0016', '0A'],
    ],
    [22, 443],
  );
  f(
    [
      ['nonsense', '0A'],
      ['00000000:zz', '0A'],
      ['00000000:0000', '0A'],
    ],
    [],
  );
  t.equal(
    parseListening(Array.from({ length: 99 }, (_, n) => row(`00000000:${(n + 1).toString(16)}`, '0A')).join('')).length,
    64,
  );
});

t.test('of this very machine', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.notOk(readListening().includes((server.address() as AddressInfo).port), 'loopback is of no other machine');
  server.close();
});
