import pino from 'pino';
import t from 'tap';
import { Feature, type Frame } from '../../../../protocol/wire/frame.ts';
import type { ProbeFinding, ProbeTask } from '../../../../protocol/wire/plan.ts';
import {
  type Finding,
  SecondOpinions,
  type SecondOpinionsOptions,
} from '../../../../server/core/presence/second-opinion.ts';
import { TaskDesk } from '../../../../server/core/tasks/desk.ts';
import { judged, linkOpened } from '../../../../server/fleet/device-connection.ts';
import { identify } from '../../../../server/fleet/device-identity.ts';
import { reachedByPeers } from '../../../../server/fleet/device-memory.ts';
import { note } from '../../../../server/fleet/device-notes.ts';
import { type DeviceRecord, makeRecord } from '../../../../server/fleet/device-record.ts';
import type { Row } from '../../../../server/platform/store/tables.ts';

const NOW = Date.UTC(2026, 2, 1);

const inventory = (addresses: string[], listening?: number[]) =>
  JSON.stringify({
    ...{ agentVersion: '', hostname: '', platform: 'linux', architecture: '', osName: '', osVersion: '', kernel: '' },
    ...{ manufacturer: '', model: '', serial: '', virtualisation: '', cpuModel: '', cpuSockets: 1, cpuCores: 1 },
    ...{ cpuThreads: 1, memoryBytes: 1, disks: [], interfaces: [{ name: 'eth0', mac: '', addresses }] },
    ...(listening ? { listening } : {}),
  });

/** An agent either knows tasks, or is asked by the frames that came before them. */
const ways = ['tasks', 'former frames'] as const;
let way: (typeof ways)[number] = 'tasks';

interface Sent {
  readonly peer: DeviceRecord;
  readonly request: ProbeTask;
  readonly frame: Frame;
}

const from = (remoteAddress: string | null) => ({ peer: null, remoteAddress, intervalMs: null });

/** A site of one lost device and as many peers as are given; what the peers were sent. */
function scene(t: { teardown: (work: () => void) => void }, peers: number, over: Partial<SecondOpinionsOptions> = {}) {
  const device = (id: string, site: string, inventoryJson: string | null) =>
    makeRecord({ id, name: id, site_id: site, kind: 'server', inventory_json: inventoryJson } as Row<'device'>, null);
  const lost = device('lost', 's1', inventory(['192.0.2.9/24', 'fd00::9/64'], [8080, 22]));
  reachedByPeers(lost.memory, NOW);
  const sent: Sent[] = [];
  const others = Array.from({ length: peers }, (_, n) => device(`peer-${n + 1}`, 's1', null));
  const stranger = device('stranger', 's2', null);
  for (const peer of [...others, stranger]) {
    judged(peer.connection, { ...peer.connection.liveness, state: 'up' });
    const send = (frame: Frame): void => {
      if (frame.type === 'task' || frame.type === 'probe') sent.push({ peer, request: JSON.parse(frame.json), frame });
    };
    const features = Feature.probe | (way === 'tasks' ? Feature.tasks : 0);
    linkOpened(peer.connection, { ...from(null), peer: { features, send } }, NOW);
  }
  const devices = new Map([lost, ...others, stranger].map((record) => [record.info.id, record]));
  const found: Finding[] = [];
  const dropped: string[] = [];
  const logger = pino({ level: 'silent' });
  const tasks = new TaskDesk({ logger, onDropped: (reason) => void dropped.push(reason) });
  const opinions = new SecondOpinions({
    fleet: { devices },
    tasks,
    logger,
    onFinding: (_record, finding) => void found.push(finding),
    ...over,
  });
  t.teardown(() => tasks.close());
  const answer = (index: number, outcome: ProbeFinding['outcome'], peer = sent[index]!.peer) => {
    const { frame } = sent[index]!;
    const finding = { outcome, detail: `${outcome}.`, tookMs: 3 };
    if (frame.type !== 'task') {
      tasks.takeFormer(peer, JSON.stringify({ id: JSON.parse((frame as { json: string }).json).id, ...finding }));
      return;
    }
    const { id } = frame;
    const isRefused = outcome === 'not_permitted';
    tasks.take(peer, {
      type: 'task_result',
      id,
      outcome: isRefused ? 'refused' : 'done',
      ageMs: 1,
      dropped: 0,
      fileBytes: 0,
      json: JSON.stringify(isRefused ? { reason: finding.detail } : finding),
    });
  };
  return { lost, others, sent, found, opinions, answer, tasks, dropped };
}

for (const each of ways) {
  t.test(`by ${each}`, async (t) => {
    way = each;
    t.test('asks up to three peers of the site, for its known addresses and ports', async (t) => {
      const { lost, sent, opinions } = scene(t, 5);
      opinions.ask([lost], NOW);
      t.same(
        sent.map(({ peer }) => peer.info.id),
        ['peer-1', 'peer-2', 'peer-3'],
      );
      t.match(sent[0]?.request, { addresses: ['192.0.2.9', 'fd00::9'], ports: [22, 8080], timeoutMs: 3_000 });
      opinions.ask([lost], NOW + 59_999);
      t.equal(sent.length, 3, 'once a minute');
      opinions.ask([lost], NOW + 60_000);
      t.same(
        sent.slice(3).map(({ peer }) => peer.info.id),
        ['peer-4', 'peer-5', 'peer-1'],
        'others first',
      );
    });

    t.test('one that reached it is enough; all must have failed for no', async (t) => {
      const yes = scene(t, 3);
      yes.opinions.ask([yes.lost], NOW);
      yes.answer(0, 'not_reached');
      t.same(yes.found, []);
      yes.answer(1, 'reached');
      yes.answer(2, 'not_reached');
      t.same(yes.found, [{ host: 'up', by: 'peer-2', detail: 'reached.' }]);
      t.equal(yes.opinions.pending.length, 0);

      const no = scene(t, 3);
      no.opinions.ask([no.lost], NOW);
      no.answer(0, 'not_reached');
      no.answer(1, 'not_permitted');
      no.answer(2, 'not_reached');
      t.same(no.found, [{ host: 'down', by: 'peer-1, peer-3', detail: 'not_reached.' }]);
    });

    t.test('nobody who may say is no opinion', async (t) => {
      const { lost, found, opinions, answer } = scene(t, 1);
      opinions.ask([lost], NOW);
      answer(0, 'not_permitted');
      t.same(found, []);
      const alone = scene(t, 0);
      alone.opinions.ask([alone.lost], NOW);
      t.same(alone.sent, []);
      t.equal(alone.lost.askedAt, null, 'asked again at the next tick');
    });

    t.test('who may not, is not up, or was asked just now is not asked', async (t) => {
      const { lost, others, sent, opinions } = scene(t, 3);
      const { connection } = others[0]!;
      linkOpened(connection, { ...from(null), peer: { ...connection.peer!, features: 0 } }, NOW);
      judged(others[1]!.connection, { ...others[1]!.connection.liveness, state: 'late' });
      note(others[2]!, 'probedAt', NOW - 1_000);
      opinions.ask([lost], NOW);
      t.same(sent, []);
      opinions.ask([lost], NOW + 1_000);
      t.equal(sent.length, 1);
      const silentHost = scene(t, 1);
      identify(silentHost.lost, { ...silentHost.lost.info, inventory_json: inventory(['192.0.2.9/24']) });
      silentHost.opinions.ask([silentHost.lost], NOW);
      t.same(silentHost.sent, [], 'nothing is known to listen there');
    });

    t.test('an answer that was not asked for, or of another peer, counts for nothing', async (t) => {
      const { lost, others, found, opinions, answer, tasks, dropped } = scene(t, 2);
      opinions.ask([lost], NOW);
      answer(0, 'reached', others[1]);
      tasks.takeFormer(others[0]!, JSON.stringify({ id: 999, outcome: 'reached', detail: 'x', tookMs: 1 }));
      t.same(found, []);
      t.same(dropped, ['foreign', 'unknown']);
      t.throws(() => tasks.takeFormer(others[0]!, '{}'), { code: 'frame_malformed' });
    });

    t.test('those who answer after one has reached it are not told off', async (t) => {
      const { lost, found, opinions, answer, dropped } = scene(t, 3);
      opinions.ask([lost], NOW);
      answer(0, 'reached');
      answer(1, 'reached');
      answer(2, 'not_reached');
      t.equal(found.length, 1);
      t.same(dropped, []);
    });

    t.test('the server itself knocks only at a public address that is the host’s own', async (t) => {
      const knocked: string[] = [];
      const knock: SecondOpinionsOptions['knock'] = async (address, port) => {
        knocked.push(`${address}:${port}`);
        return port === 22 ? 'refused' : 'silent';
      };
      const f = async (remoteAddress: string | null, own: string, want: string[]) => {
        const { lost, found, opinions } = scene(t, 0, { knock });
        knocked.length = 0;
        linkOpened(lost.connection, from(remoteAddress), NOW);
        identify(lost, { ...lost.info, inventory_json: inventory([own], [22, 443]) });
        opinions.ask([lost], NOW);
        await new Promise((resolve) => setImmediate(resolve));
        t.same(knocked, want);
        const detail = '9.9.9.9 refused the connection on port 22.';
        t.same(found, want.length > 0 ? [{ host: 'up', by: 'The server', detail }] : []);
      };
      await f('::ffff:9.9.9.9', '9.9.9.9/24', ['9.9.9.9:22', '9.9.9.9:443']);
      await f('9.9.9.9', '192.168.0.2/24', []);
      await f('10.0.0.2', '10.0.0.2/24', []);
      await f('127.0.0.1', '127.0.0.1/8', []);
      await f(null, '9.9.9.9/24', []);
    });

    t.test('a host that never answered its neighbours is not called lost when it does not', async (t) => {
      const { lost, sent, found, opinions, answer } = scene(t, 1);
      const { presence } = lost.memory;
      const hours = 3_600_000;
      Object.assign(presence, { reachedByPeersAt: null });
      opinions.rehearse(NOW);
      t.same(sent, [], 'only a host that is well is tried');
      judged(lost.connection, { ...lost.connection.liveness, state: 'up' });
      opinions.rehearse(NOW);
      t.equal(sent.length, 1);
      answer(0, 'not_reached');
      t.equal(presence.reachedByPeersAt, null);
      opinions.ask([lost], NOW + 5_000);
      answer(1, 'not_reached');
      t.same(found, [], 'its silence says nothing');
      opinions.ask([lost], NOW + 70_000);
      answer(2, 'reached');
      t.match(found, [{ host: 'up' }], 'an answer always does');

      opinions.rehearse(NOW + hours - 1);
      t.equal(sent.length, 3, 'tried again after an hour');
      opinions.rehearse(NOW + hours);
      answer(3, 'reached');
      t.equal(presence.reachedByPeersAt, NOW + hours);
      t.ok(lost.isDirty, 'it is saved');
      opinions.rehearse(NOW + 25 * hours - 1);
      t.equal(sent.length, 4, 'then once a day');
      opinions.ask([lost], NOW + 73 * hours);
      answer(4, 'not_reached');
      t.match(found[1], { host: 'down' });
      opinions.ask([lost], NOW + 73 * hours + 60_000);
      answer(5, 'not_reached');
      t.equal(found.length, 2, 'after three days the success is too old');
    });
  });
}
