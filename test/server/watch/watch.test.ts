import { sql } from 'kysely';
import pino from 'pino';
import t, { type Test } from 'tap';
import { SentenceError } from '../../../protocol/error.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { parseSaid } from '../../../protocol/said/read.ts';
import { everyClient } from '../../../server/domain/scope.ts';
import { heard } from '../../../server/fleet/device-connection.ts';
import { identify } from '../../../server/fleet/device-identity.ts';
import { memoryChanged } from '../../../server/fleet/device-memory.ts';
import type { DeviceRecord } from '../../../server/fleet/device-record.ts';
import { showProcesses } from '../../../server/fleet/device-shown.ts';
import { stateSince } from '../../../server/fleet/state-since.ts';
import type { Store } from '../../../server/platform/store/store.ts';
import { openStore } from '../../../server/platform/store/store.ts';
import { type Core, CoreAgent, chronicle, copyFiles, startCore } from '../../support/core.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { inLane } from '../../support/in-lane.ts';
import { disk, type Values } from '../../support/reading.ts';
import { spoken } from '../../support/spoken.ts';
import { addTenant } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

const START = Date.UTC(2026, 2, 1);
const minute = 60_000;
const healthy = { ...disk('/', 100, 50), 'cpu.busy': 0.1 };

interface Site {
  readonly core: Core;
  readonly clock: FakeClock;
  readonly agent: CoreAgent;
  readonly record: DeviceRecord;
  readonly dir: string;
  /** Reports every 10 s for so long, with a tick each. */
  run(durationMs: number, values?: Values): Promise<void>;
  /** Ticks every second for so long, and nobody reports. */
  silence(durationMs: number): Promise<void>;
  restart(): Promise<Site>;
}

async function site(t: Test, wrapStore?: (store: Store) => Store, log: string[] = []): Promise<Site> {
  const clock = new FakeClock(START);
  const dir = tempDir(t);
  const store = await openStore({ path: `${dir}/state.db`, clock: () => START });
  await addTenant(store, 'Acme');
  await store.close();
  const agent = new CoreAgent(START);
  const logger = pino({ level: 'info' }, { write: (line) => void log.push(JSON.parse(line).msg) });

  const begin = async (from: string): Promise<Site> => {
    const core = await startCore(t, { dir: from, clock, logger, ...(wrapStore ? { wrapStore } : {}) });
    const record = [...core.fleet.devices.values()][0]!;
    const scene: Site = {
      core,
      clock,
      agent,
      record,
      dir: from,
      async run(durationMs, values = healthy) {
        for (let ms = 0; ms < durationMs; ms += 10_000) {
          for (let second = 0; second < 10; second += 5) {
            clock.ms += 5_000;
            if (second === 5) agent.offer(core, record, clock.ms, values);
            else heard(record.connection, clock.ms); // a pong
            await core.ingest.drain();
            await core.watch.tick();
          }
        }
      },
      async silence(durationMs) {
        for (let ms = 0; ms < durationMs; ms += 1_000) {
          clock.ms += 1_000;
          await core.watch.tick();
        }
      },
      async restart() {
        const left = tempDir(t);
        copyFiles(from, left);
        await core.close();
        return begin(left);
      },
    };
    return scene;
  };
  return begin(dir);
}

/** What would have been told by now, oldest first, and what still waits. */
async function outbox({ core, clock }: Site): Promise<string[]> {
  const rows = await sql<{ kind: string; due_at: number }>`SELECT kind, due_at FROM outbox ORDER BY id`.execute(
    core.store.db,
  );
  return rows.rows.map(({ kind, due_at }) => (due_at <= clock.ms ? kind : `${kind} waits`));
}

async function incidents({ core }: Site): Promise<string[]> {
  const { items } = await core.store.scoped(everyClient).incidents.list({ limit: 50, state: 'all' });
  return items.map(({ rule, priority, state }) => `${rule} ${priority} ${state}`);
}

t.test('a disk fills: an incident after `for`, told at once; freed: resolved and told', async (t) => {
  const scene = await site(t);
  await scene.run(minute);
  await scene.run(4 * minute, { ...healthy, ...disk('/', 100, 4) });
  t.same(await incidents(scene), []);
  await scene.run(2 * minute, { ...healthy, ...disk('/', 100, 4) });
  t.same(await incidents(scene), ['disk.space high open']);
  await scene.run(10_000);
  t.same(await incidents(scene), ['disk.space high resolved']);
  t.same(await outbox(scene), ['incident.raised', 'incident.resolved']);
  t.same(
    scene.core.published.filter((line) => line.startsWith('disk')),
    ['disk.space open', 'disk.space resolved'],
  );
  const payload = await sql<{ payload_json: string }>`SELECT payload_json FROM outbox LIMIT 1`.execute(
    scene.core.store.db,
  );
  t.match(spoken(JSON.parse(payload.rows[0]!.payload_json)), {
    kind: 'raised',
    priority: 'high',
    rule: 'disk.space',
    deviceId: scene.record.info.id,
    said: '/ has 4.0 GB left of 100 GB (4.0% free, below 5.0 GB for 5 min)',
  });
});

t.test('contact: late, lost on the screen at 27 s, told only after 3 min', async (t) => {
  const scene = await site(t);
  await scene.run(2 * minute);
  await scene.silence(11_000);
  t.equal(scene.record.connection.liveness.state, 'up');
  await scene.silence(1_000);
  t.equal(scene.record.connection.liveness.state, 'late');
  t.same(await incidents(scene), []);
  await scene.silence(15_000);
  t.equal(scene.record.connection.liveness.state, 'lost');
  t.same(await incidents(scene), ['contact high open']);
  t.same(await outbox(scene), ['incident.raised waits']);
  await scene.silence(152_000);
  t.same(await outbox(scene), ['incident.raised waits']);
  await scene.silence(1_000);
  t.same(await outbox(scene), ['incident.raised'], 'three minutes after the last proof of life');
  heard(scene.record.connection, scene.clock.ms);
  await scene.core.watch.takeReturn(scene.record);
  t.same(await incidents(scene), ['contact high resolved']);
  t.same(await outbox(scene), ['incident.raised', 'incident.resolved']);
});

t.test('an outage of a minute is on the screen and wakes nobody', async (t) => {
  const scene = await site(t);
  await scene.run(2 * minute);
  await scene.silence(minute);
  t.same(await incidents(scene), ['contact high open']);
  await scene.run(10_000);
  t.same(await incidents(scene), ['contact high resolved']);
  t.same(await outbox(scene), [], 'neither the loss nor the return is told');
  // Again within the hour: the same incident, and this time it lasts.
  await scene.silence(4 * minute);
  t.same(await incidents(scene), ['contact high open']);
  t.same(await outbox(scene), ['incident.raised']);
});

t.test('a restart does not clear or repeat what is lost, and judges nobody for 90 s', async (t) => {
  const before = await site(t);
  await before.run(2 * minute);
  await before.silence(4 * minute);
  const told = await chronicle(before.core);
  const scene = await before.restart();
  t.equal(scene.record.connection.liveness.state, 'unknown');
  await scene.silence(89_000);
  t.equal(scene.record.connection.liveness.state, 'unknown');
  await scene.silence(1_000);
  t.equal(scene.record.connection.liveness.state, 'lost');
  t.same(await chronicle(scene.core), told, 'the one incident stays open, nothing is told again');
  await scene.run(10_000);
  t.same(await outbox(scene), ['incident.raised', 'incident.resolved']);
});

t.test('a restart of the server keeps since when a machine is what it is', async (t) => {
  const before = await site(t);
  await before.run(2 * minute);
  const upSince = stateSince(before.record);
  t.ok(upSince < START + minute);
  await before.core.watch.snapshot();
  const scene = await before.restart();
  scene.clock.ms += 23 * 24 * 60 * minute;
  await scene.run(2 * minute);
  t.equal(scene.record.connection.liveness.state, 'up');
  t.equal(stateSince(scene.record), upSince, 'up for 23 days, not for two minutes');
  await scene.silence(15_000);
  t.equal(scene.record.connection.liveness.state, 'late');
  await scene.run(10_000);
  t.equal(stateSince(scene.record), upSince, 'a few late seconds are no new beginning');

  scene.agent.bootId = 'boot-2';
  scene.agent.bootedAt = scene.clock.ms + 4_000;
  await scene.run(10_000);
  t.ok(stateSince(scene.record) >= scene.agent.bootedAt, 'a machine that restarted is up since then');

  await scene.silence(4 * minute);
  const lostSince = stateSince(scene.record);
  await scene.core.watch.snapshot();
  const again = await scene.restart();
  await again.silence(3 * minute);
  t.equal(again.record.connection.liveness.state, 'lost');
  t.ok(Math.abs(stateSince(again.record) - lostSince) <= 10_000, 'lost since it was last heard');
  await again.run(10_000);
  t.ok(stateSince(again.record) > again.clock.ms - 10_000, 'and up since it came back');
});

t.test('of a folder of an older version the ledger says since when a machine is up', async (t) => {
  const before = await site(t);
  await before.run(2 * minute);
  Object.assign(before.record.memory, { settled: undefined });
  memoryChanged(before.record);
  await before.core.watch.snapshot();
  const scene = await before.restart();
  scene.clock.ms += 24 * 60 * minute;
  await scene.run(minute);
  t.equal(stateSince(scene.record), before.record.memory.presence.upFrom);
});

t.test('whoever was there before a restart has 90 s to come back', async (t) => {
  const before = await site(t);
  await before.run(2 * minute);
  const scene = await before.restart();
  await scene.silence(89_000);
  t.same(await incidents(scene), []);
  await scene.silence(1_000);
  t.same(await incidents(scene), ['contact high open']);
  t.equal(scene.record.connection.liveness.loss?.onset, before.clock.ms - 90_000, 'since it was last heard');
});

t.test('goodbyes', async (t) => {
  const scene = await site(t);
  await scene.run(2 * minute);
  await scene.core.watch.takeGoodbye(scene.record, 'service_stop');
  t.equal(scene.record.connection.liveness.state, 'expected');
  await scene.silence(10 * minute - 1_000);
  t.same(await incidents(scene), []);
  await scene.silence(1_000);
  t.same(await incidents(scene), ['contact medium open']);
  t.same(await outbox(scene), ['incident.raised']);
  await scene.run(minute);
  t.equal(scene.record.connection.liveness.state, 'up');

  await scene.core.watch.takeGoodbye(scene.record, 'shutdown');
  t.equal(scene.record.connection.liveness.state, 'off');
  t.same(await incidents(scene), ['contact high open'], 'a server is expected to run');
  const again = await scene.restart();
  t.equal(again.record.connection.liveness.state, 'off', 'a goodbye outlives a restart');
  t.same(await incidents(again), ['contact high open']);
});

t.test('a goodbye is of the moment it was said, not of the moment it was written', async (t) => {
  let hold: Promise<void> = Promise.resolve();
  const scene = await site(t, (store) => ({
    ...store,
    commit: async (statements) => {
      await hold;
      await store.commit(statements);
    },
  }));
  await scene.run(minute);
  const gate = Promise.withResolvers<void>();
  hold = gate.promise;
  const blocking = scene.core.watch.takeGoodbye(scene.record, 'upgrade');
  const second = scene.core.watch.takeGoodbye(scene.record, 'upgrade');
  scene.clock.ms += 4_000;
  heard(scene.record.connection, scene.clock.ms); // it is back before the disk was
  scene.clock.ms += 1_000;
  gate.resolve();
  await Promise.all([blocking, second]);
  t.equal(scene.record.connection.liveness.state, 'up');
});

t.test('the server was blind: absence is not judged until agents had time to be heard', async (t) => {
  const log: string[] = [];
  const scene = await site(t, undefined, log);
  await scene.run(2 * minute);
  scene.clock.ms += 5 * minute; // nothing ticked
  await scene.core.watch.tick();
  t.equal(scene.core.watch.judgeFrom, scene.clock.ms + 90_000);
  t.equal(scene.record.connection.liveness.state, 'unknown');
  t.match(log.at(-1), /did not watch for a while/);
  await scene.silence(89_000);
  t.same(await incidents(scene), []);
  await scene.silence(1_000);
  t.same(await incidents(scene), ['contact high open']);
});

t.test('a silence ends in the ledger as what it was', async (t) => {
  const scene = await site(t);
  await scene.run(30_000);
  await scene.silence(minute);
  scene.agent.bootId = 'boot-2';
  scene.agent.bootedAt = scene.clock.ms - 20_000;
  scene.agent.connect(scene.record, scene.clock.ms);
  await scene.run(20_000);
  const f = async (want: string[]) => {
    const lines = (await chronicle(scene.core)).filter((line) => line.startsWith('ledger'));
    const from = (text: string) => text.replace(/\d{13}/g, (ms) => String((Number(ms) - START) / 1_000));
    t.same(
      lines.map((line) => from(line.split(' ').slice(2).join(' '))),
      want,
    );
  };
  await f(['up reported 10-30', 'down reboot_unexpected 30-70']);
  t.same(await incidents(scene), ['reboot.unexpected medium open', 'contact high resolved']);
  // The spool knows more: the old boot lived on for 20 s after the last report that arrived.
  const { bootId, bootedAt } = scene.agent;
  scene.agent.bootId = 'boot-1';
  scene.agent.bootedAt = START - 3_600_000;
  scene.agent.offer(scene.core, scene.record, START + 50_000, healthy, true);
  await scene.core.ingest.drain();
  Object.assign(scene.agent, { bootId, bootedAt });
  await f(['up reported 10-30', 'up same_boot 30-50', 'down reboot_unexpected 50-70']);
});

t.test('backfill feeds the past and raises nothing about the present', async (t) => {
  const scene = await site(t);
  await scene.run(minute);
  for (let n = 60; n > 0; n -= 1) {
    scene.agent.offer(scene.core, scene.record, scene.clock.ms - n * 10_000 + 5_000, disk('/', 100, 1), true);
  }
  await scene.core.ingest.drain();
  t.same(await incidents(scene), []);
  t.equal(scene.record.latest?.at, scene.clock.ms, 'the newest stays the newest');
});

t.test('workstations have no rules of servers and may be off', async (t) => {
  const scene = await site(t);
  identify(scene.record, { ...scene.record.info, kind: 'workstation' });
  await scene.run(10 * minute, disk('/', 100, 1));
  await scene.silence(5 * minute);
  t.equal(scene.record.connection.liveness.state, 'off');
  t.same(await incidents(scene), []);
});

t.test('a busy CPU says who is busy, if that is known of now', async (t) => {
  const sentence = async (sampleAgeMs: number): Promise<string> => {
    const scene = await site(t);
    await scene.run(10_000);
    await scene.run(30 * minute - 10_000, { 'cpu.busy': 1 });
    const items = ['a', 'b', 'c', 'd'].map((name) => ({ name, cpuRatio: 0.25, memoryBytes: 1, count: 1 }));
    showProcesses(scene.record, scene.clock.ms - sampleAgeMs, items);
    await scene.run(20_000, { 'cpu.busy': 1 });
    const { items: rows } = await scene.core.store.scoped(everyClient).incidents.list({ limit: 1, state: 'open' });
    return plain(parseSaid(rows[0]!.said_json), 0);
  };
  const busy = 'CPU is 100.0% busy, at least 95.0% for 30 min';
  t.equal(await sentence(0), `${busy}; busiest: a 25.0%, b 25.0%, c 25.0%`);
  t.equal(await sentence(5 * minute), busy);
});

t.test('reports from before the enrolment prove nothing', async (t) => {
  const scene = await site(t);
  await scene.run(20_000);
  const first = scene.record.memory.presence.first?.at;
  scene.agent.offer(scene.core, scene.record, START - minute, healthy, true);
  await scene.core.ingest.drain();
  t.equal(scene.record.memory.presence.first?.at, first);
});

t.test('a retired device leaves no open incident', async (t) => {
  const scene = await site(t);
  await scene.run(10_000);
  await scene.run(6 * minute, { ...healthy, ...disk('/', 100, 4), 'fs.readOnly[/]': 1 });
  t.equal((await incidents(scene)).length, 2);
  const { watch } = scene.core;
  await inLane(watch)((changes, at) => watch.endOf(scene.record.info.id, changes, at));
  t.same(await incidents(scene), ['disk.space high resolved', 'disk.read-only high resolved']);
  t.match(
    (await chronicle(scene.core)).filter((line) => line.includes('was retired')).length,
    4,
    'each says so, and so does its history',
  );
});

t.test('a state that cannot be written is retried until it can, and the screen says so', async (t) => {
  let failures = 0;
  const scene = await site(t, (store) => ({
    ...store,
    commit: async (statements) => {
      if (failures > 0) {
        failures -= 1;
        throw new SentenceError('unavailable', 'The disk is full.');
      }
      await store.commit(statements);
    },
  }));
  const changes: number[] = [];
  scene.core.health.onChange(() => changes.push(scene.core.health.warnings.length));
  await scene.run(minute);
  failures = 2;
  const goodbye = scene.core.watch.takeGoodbye(scene.record, 'reboot');
  await until('the warning', () => scene.core.health.warnings.length > 0);
  t.same(scene.core.health.warnings, ['The server cannot write its state: The disk is full.']);
  await goodbye;
  t.same(scene.core.health.warnings, []);
  t.same(changes, [1, 0]);
  const saved = await scene.core.store.scoped(everyClient).deviceStates.get(scene.record.info.id);
  t.equal(JSON.parse(saved!.state_json).presence.announced.reason, 'reboot');
});

t.test('what the database refuses for its content does not stop the watch', async (t) => {
  const log: string[] = [];
  let fault: Error | null = null;
  const scene = await site(
    t,
    (store) => ({
      ...store,
      commit: async (statements) => {
        const thrown = fault;
        fault = null;
        if (thrown) throw thrown;
        await store.commit(statements);
      },
    }),
    log,
  );
  for (const cause of [new SentenceError('conflict', 'UNIQUE'), new Error('CHECK constraint failed')]) {
    fault = cause;
    await scene.core.watch.takeGoodbye(scene.record, 'reboot');
    t.match(log.at(-1), /this is a defect/);
  }
  fault = new SentenceError('conflict', 'UNIQUE');
  const done: string[] = [];
  const act = inLane(scene.core.watch)((changes) => {
    changes.edge(scene.record);
    changes.afterwards(() => void done.push('shown'));
  });
  await t.rejects(act, { code: 'conflict' }, 'who acts is told');
  t.same(done, [], 'and nothing follows from it');
  t.match(scene.core.health.warnings, [/some of what follows from reports and time: CHECK constraint failed/]);
  t.same(scene.core.health.failing, [], 'two refusals are not all of it');
});

t.test('what rules decided and the database refused is found again by the next report', async (t) => {
  let fault: Error | null = null;
  const scene = await site(t, (store) => ({
    ...store,
    commit: (statements) => (fault ? Promise.reject(fault) : store.commit(statements)),
  }));
  const full = { ...healthy, ...disk('/', 100, 4) };
  await scene.run(minute);
  await scene.run(4 * minute, full);
  fault = new Error('CHECK constraint failed');
  await scene.run(2 * minute, full);
  const inMemory = [...scene.core.book.open(), ...scene.core.book.shown.open()];
  t.same([inMemory, await incidents(scene)], [[], []], 'memory is not ahead of the database');
  t.same(
    scene.core.published.filter((line) => line.startsWith('disk')),
    [],
    'and nobody is shown what is not so',
  );
  fault = null;
  await scene.run(6 * minute, full);
  t.same(await incidents(scene), ['disk.space high open']);
  t.same(await outbox(scene), ['incident.raised']);
});

t.test('stopping gives up what cannot be written', async (t) => {
  const scene = await site(t, (store) => ({
    ...store,
    commit: () => Promise.reject(new SentenceError('unavailable', 'The disk is full.')),
  }));
  const goodbye = scene.core.watch.takeGoodbye(scene.record, 'reboot');
  scene.core.watch.stop();
  await goodbye;
  await t.rejects(scene.core.watch.snapshot(), { code: 'unavailable' });
});

t.test('a snapshot saves what changed, and a start replays only what came later', async (t) => {
  const scene = await site(t);
  await scene.run(30_000);
  t.equal(await scene.core.watch.snapshot(), 3);
  t.equal(scene.record.isDirty, false);
  await scene.run(20_000);
  const again = await scene.restart();
  t.equal(again.record.loadedCursor, 3);
  t.same(again.record.memory.runs, scene.record.memory.runs);
  t.same(again.record.memory.presence, scene.record.memory.presence);
});

t.test('ticks do not queue up while the lane stands still, and committed reports are never refused', async (t) => {
  const gate = Promise.withResolvers<void>();
  let isHeld = false;
  const scene = await site(t, (store) => ({
    ...store,
    commit: async (statements) => {
      if (isHeld) await gate.promise;
      await store.commit(statements);
    },
  }));
  await scene.run(10_000);
  isHeld = true;
  const { watch } = scene.core;
  const waiting: Promise<unknown>[] = [watch.takeGoodbye(scene.record, 'reboot')];
  for (let n = 0; n < 50; n += 1) {
    scene.clock.ms += 1_000;
    waiting.push(watch.tick(), watch.takeReturn(scene.record));
  }
  t.equal(watch.lane.length, 3, 'the goodbye, one tick, one return');
  while (watch.lane.length < watch.lane.limit) waiting.push(watch.lane.run(async () => undefined));
  await t.rejects(
    watch.lane.run(async () => undefined),
    { code: 'overloaded' },
  );
  waiting.push(watch.takeReports(99, []));
  gate.resolve();
  await Promise.all(waiting);
  t.equal(watch.lane.length, 0);
});
