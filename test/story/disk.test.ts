import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { fillDisk, freeDisk, smallDisk } from '../support/mount.ts';
import { startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const DISK_FOR_MS = 1_500;

t.test('a disk fills: an incident opens by itself, and closes by itself when there is room again', async (t) => {
  const server = await startServer(t, { reportInterval: '500ms', settings: { diskForMs: DISK_FOR_MS } });
  const machine = await enrol(t, server);
  const disk = smallDisk(t);
  t.comment(`the disk is of the kind "${disk.kind}"`);
  const agent = machine.start(disk.wrap);
  const { deviceId } = machine;
  const { mountpoint } = disk;
  const available = `fs.available[${mountpoint}]`;

  const device = await server.untilDevice(deviceId, 'shows the disk', ({ fileSystems }) =>
    fileSystems.some((one) => one.mountpoint === mountpoint && (one.sizeBytes ?? 0) > 0),
  );
  const sizeBytes = device.fileSystems.find((one) => one.mountpoint === mountpoint)?.sizeBytes ?? 0;
  t.ok(sizeBytes > 40 * 2 ** 20 && sizeBytes <= 64 * 2 ** 20, `${sizeBytes} bytes`);

  fillDisk(disk, agent.pid, 0.03);
  const filledAtMs = Date.now();
  const opened = await server.untilIncident(deviceId, 'disk.space', ({ state }) => state === 'open');

  t.test('it opens with the first report after its "for"', async (t) => {
    const shownAtMs = Date.now();
    // What came late opens nothing about the present.
    const live = server.reports(deviceId).filter(({ backfill }) => !backfill);
    const reports = live.map(({ at, metrics, scaled }) => {
      return { at, availableBytes: scaled[metrics.findIndex(({ name }) => name === available)] ?? null };
    });
    const isFull = ({ availableBytes }: { availableBytes: number | null }) =>
      availableBytes !== null && availableBytes < 0.05 * sizeBytes;
    const onset = reports.find(isFull)?.at ?? Number.NaN;
    const [first] = reports.filter(({ at }) => at >= onset + DISK_FOR_MS);
    t.equal(Date.parse(opened.onsetAt), onset, 'the condition began with the first report that showed it');
    t.equal(Date.parse(opened.openedAt), first?.at, 'and no report later than needed it was raised');
    t.comment(`detectionDelayMs: onset to raised ${(first?.at ?? 0) - onset} (for: ${DISK_FOR_MS})`);
    t.comment(`detectionDelayMs: filled to seen over the API ${shownAtMs - filledAtMs}`);
  });

  t.test('its sentence has the numbers, and the screens know', async (t) => {
    t.equal(opened.priority, 'high');
    t.equal(opened.object, mountpoint);
    const numbers = / has (\d+\.\d MB) left of (\d+\.\d MB) \((2\.\d|3\.0)% free, below (\d+\.\d MB) for 1 s\)$/.exec(
      opened.sentence,
    );
    t.ok(numbers, opened.sentence);
    t.ok(opened.sentence.startsWith(mountpoint));
    const shown = await server.device(deviceId);
    t.match(shown, { state: 'up', openIncidents: 1, worstPriority: 'high', fullestDisk: { mountpoint } });
    const { evidence } = await server.incident(opened.id);
    t.match(evidence, { metrics: [available], threshold: { metric: available } });
    t.ok(Math.abs((evidence?.threshold?.value ?? 0) - 0.05 * sizeBytes) < 1, 'the line to draw into the chart');
  });

  t.test('a person acknowledges it', async (t) => {
    const path = `/api/v1/incidents/${opened.id}/acknowledge`;
    t.equal((await server.ask('POST', path, {}, 'viewer')).status, 403);
    const { status, body } = await server.ask('POST', path, {}, 'technician');
    t.equal(status, 200);
    t.match(body, { state: 'acknowledged', acknowledgedBy: 'technician of the story' });
  });

  t.test('room again', async (t) => {
    freeDisk(disk, agent.pid);
    const freedAtMs = Date.now();
    const resolved = await server.untilIncident(deviceId, 'disk.space', ({ state }) => state === 'resolved');
    t.comment(`resolved ${Date.parse(resolved.resolvedAt ?? '') - freedAtMs} ms after the space was freed`);
    t.equal(resolved.id, opened.id);
    t.equal(resolved.sentence, `${mountpoint} has enough space again`);
    const { events } = await server.incident(opened.id);
    t.same(
      events.map(({ kind }) => kind),
      ['opened', 'acknowledged', 'resolved'],
    );
    t.match(await server.device(deviceId), { openIncidents: 0, worstPriority: null });
  });

  t.test('people were told once of each', async (t) => {
    const told = ['incident.raised', 'incident.resolved'];
    await until('both notices', () => server.noticesOf(opened.id).length >= told.length);
    t.same(server.noticesOf(opened.id), told);
    t.match(server.notices[0]?.payload, { priority: 'high', rule: 'disk.space', sentence: opened.sentence });
    const state = new DatabaseSync(join(server.dataDir, 'state.db'), { readOnly: true });
    t.teardown(() => state.close());
    const read = state.prepare('SELECT kind, attempts, delivered_at FROM outbox ORDER BY id');
    // A message is marked after its receiver has it.
    const rows = await until('both are marked', () => {
      const found = read.all();
      return found.every(({ delivered_at }) => delivered_at !== null) && found;
    });
    t.match(
      rows,
      told.map((kind) => ({ kind, attempts: 1, delivered_at: Number })),
    );
    t.equal(rows.length, told.length);
    t.equal((await server.incidents(deviceId)).length, 1);
  });
});

/** Each dataset or subvolume of a pool sees the pool's own free space: a full one is one incident, not one for each name. */

const SUBVOLUMES = ['homes', 'mail', 'things'];

/** Only root may mount, and not every kernel knows btrfs, nor has every root loop devices. */
const whereMounted = process.getuid?.() === 0 && canMount() ? t.test.bind(t) : () => undefined;

function canMount(): boolean {
  const script =
    'set -e; cd "$(mktemp -d)"; truncate -s 128M i; mkfs.btrfs -q i; mkdir m; mount -o loop i m; umount m; rm i';
  try {
    execFileSync('unshare', ['--mount', 'bash', '-c', script], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** One real btrfs, of which three subvolumes are mounted beside the whole, for one process in a mount namespace of its own. */
function poolFor(t: Test): { folder: string; wrap: (command: readonly string[]) => readonly string[] } {
  const folder = tempDir(t);
  const image = join(folder, 'image');
  writeFileSync(image, '');
  truncateSync(image, 256 * 2 ** 20);
  execFileSync('mkfs.btrfs', ['-q', '--mixed', image]);
  for (const name of ['pool', ...SUBVOLUMES]) mkdirSync(join(folder, name));
  // The loop device goes with its last mount.
  const script = `
    set -e
    cd "$1"; shift
    device=$(losetup --find --show image)
    trap 'losetup --detach "$device" || true' EXIT
    mount "$device" pool
    for name in ${SUBVOLUMES.join(' ')}; do
      btrfs subvolume create "pool/$name" >/dev/null
      mount -o subvol="$name" "$device" "$name"
    done
    losetup --detach "$device"; trap - EXIT
    exec "$@"`;
  return { folder, wrap: (command) => ['unshare', '--mount', 'bash', '-c', script, 'bash', folder, ...command] };
}

whereMounted('a btrfs of four names fills: one incident names them all, and closes when there is room', async (t) => {
  const server = await startServer(t, { reportInterval: '500ms', settings: { diskForMs: 1_000 } });
  const machine = await enrol(t, server);
  const { folder, wrap } = poolFor(t);
  const agent = machine.start(wrap);
  const { deviceId } = machine;
  const pool = join(folder, 'pool');
  await server.untilDevice(deviceId, 'shows the pool', ({ fileSystems }) =>
    fileSystems.some(({ mountpoint, sizeBytes }) => mountpoint === pool && (sizeBytes ?? 0) > 0),
  );

  const inside = join('/proc', String(agent.pid), 'root', pool);
  // Several reports with room come first: what they said of the pool must not be what the later ones are judged by.
  const before = server.reports(deviceId).length;
  await until('more reports with room', () => server.reports(deviceId).length >= before + 3);
  t.same(await server.incidents(deviceId), []);
  // btrfs counts what was written or removed once it has committed it.
  const settle = () => execFileSync('sync', ['--file-system', inside]);
  const filler = join(inside, 'things', 'filler');
  const { bavail, bsize, blocks } = statfsSync(inside);
  writeFileSync(filler, Buffer.alloc(bavail * bsize - Math.floor(blocks * bsize * 0.03), 'x'));
  settle();

  const opened = await server.untilIncident(deviceId, 'disk.space', ({ state }) => state === 'open');
  t.equal(opened.object, pool, 'the whole one speaks for its subvolumes');
  t.match(opened.sentence, / left of /);
  for (const name of SUBVOLUMES) t.ok(opened.sentence.includes(join(folder, name)), `${opened.sentence}: ${name}`);

  rmSync(filler);
  settle();
  const resolved = await server.untilIncident(deviceId, 'disk.space', ({ state }) => state === 'resolved');
  t.equal(resolved.id, opened.id);
  const all = await server.incidents(deviceId);
  t.same(
    all.map(({ rule, object }) => [rule, object]),
    [['disk.space', pool]],
    'nothing was told a second time by another name',
  );
});
