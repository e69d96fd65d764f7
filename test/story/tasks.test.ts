import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Feature } from '../../protocol/wire/frame.ts';
import type { ProbeTask } from '../../protocol/wire/plan.ts';
import type { TaskFrame, TaskResultFrame } from '../../protocol/wire/task.ts';
import { runBundle, startBundle } from '../support/agent-bundle.ts';
import { Peer } from '../support/agent-peer.ts';
import { formerRelay } from '../support/former-relay.ts';
import { stoppedListener } from '../support/stopped-listener.ts';
import { type StoryServer, startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

t.setTimeout(600_000);

/** The installed agent, enrolled with a server that says what the test tells it to. */
class Stage {
  readonly dataDir: string;
  readonly #t: Test;
  peer: Peer;
  #agent: ReturnType<typeof startBundle> | undefined;

  static async open(t: Test): Promise<Stage> {
    const peer = await Peer.start();
    peer.manners.features = Feature.tasks;
    const stage = new Stage(t, peer);
    t.teardown(() => stage.peer.stop());
    const token = peer.createToken();
    await runBundle(t, ['enroll', '--server', peer.url, '--token', token, '--data-dir', stage.dataDir]);
    const policy = { allow: ['probe-peers'], networks: ['127.0.0.0/8'] };
    writeFileSync(join(stage.dataDir, 'policy.json'), JSON.stringify(policy));
    return stage;
  }

  private constructor(t: Test, peer: Peer) {
    this.#t = t;
    this.peer = peer;
    this.dataDir = join(tempDir(t), 'agent');
  }

  async start(): Promise<void> {
    const before = this.peer.reports.length;
    const environment = { VIGIA_REPORT_INTERVAL: '300ms' };
    this.#agent = startBundle(this.#t, ['run', '--data-dir', this.dataDir], { environment });
    await this.peer.until('a report', () => this.peer.reports.length > before);
  }

  async kill(): Promise<void> {
    this.#agent?.child.kill('SIGKILL');
    await this.#agent?.finished;
  }

  /** The server is gone, and nothing gets through. */
  async leave(): Promise<void> {
    await this.peer.stop();
  }

  /** It is back where it was. */
  async comeBack(): Promise<void> {
    this.peer = await Peer.start({ likePeer: this.peer, port: this.#port });
    this.peer.manners.features = Feature.tasks;
  }

  #port = 0;

  ask(kind: string, payload: unknown, over: Partial<TaskFrame> = {}): TaskFrame {
    this.#port = this.peer.port;
    const id = randomBytes(16);
    const task: TaskFrame = { type: 'task', id, kind, remainingMs: 60_000, json: JSON.stringify(payload), ...over };
    this.peer.broadcast(task);
    return task;
  }

  /** The results of this task that arrived at the server of now. */
  results({ id }: TaskFrame): TaskResultFrame[] {
    return this.peer.framesOf('task_result').filter((frame) => Buffer.from(frame.id).equals(id));
  }

  async result(task: TaskFrame, count = 1): Promise<TaskResultFrame> {
    await this.peer.until('the result', () => this.results(task).length >= count);
    return this.results(task)[count - 1] as TaskResultFrame;
  }

  /** How far the tasks have come, by their files; what is still being written does not count. */
  states(): string[] {
    const names = readdirSync(join(this.dataDir, 'tasks'));
    return names.flatMap((name) => /\.(begun|ended|taken)$/.exec(name)?.[1] ?? []);
  }
}

const probeOf = (port: number, timeoutMs = 3_000): ProbeTask => ({
  addresses: ['127.0.0.1'],
  ports: [port],
  timeoutMs,
});

/** A port that counts who came. */
async function counter(t: Test) {
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { port: (server.address() as AddressInfo).port, count: () => count };
}

t.test(
  'killed between its run and its answer: the answer arrives after the restart, and nothing runs twice',
  async (t) => {
    const stage = await Stage.open(t);
    await stage.start();
    const door = await counter(t);
    const silent = await stoppedListener(t, '127.0.0.1');

    const slow = stage.ask('probe', probeOf(silent.port, 1_000));
    await until('it has begun', () => stage.states().includes('begun'));
    await stage.leave();
    await until('it has ended, and nobody to tell', () => stage.states().includes('ended'));
    await stage.kill();
    await stage.comeBack();
    await stage.start();
    const answer = await stage.result(slow);
    t.match(answer, { outcome: 'done', dropped: 0 });
    t.match(JSON.parse(answer.json), { outcome: 'not_reached' });
    t.ok(answer.ageMs > 0);

    // The question that was answered leads elsewhere now: whoever ran it again would find a door.
    stage.ask('probe', probeOf(door.port), { id: slow.id });
    const again = await stage.result(slow, 2);
    t.equal(again.json, answer.json);
    t.equal(door.count(), 0);

    stage.peer.broadcast({ type: 'task_taken', id: slow.id });
    await until('it is marked as taken', () => stage.states().includes('taken'));
    await stage.kill();
    const told = stage.results(slow).length;
    await stage.start();
    const quick = await stage.result(stage.ask('probe', probeOf(door.port)));
    t.match(JSON.parse(quick.json), { outcome: 'reached' });
    t.equal(stage.results(slow).length, told, 'what is taken is not sent again');
    t.equal(door.count(), 1);
  },
);

t.test('killed while it runs: it is interrupted, and does not begin anew', async (t) => {
  const stage = await Stage.open(t);
  await stage.start();
  const door = await counter(t);
  const silent = await stoppedListener(t, '127.0.0.1');
  const task = stage.ask('probe', probeOf(silent.port));
  await until('it has begun', () => stage.states().includes('begun'));
  await stage.kill();
  await stage.start();
  t.match(await stage.result(task), { outcome: 'interrupted', json: /ended while the task ran/ });
  stage.ask('probe', probeOf(door.port), { id: task.id });
  t.match(await stage.result(task, 2), { outcome: 'interrupted' });
  t.equal(door.count(), 0);
});

t.test('what it cannot do, may not do, or has no time for', async (t) => {
  const stage = await Stage.open(t);
  await stage.start();
  t.match(await stage.result(stage.ask('reboot', { now: true })), { outcome: 'unknown_kind', json: /reboot/ });
  t.match(await stage.result(stage.ask('probe', { ports: 'all' })), { outcome: 'malformed' });
  t.match(await stage.result(stage.ask('probe', { ...probeOf(1), addresses: ['no.address'] })), { outcome: 'refused' });
  t.match(await stage.result(stage.ask('probe', probeOf(1), { remainingMs: 0 })), { outcome: 'expired' });
  writeFileSync(join(stage.dataDir, 'policy.json'), '{ "allow": [] }');
  t.match(await stage.result(stage.ask('probe', probeOf(1))), {
    outcome: 'refused',
    json: /does not allow probe-peers/,
  });
  t.same(stage.states(), [], 'none of it ran');
});

/** A machine whose agent takes a plan and sends what its check finds, whichever way it is asked. */
async function checkPasses(t: Test, server: StoryServer, through: string): Promise<void> {
  const door = await counter(t);
  const machine = await enrol(t, server, { through });
  const agent = machine.start();
  await agent.untilSays('connected');
  const { clientId } = await server.device(machine.deviceId);
  const rest = { intervalSeconds: 5, timeoutSeconds: 4, forSeconds: 0, priority: 'high' } as const;
  const target = { kind: 'tcp', host: '127.0.0.1', port: door.port };
  const { status, text, body } = await server.ask('POST', '/api/v1/checks', {
    ...{ clientId, deviceId: machine.deviceId, name: 'door', target },
    ...rest,
  });
  t.equal(status, 201, text);
  await until('it passes', async () => (await server.get(`/api/v1/checks/${body.id}`)).state === 'up');
  t.ok(door.count() > 0);
  await agent.stop('SIGTERM');
}

t.test('a plan of checks goes as a task, and to an agent or a server from before tasks as it did', async (t) => {
  const server = await startServer(t);
  const [now, then] = [await formerRelay(t, server.address, 0), await formerRelay(t, server.address, Feature.tasks)];
  await checkPasses(t, server, now.address);
  t.ok(now.seen.has('task') && now.seen.has('task_result') && now.seen.has('task_taken'));
  t.notOk(now.seen.has('plan'));
  await checkPasses(t, server, then.address);
  t.ok(then.seen.has('plan'));
  t.notOk(then.seen.has('task') || then.seen.has('task_result'));
  const metrics = await server.get('/metrics');
  t.notMatch(metrics, /vigia_task_results_dropped_total\{/, 'and nothing counted for nothing');
});
