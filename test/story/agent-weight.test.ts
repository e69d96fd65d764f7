import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readSegment } from '../../agent/spool/segment.ts';
import { Peer } from '../support/agent-peer.ts';
import { freePort } from '../support/free-port.ts';
import { enrolAt } from '../support/story-agent.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

/** Measured are 12 to 15 MB; what a new version of Node or a busy machine adds must not fail a build. */
const MAX_PRIVATE_BYTES = 20e6;
/** Reading a backlog fills the heap for a while. Its bound is 24 MiB. */
const MAX_DRAINING_BYTES = 36e6;
const MAX_RESIDENT_BYTES = 75e6;
/** A heap of this size breathes by 1 MB between two collections. */
const MAX_GROWTH_BYTES = 3e6;

interface Weight {
  /** Memory that the machine would not need without the agent. */
  readonly privateBytes: number;
  readonly residentBytes: number;
}

/** The server of the test runs the same Node: its pages are shared. */
function weigh(pid: number): Weight {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024;
  return { privateBytes: bytes('Private_Clean') + bytes('Private_Dirty'), residentBytes: bytes('Rss') };
}

t.test('the agent weighs little, and no more while nobody takes its reports', async (t) => {
  const peer = await Peer.start({ tls: true, port: await freePort() });
  t.teardown(() => peer.stop());
  peer.manners.intervalMs = 100;
  const machine = await enrolAt(t, peer.url, peer.createToken());
  const agent = machine.start();
  await peer.until('its inventory', () => peer.framesOf('inventory').length > 0);
  await peer.until('a hundred reports', () => peer.reports.length >= 100);
  const connected = weigh(agent.pid);
  t.comment(`connected: ${JSON.stringify(connected)}`);
  t.ok(connected.privateBytes < MAX_PRIVATE_BYTES, `${connected.privateBytes} bytes of its own`);
  t.ok(connected.residentBytes < MAX_RESIDENT_BYTES, `${connected.residentBytes} bytes resident`);

  const { port } = peer;
  await peer.stop();
  const kept = () =>
    readdirSync(machine.spoolDir)
      .filter((name) => name.endsWith('.spool'))
      .reduce((sum, name) => sum + readSegment(readFileSync(join(machine.spoolDir, name))).reports.length, 0);
  const alone: Weight[] = [];
  for (const count of [100, 200, 300]) {
    await until(`${count} more reports in the spool`, () => kept() >= 100 + count, { everyMs: 500 });
    alone.push(weigh(agent.pid));
  }
  t.comment(`alone: ${JSON.stringify(alone)}`);
  const lightest = Math.min(connected.privateBytes, ...alone.map(({ privateBytes }) => privateBytes));
  for (const { privateBytes } of alone) t.ok(privateBytes - lightest < MAX_GROWTH_BYTES, `${privateBytes} bytes`);

  const back = await Peer.start({ tls: true, likePeer: peer, port });
  t.teardown(() => back.stop());
  back.manners.intervalMs = 100;
  const seen = () => new Set(back.reports.map(({ report }) => report.sequence));
  // It may be a minute before it tries again.
  await back.until('what it kept', () => seen().size >= 250, 180_000);
  const drained = weigh(agent.pid);
  t.comment(`drained: ${JSON.stringify(drained)}`);
  t.ok(drained.privateBytes < MAX_DRAINING_BYTES, `${drained.privateBytes} bytes while giving it all`);
});
