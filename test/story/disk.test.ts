import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { fillDisk, freeDisk, smallDisk } from '../support/mount.ts';
import { startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
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
    const numbers = / has (\d+\.\d MB) left of (\d+\.\d MB) \((2\.\d|3\.0) % free, below (\d+\.\d MB) for 1 s\)$/.exec(
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
