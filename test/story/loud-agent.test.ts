import { randomBytes } from 'node:crypto';
import t from 'tap';
import { RawLink } from '../support/raw-link.ts';
import { simInventory } from '../support/sim-agent.ts';
import { startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

const MAX_WAIT_MS = 5_000;
const INVENTORIES = 4_657;

/** A valid inventory of some 54 KB; `n` makes it another one. */
function inventory(n: number): string {
  const packages = Array.from({ length: 600 }, (_, index) => `${n}-${index}-${'x'.repeat(64)}`);
  return JSON.stringify({ ...simInventory(`host-${n}`), filler: packages });
}

t.test('one agent that floods the server with documents makes nobody wait', async (t) => {
  const server = await startServer(t);
  const [loud, quiet] = [await enrol(t, server), await enrol(t, server)];
  const agent = quiet.start();
  await server.untilDevice(quiet.deviceId, 'is up', ({ state }) => state === 'up');
  const flooder = await RawLink.open(t, server.address);
  await flooder.authenticate(loud.dataDir);

  const padding = randomBytes(1).toString('hex');
  let sent = 0;
  let isOver = false;
  const flood = (async () => {
    while (sent < INVENTORIES && flooder.closeCode === undefined && !isOver) {
      for (let n = 0; n < 50; n += 1) flooder.send({ type: 'inventory', json: inventory(sent + n) });
      sent += 50;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  await until('the flood has begun', () => sent > 500);
  const waits: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const startedAt = performance.now();
    const { status, text } = await server.ask('POST', '/api/v1/clients', { name: `Client ${padding} ${n}` });
    t.equal(status, 201, text);
    waits.push(performance.now() - startedAt);
  }
  const longestMs = Math.round(Math.max(...waits));
  t.comment(`${sent} inventories sent meanwhile, the longest write took ${longestMs} ms`);
  t.ok(longestMs < MAX_WAIT_MS, `${longestMs} ms`);
  const before = server.reports(quiet.deviceId).length;
  await until('the reports of another go on', () => server.reports(quiet.deviceId).length > before + 2);
  isOver = true;
  await flood;
  const isRefused = server.log.some(({ level }) => Number(level) >= 50);
  t.notOk(isRefused, 'no error in the log');
  t.equal((await server.device(quiet.deviceId)).state, 'up');
  await agent.stop('SIGKILL');
});
