import { join } from 'node:path';
import t from 'tap';
import { startBundle } from '../support/agent-bundle.ts';
import { Peer } from '../support/agent-peer.ts';
import { smallDisk } from '../support/mount.ts';

t.test('an agent that starts on a read-only folder goes on from memory, and says what is read-only', async (t) => {
  const disk = smallDisk(t);
  if (disk.kind !== 'loop') {
    t.pass('only root can mount a disk read-only');
    return;
  }
  const peer = await Peer.start();
  t.teardown(() => peer.stop());
  const dataDir = join(disk.mountpoint, 'agent');
  const script = '"$@" && mount -o remount,ro "$0"';
  const enrol = ['enroll', '--server', peer.url, '--token', peer.createToken(), '--data-dir', dataDir];
  const enrolled = await startBundle(t, enrol, {
    wrap: (command) => disk.wrap(['sh', '-c', script, disk.mountpoint, ...command]),
  }).finished;
  t.equal(enrolled.code, 0, enrolled.complaint);

  // Mounted anew, as a machine is that was restarted after its disk had failed.
  const run = (...args: string[]) =>
    startBundle(t, args, {
      environment: { VIGIA_REPORT_INTERVAL: '500ms' },
      wrap: (command) => disk.wrap(['sh', '-c', 'mount -o remount,ro "$0" && exec "$@"', disk.mountpoint, ...command]),
    });
  const agent = run('run', '--data-dir', dataDir);
  await peer.until('ten reports', () => peer.reports.length >= 10);
  const newest = peer.reports.at(-1);
  const value = (name: string) => newest?.report.scaled[newest.metrics.findIndex((metric) => metric.name === name)];
  t.equal(value(`fs.readOnly[${disk.mountpoint}]`), 1);
  t.match(agent.complaint(), /cannot be written; what is not delivered waits in memory.*EROFS/);

  peer.manners.acknowledge = false;
  const counted = peer.reports.length;
  await peer.until('reports that nobody acknowledges', () => peer.reports.length >= counted + 5);
  const waiting = peer.sequences(newest?.runId).slice(-3);
  peer.reports.length = 0;
  peer.manners.acknowledge = true;
  peer.drop();
  await peer.until('they come again', () => {
    const again = new Set(peer.sequences(newest?.runId));
    return waiting.every((sequence) => again.has(sequence));
  });
  agent.child.kill('SIGTERM');
  const { code, complaint } = await agent.finished;
  t.equal(code, 0, complaint);
});
