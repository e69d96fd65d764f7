import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { runBundle, startBundle } from '../support/agent-bundle.ts';
import { Peer } from '../support/agent-peer.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

/** What this machine cannot show is left out, not skipped. */
const testIf = (isHere: boolean) => (isHere ? t.test.bind(t) : () => undefined);
const onLinux = testIf(process.platform === 'linux');
const whereMounts = testIf(mayOpen('/dev/fuse'));
t.setTimeout(400_000);

const fuse = fileURLToPath(new URL('../support/hanging-mount.ts', import.meta.url));
/** People are promised five seconds; the rest is for a machine with far more to do. What does not stop stays for ever. */
const STOP_MS = 5_000 + 20_000;

/** On some machines it is there for everybody, on others for root alone. */
function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function enrolled(t: Test) {
  const peer = await Peer.start();
  t.teardown(() => peer.stop());
  const dataDir = join(tempDir(t), 'agent');
  const { code, complaint } = await runBundle(t, [
    ...['enroll', '--server', peer.url, '--token', peer.createToken(), '--data-dir', dataDir],
  ]);
  t.equal(code, 0, complaint);
  return { peer, dataDir };
}

async function stopsInTime(t: Test, { finished }: ReturnType<typeof startBundle>, pid: number) {
  const askedAtMs = performance.now();
  process.kill(pid, 'SIGTERM');
  const { code, signal, complaint } = await finished;
  const tookMs = performance.now() - askedAtMs;
  t.ok(tookMs < STOP_MS, `it took ${Math.round(tookMs)} ms`);
  t.ok(code === 0 || code === 143 || signal === 'SIGTERM', `ended by ${code ?? signal}: ${complaint}`);
}

whereMounts('mounts that hang: the others, the link and the spool go on, and a stop is a stop', async (t) => {
  const { peer, dataDir } = await enrolled(t);
  const folder = tempDir(t);
  const types = ['fuse', 'fuse', 'fuse.sshfs', 'fuse.ceph-fuse', 'fuse'];
  const mounts = types.map((type, index) => ({
    type,
    path: join(folder, `m${index}`),
    hang: join(folder, `hang${index}`),
  }));
  // One by one in a mount namespace of its own, before the agent; they are gone with the test.
  // In namespaces of their own: they are gone when the agent is, however that ends.
  const script = [
    'node=$1 fuse=$2; shift 2',
    ...mounts.map(
      ({ type, path, hang }) =>
        `"$node" "$fuse" '${path}' ${type} /dev/fuse '${hang}' >&2 & until mountpoint -q '${path}'; do sleep 0.05; done`,
    ),
    '"$@" & wait $!',
  ].join('\n');
  const agent = startBundle(t, ['run', '--data-dir', dataDir], {
    environment: { VIGIA_REPORT_INTERVAL: '500ms' },
    wrap: (command) => [
      ...[
        'unshare',
        '-rmp',
        '--mount-proc',
        '--fork',
        '--kill-child',
        'sh',
        '-c',
        script,
        'sh',
        process.execPath,
        fuse,
      ],
      ...command,
    ],
  });
  const value = (metric: string) => {
    const newest = peer.reports.at(-1);
    const index = newest?.metrics.findIndex(({ name }) => name === metric) ?? -1;
    return newest?.report.scaled[index] ?? null;
  };
  const readable = () => mounts.map(({ path }) => value(`fs.readable[${path}]`));
  await peer.until('all of them', () => readable().every((flag) => flag === 1), 180_000);
  t.equal(value(`fs.size[${mounts[0]?.path}]`), 100_000 * 4096);

  for (const { hang } of mounts.slice(0, 4)) writeFileSync(hang, '');
  await peer.until('four that cannot be read', () => readable().filter((flag) => flag === 0).length === 4, 180_000);
  t.same(readable(), [0, 0, 0, 0, 1]);
  t.equal(value('fs.readable[/]') ?? 1, 1);
  const counted = peer.reports.length;
  await peer.until('reports go on', () => peer.reports.length >= counted + 10);
  const connection = peer.reports.at(-1)?.connection;
  peer.drop();
  await peer.until('it connects anew', () => peer.reports.at(-1)?.connection !== connection);

  rmSync(mounts[0]?.hang ?? '');
  await peer.until('one is back', () => readable()[0] === 1, 180_000);
  t.same(readable(), [1, 0, 0, 0, 1]);
  const pid = pidOf(dataDir);
  t.notMatch(waitsOf(pid), /fuse/, 'no thread of the agent waits for a file system');
  await stopsInTime(t, agent, pid);
});

/** Seen from outside of its namespaces. */
function pidOf(dataDir: string): number {
  const isAgent = (pid: string) => {
    const [program, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return program === process.execPath && args.includes(dataDir) && args.includes('run');
  };
  return Number(
    readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .find((pid) => tryOr(() => isAgent(pid), false)),
  );
}

/** What the threads of a process wait for in the kernel. */
function waitsOf(pid: number): string {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.map((thread) => tryOr(() => readFileSync(`/proc/${pid}/task/${thread}/wchan`, 'utf8'), '')).join(' ');
}

/** Processes and threads come and go while they are looked at. */
function tryOr<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

onLinux('a name server that does not answer keeps no agent from ending', async (t) => {
  const { dataDir } = await enrolled(t);
  const file = join(dataDir, 'enrolment.json');
  const enrolment = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...enrolment, server: 'https://vigia.example' }));
  const folder = tempDir(t);
  writeFileSync(join(folder, 'resolv.conf'), 'nameserver 192.0.2.1\n');
  writeFileSync(join(folder, 'nsswitch.conf'), 'hosts: dns\n');
  const listen = "require('node:dgram').createSocket('udp4').bind(53, '192.0.2.1', () => console.error('deaf'))";
  const script = `ip link set lo up && ip addr add 192.0.2.1/32 dev lo
    mount --bind "$1/resolv.conf" /etc/resolv.conf; mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
    "$2" -e "$3" & shift 3; "$@" & wait $!`;
  const agent = startBundle(t, ['run', '--data-dir', dataDir], {
    environment: { VIGIA_REPORT_INTERVAL: '500ms' },
    wrap: (command) => [
      ...['unshare', '-rmnp', '--mount-proc', '--fork', '--kill-child', 'sh', '-c', script, 'sh'],
      ...[folder, process.execPath, listen, ...command],
    ],
  });
  const spool = join(dataDir, 'spool');
  const sizeOf = () =>
    Number(execFileSync('sh', ['-c', `cat "${spool}"/*.spool 2>/dev/null | wc -c`], { encoding: 'utf8' }));
  const begun = await until('the spool is written', sizeOf);
  await until('and goes on', () => sizeOf() > begun);
  t.match(agent.complaint(), /deaf/);
  t.notMatch(agent.complaint(), /could not be resolved/, 'it is still being asked');
  await stopsInTime(t, agent, pidOf(dataDir));
});
