import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseInventory } from '../../protocol/wire/inventory.ts';
import { runBundle, startBundle } from '../support/agent-bundle.ts';
import { Peer } from '../support/agent-peer.ts';
import { tempDir } from '../support/temp-dir.ts';

for (const tls of [false, true]) {
  t.test(
    `the bundle enrols, reports this machine and leaves politely, ${tls ? 'over TLS' : 'on loopback'}`,
    async (t) => {
      const peer = await Peer.start({ tls });
      t.teardown(() => peer.stop());
      const dataDir = join(tempDir(t), 'agent');
      const enrolment = ['enroll', '--server', peer.url, '--token', peer.createToken(), '--data-dir', dataDir];
      const enrolled = await runBundle(t, [...enrolment, '--json', '--name', 'web-1']);
      t.equal(enrolled.code, 0, enrolled.complaint);
      t.match(JSON.parse(enrolled.output), { deviceId: 'device-1', clientName: 'Acme', server: peer.url });
      t.equal(peer.enrolments[0]?.hostname, 'web-1');

      const { child, finished } = startBundle(t, ['run', '--data-dir', dataDir], {
        environment: { VIGIA_REPORT_INTERVAL: '500ms' },
      });
      await peer.until('three reports', () => peer.reports.length >= 3);
      const busyOf = ({ metrics, report }: (typeof peer.reports)[number]) =>
        report.scaled[metrics.findIndex(({ name }) => name === 'cpu.busy')];
      // Between two rounds that come late, the clock of the kernel may not have moved.
      await peer.until('a real reading', () => peer.reports.some((one) => typeof busyOf(one) === 'number'));
      const { metrics } = peer.reports.at(-1)!;
      t.ok(metrics.length > 20, `${metrics.length} metrics`);
      await peer.until('the inventory', () => peer.framesOf('inventory').length === 1);
      t.doesNotThrow(() => parseInventory(peer.framesOf('inventory')[0]?.json ?? ''));

      const second = await runBundle(t, ['run', '--data-dir', dataDir]);
      t.equal(second.code, 1);
      t.match(second.complaint, new RegExp(`Another agent \\(process ${child.pid}\\) .*\\(data_dir_in_use\\)`));
      const status = await runBundle(t, ['status', '--data-dir', dataDir, '--json']);
      t.match(JSON.parse(status.output), { enrolled: true, deviceId: 'device-1', runningAs: child.pid });

      child.kill('SIGTERM');
      const { code, complaint } = await finished;
      t.equal(code, 0, complaint);
      await peer.until('the goodbye', () => peer.framesOf('goodbye').length > 0);
      t.match(peer.framesOf('goodbye'), [{ reason: 'service_stop', returnInMs: 600_000 }]);
      for (const line of complaint.trim().split('\n')) t.doesNotThrow(() => JSON.parse(line), 'the log is JSON lines');
    },
  );
}

t.test('an upgrade says so, once', async (t) => {
  const peer = await Peer.start();
  t.teardown(() => peer.stop());
  const dataDir = join(tempDir(t), 'agent');
  await runBundle(t, ['enroll', '--server', peer.url, '--token', peer.createToken(), '--data-dir', dataDir]);
  let starts = 0;
  for (const reason of ['upgrade', 'service_stop']) {
    const { child, finished } = startBundle(t, ['run', '--data-dir', dataDir], {
      environment: { VIGIA_REPORT_INTERVAL: '500ms' },
    });
    const count = peer.reports.length;
    await peer.until('a report', () => peer.reports.length > count);
    if (reason === 'upgrade') writeFileSync(join(dataDir, 'upgrade'), '');
    child.kill('SIGTERM');
    await finished;
    starts += 1;
    await peer.until('the goodbye', () => peer.framesOf('goodbye').length >= starts);
    t.equal(peer.framesOf('goodbye').at(-1)?.reason, reason);
  }
});

t.test('an agent that is killed delivers what it had after its next start', async (t) => {
  const peer = await Peer.start();
  t.teardown(() => peer.stop());
  const dataDir = join(tempDir(t), 'agent');
  await runBundle(t, ['enroll', '--server', peer.url, '--token', peer.createToken(), '--data-dir', dataDir]);
  peer.manners.acknowledge = false;
  const options = { environment: { VIGIA_REPORT_INTERVAL: '300ms' } };
  const first = startBundle(t, ['run', '--data-dir', dataDir], options);
  await peer.until('four reports', () => peer.reports.length >= 4);
  first.child.kill('SIGKILL');
  await first.finished;
  const run = peer.reports[0]?.runId;
  // The last may have been on the wire before it was on the disk, so that a slow disk delays nothing.
  const made = new Set(peer.sequences(run).slice(0, -1));
  peer.reports.length = 0;
  peer.manners.acknowledge = true;
  startBundle(t, ['run', '--data-dir', dataDir], options);
  await peer.until('all of them again', () => made.isSubsetOf(new Set(peer.sequences(run))));
  t.ok(peer.reports.filter(({ runId }) => runId === run).every(({ report }) => report.backfill));
});

t.test('a wrong command line or setting is one sentence and an exit code', async (t) => {
  const dataDir = tempDir(t);
  const fails = async (args: string[], code: number, sentence: RegExp, environment?: Record<string, string>) => {
    const outcome = await runBundle(t, args, environment);
    t.equal(outcome.code, code, args.join(' '));
    t.match(outcome.complaint, sentence);
    t.notMatch(outcome.complaint, /^ {4}at /m, 'without a stack');
  };
  await fails([], 2, /A command is missing.*usage/s);
  await fails(['fly'], 2, /There is no command "fly"/);
  await fails(['run', '--fast'], 2, /--fast/);
  await fails(['run', 'now'], 2, /What is "now" for/);
  await fails(['enroll', '--server', 'https://x'], 2, /needs --server URL and --token/);
  await fails(['enroll', '--server', 'x', '--token', 'y', '--data-dir', dataDir], 2, /"x" is no address/);
  await fails(['run', '--data-dir', dataDir], 1, /not enrolled .*not_enrolled/);
  await fails(['run'], 1, /VIGIA_COLOUR is no setting/, { VIGIA_COLOUR: 'red' });
  await fails(['run'], 1, /VIGIA_REPORT_INTERVAL is "soon"/, { VIGIA_REPORT_INTERVAL: 'soon' });
  const json = await runBundle(t, ['run', '--data-dir', dataDir, '--json']);
  t.match(JSON.parse(json.output), { error: { code: 'not_enrolled', message: /vigia-agent enroll/ } });
  t.equal((await runBundle(t, ['--help'])).code, 0);
  t.match((await runBundle(t, ['version'])).output, /^\d+\.\d+\.\d+\n$/);
});

t.test('the token comes by standard input or from a file, so that no list of processes shows it', async (t) => {
  const peer = await Peer.start();
  t.teardown(() => peer.stop());
  const folder = tempDir(t);
  const enrol = (file: string, input?: string) => {
    const args = ['enroll', '--server', peer.url, '--token-file', file, '--data-dir', join(folder, 'agent'), '--force'];
    return startBundle(t, args, input === undefined ? {} : { input }).finished;
  };
  const byInput = await enrol('-', `${peer.createToken()}\n`);
  t.equal(byInput.code, 0, byInput.complaint);
  writeFileSync(join(folder, 'token'), `${peer.createToken()}\n`);
  t.equal((await enrol(join(folder, 'token'))).code, 0);
  const missing = await enrol(join(folder, 'nowhere'));
  t.equal(missing.code, 2);
  t.match(missing.complaint, /The token cannot be read from .*nowhere/);
  t.match((await enrol('-', '')).complaint, /enroll needs --server URL and --token/);
});
