import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import t from 'tap';
import { listen } from '../../../server/app/listen.ts';

t.test('a fleet that knocks while the server is busy waits, instead of being dropped by the kernel', async (t) => {
  const server = createServer();
  t.teardown(() => server.close());
  await listen(server, { host: '127.0.0.1', port: 0 });
  const { port } = server.address() as AddressInfo;
  const knocks = 900;
  // Blocks this process, so that nothing is accepted meanwhile. A dropped connection is tried again after a second at the soonest.
  const answer = execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', knock, String(port), String(knocks)],
    {
      encoding: 'utf8',
      timeout: 300_000,
    },
  );
  const kernelLimit = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
  t.ok(Number(answer) >= Math.min(knocks, kernelLimit), `${answer.trim()} of ${knocks} got through`);
});

/** Knocks once with each connection, and prints how many got through until a whole second brought no other. */
const knock = `
import { connect } from 'node:net';
const [port, knocks] = process.argv.slice(1).map(Number);
let through = 0;
// When this process itself stood still, its timers come before the news from its sockets.
const end = () => {
  const before = through;
  setImmediate(() => setImmediate(() => {
    if (through !== before) return;
    console.log(through);
    process.exit();
  }));
};
let quiet = setTimeout(end, 1_000);
for (let nth = 0; nth < knocks; nth += 1) {
  connect(port, '127.0.0.1').on('connect', () => {
    through += 1;
    clearTimeout(quiet);
    quiet = setTimeout(end, 1_000);
  });
}
`;

t.test('what is wrong with an address is said with what to do', async (t) => {
  const server = createServer();
  t.teardown(() => server.close());
  await listen(server, { host: '127.0.0.1', port: 0 });
  const { port } = server.address() as AddressInfo;
  await t.rejects(listen(createServer(), { host: '127.0.0.1', port }), {
    code: 'port_in_use',
    message: /set VIGIA_PORT/,
  });
  await t.rejects(listen(createServer(), { host: '192.0.2.1', port: 0 }), {
    code: 'address_unavailable',
    message: /This machine has no address 192\.0\.2\.1/,
  });
});
