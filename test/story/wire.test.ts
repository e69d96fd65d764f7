import t from 'tap';
import { encodeFrame } from '../../protocol/wire/codec.ts';
import { Feature, type FrameType } from '../../protocol/wire/frame.ts';
import { Peer } from '../support/agent-peer.ts';
import { freePort } from '../support/free-port.ts';
import { Relay } from '../support/relay.ts';
import { startServer } from '../support/story.ts';
import { enrol, enrolAt, meminfoBytes } from '../support/story-agent.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

/** Around a frame of up to 125 bytes: the head and mask of the WebSocket, the record of TLS 1.3. */
const AROUND_BYTES = 6 + 22;
/** For 55 metrics; a machine with more disks and interfaces has more to tell. */
const aimBytes = (metrics: number) => 120 * Math.max(1, metrics / 55);

t.test('the installed agent over TLS: an old server gets full reports, a new one the changes', async (t) => {
  const old = await Peer.start({ tls: true, port: await freePort() });
  t.teardown(() => old.stop());
  Object.assign(old.manners, { intervalMs: 250, features: 0 });
  const machine = await enrolAt(t, old.url, old.createToken());
  const agent = machine.start();
  await old.until('six reports', () => old.reports.length >= 6);
  t.equal(old.framesOf('report_delta').length, 0);
  t.ok(
    old.hellos.every(({ features }) => features & Feature.deltaReports),
    'it would',
  );

  // The server is upgraded: the same address, keys and agent.
  const { port } = old;
  await old.stop();
  const upgraded = await Peer.start({ tls: true, likePeer: old, port });
  t.teardown(() => upgraded.stop());
  upgraded.manners.intervalMs = 250;
  await upgraded.until('twenty live reports', () => live(upgraded).length >= 20);
  await agent.stop('SIGTERM');

  const all = [...old.reports, ...upgraded.reports];
  const sequences = [...new Set(all.map(({ report }) => report.sequence))].sort((a, b) => a - b);
  t.same(
    sequences,
    sequences.map((_, index) => index + 1),
    'no report is missing',
  );
  const size = meminfoBytes('MemTotal');
  const sizes = all.map(
    ({ metrics, report }) => report.scaled[metrics.findIndex(({ name }) => name === 'memory.size')],
  );
  t.same([...new Set(sizes)], [size], 'what was true on the machine is true here');

  const bytes = (type: FrameType) => upgraded.framesOf(type).map((frame) => encodeFrame(frame).length + AROUND_BYTES);
  const deltas = bytes('report_delta');
  const mean = deltas.reduce((sum, one) => sum + one, 0) / deltas.length;
  const metrics = upgraded.reports[0]?.metrics.length ?? 0;
  t.comment(
    `${metrics} metrics: ${bytes('report')[0]} bytes in full, ${mean.toFixed(1)} as changes (${deltas.length} reports)`,
  );
  t.ok(deltas.length >= 18);
  t.ok(mean <= aimBytes(metrics), `${mean.toFixed(1)} bytes a report on the wire`);
});

const live = (peer: Peer) => peer.reports.filter(({ report }) => !report.backfill);

t.test('over a network that breaks, every report arrives once, in full or as changes', async (t) => {
  const server = await startServer(t, { reportInterval: '200ms', selfSigned: true });
  const relay = await Relay.start(t, server.address);
  const machine = await enrol(t, server, { through: relay.address.replace('http:', 'https:') });
  const agent = machine.start();
  const stored = () => server.reports(machine.deviceId).map(({ sequence }) => sequence);
  for (let breaks = 1; breaks <= 3; breaks += 1) {
    const have = stored().length;
    await until(`reports after ${breaks - 1} breaks`, () => stored().length >= have + 8);
    relay.cut();
    // Its log tells of a link that broke once a minute.
    await until('the link is gone', async () => /^vigia_agents_connected 0$/m.test(await server.get('/metrics')));
    relay.mend(server.address);
  }
  // Live reports go first, so that at some moments what waited is not all there yet.
  const isWhole = (sequences: readonly number[]) => Math.max(...sequences) === new Set(sequences).size;
  const sequences = await until('what waited', () => [stored()].find(isWhole));
  t.ok(sequences.length >= 24, `${sequences.length} reports`);
  t.equal(new Set(sequences).size, sequences.length, 'each of them once');
  await agent.stop('SIGTERM');
});
