import pino from 'pino';
import t, { type Test } from 'tap';
import { plain } from '../../../protocol/said/plain.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { ClockSet, Judge } from '../../../server/core/incidents/judge.ts';
import { OWN_CLIENT } from '../../../server/core/presence/own-client.ts';
import { everyClient } from '../../../server/domain/scope.ts';
import { heard } from '../../../server/fleet/device-connection.ts';
import { type DeviceRecord, makeRecord } from '../../../server/fleet/device-record.ts';
import { healRecord } from '../../../server/fleet/redate.ts';
import { createClock } from '../../../server/platform/clock.ts';
import { Health } from '../../../server/platform/health/health.ts';
import { openStore } from '../../../server/platform/store/store.ts';
import type { Row } from '../../../server/platform/store/tables.ts';
import { ClockKeeper } from '../../../server/watch/clock-keeper.ts';
import { setBackBy, setBackMeanwhile } from '../../../server/watch/clock-step.ts';
import { type Core, CoreAgent, startCore } from '../../support/core.ts';
import { inLane } from '../../support/in-lane.ts';
import { disk } from '../../support/reading.ts';
import { addTenant } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';

const wordsOf = (what: Said | null): string | null => what && plain(what, 0);

const START = Date.UTC(2026, 2, 1);
const HOUR = 3_600_000;

/** A server whose time of day a test sets, and a machine that reports every 10 s by its own, right clock. */
async function scene(t: Test, ...judges: Judge[]) {
  const machine = { wallMs: START, monotonicMs: 0 };
  const clock = createClock(
    () => machine.wallMs,
    () => machine.monotonicMs,
    () => machine.monotonicMs,
  );
  const dir = tempDir(t);
  const store = await openStore({ path: `${dir}/state.db`, clock: () => START });
  await addTenant(store, 'Acme');
  // Else it is made when the first incident needs it, which takes real time, of which a scene has as little as it likes.
  await store.scoped(everyClient).clients.ensure(OWN_CLIENT);
  await store.close();
  const core: Core = await startCore(t, { dir, clock, judges, logger: pino({ level: 'silent' }) });
  const agent = new CoreAgent(START);
  const record = [...core.fleet.devices.values()][0]!;
  /** `agentsStep`: the machine's own clock was set as well. */
  const run = async (seconds: number, availableGiB = 50, agentsStep = 0): Promise<void> => {
    for (let second = 0; second < seconds; second += 5) {
      machine.wallMs += 5_000;
      machine.monotonicMs += 5_000;
      // What the machine says hangs on real time alone.
      const bootMs = machine.monotonicMs + HOUR;
      agent.bootedAt = clock.now() - bootMs;
      agent.clockOffsetMs = START + machine.monotonicMs + agentsStep - clock.now();
      heard(record.connection, clock.now());
      if (second % 10 === 0) {
        agent.connect(record, clock.now());
        agent.offer(core, record, clock.now(), { ...disk('/', 100, availableGiB), 'cpu.busy': 0.1 });
      }
      await core.ingest.drain();
      await core.watch.tick();
    }
  };
  const incidents = async () => {
    const { items } = await core.store.scoped(everyClient).incidents.list({ limit: 50, state: 'all' });
    return items.map(({ rule, state }) => `${rule} ${state}`);
  };
  /** About machines; and about the server itself. */
  const ofMachines = async () => (await incidents()).filter((one) => !one.startsWith('server.'));
  const ofServer = async () => (await incidents()).filter((one) => one.startsWith('server.'));
  const told = async () =>
    (await core.store.db.selectFrom('outbox').select(['kind', 'payload_json']).orderBy('id').execute())
      .filter(({ payload_json }) => payload_json.includes('server.clock'))
      .map(({ kind }) => kind);
  return { core, machine, clock, record, run, incidents: ofMachines, ofServer, told };
}

t.test('the server is an hour ahead for a while: nobody is blamed, and it says so of itself', async (t) => {
  const { core, machine, clock, record, run, incidents, ofServer, told } = await scene(t);
  await run(120);
  machine.wallMs += HOUR;
  await run(600);
  t.same(await ofServer(), ['server.clock open'], 'it is told of the server');
  t.same(await told(), ['incident.raised'], 'once');
  t.match(wordsOf(core.health.about('clock')), /time of day of the server was set: it is 1 h ahead/);
  t.ok(Math.abs(clock.now() - (START + machine.monotonicMs)) < 1_000, 'the agents say that it is wrong');
  machine.wallMs -= HOUR;
  await run(60);
  t.same(core.health.warnings, []);
  t.same(await incidents(), []);
  await run(60);
  t.same(await ofServer(), ['server.clock resolved']);
  t.same(await told(), ['incident.raised', 'incident.resolved']);
  t.equal(record.connection.liveness.state, 'up');
  await run(7 * 60, 4);
  t.same(await incidents(), ['disk.space open'], 'rules are not deaf');
});

t.test('a time of day that the agents agree with is followed, and what is going on goes on', async (t) => {
  const { core, machine, clock, record, run, incidents, ofServer } = await scene(t);
  await run(120);
  await run(240, 4);
  machine.wallMs += HOUR;
  await run(60, 4, HOUR);
  t.ok(Math.abs(clock.now() - machine.wallMs) < 1_000);
  t.same(await ofServer(), ['server.clock open'], 'following it is told, too');
  t.match(await core.store.settings.get('clock.step'), { sizeMs: HOUR }, 'and remembered');
  const followedAt = clock.now();
  t.equal(record.connection.liveness.state, 'up');
  await run(60, 4, HOUR);
  t.same(await incidents(), ['disk.space open'], 'in the middle of "for", over the step');
  machine.wallMs -= HOUR;
  await run(60, 4);
  t.ok(Math.abs(clock.now() - machine.wallMs) < 1_000, 'and back');
  t.ok((record.memory.judgedAt ?? 0) <= clock.now());
  await run(60, 50);
  t.same(await incidents(), ['disk.space resolved'], 'within a minute');
  const rows = inTheFuture(record, clock.now());
  t.same(rows, []);
  const events = await core.store.db.selectFrom('incident_event').select('at').execute();
  const wrong = events.filter(({ at }) => at >= followedAt - 60_000);
  t.same(wrong, [], 'nothing says that it happened in the hour that never was');
  t.equal(await core.store.settings.get('clock.step'), null);
});

t.test(
  'of what was done to an incident in the time that is taken back, memory says the same as the database',
  async (t) => {
    const { core, machine, clock, run } = await scene(t);
    await run(120);
    await run(360, 4);
    const [opened] = core.book.open();
    if (!opened) throw new Error('no incident');
    machine.wallMs += HOUR;
    await run(120, 4, HOUR);
    const at = clock.now();
    // What a person did and what the routes keep of it.
    const acted = { ...opened, acknowledgedAt: at, acknowledgedBy: 'u1', updatedAt: at, onsetAt: at - 2 * HOUR };
    const times = { ...acted.times, takenAt: at, respondedAt: at, onSiteAt: at };
    const record = { ...acted, times };
    await inLane(core.watch)(async (changes) => {
      core.book.put(record);
      changes.addIncident(null, {
        record,
        event: { kind: 'acknowledged', at, by: 'u1', said: said('nothing') },
        notice: null,
      });
    });
    machine.wallMs -= HOUR;
    await run(60, 4);
    const now = clock.now();
    t.ok(Math.abs(now - machine.wallMs) < 1_000, 'the clock is back');
    const known = core.book.byId(opened.id);
    const stamps = [known?.acknowledgedAt, known?.times.takenAt, known?.times.respondedAt, known?.times.onSiteAt];
    for (const stamp of stamps) t.ok((stamp ?? Number.POSITIVE_INFINITY) <= now, `${(stamp ?? 0) - now} ms ahead`);
    t.equal(known?.onsetAt, at - 2 * HOUR, 'what was past stays');
    const row = await core.store.scoped(everyClient).incidents.get(opened.id);
    t.same(stamps, [row?.acknowledged_at, row?.taken_at, row?.responded_at, row?.on_site_at]);
  },
);

t.test('what was resolved in the time that is taken back is over since then in memory, too', async (t) => {
  const { core, machine, clock, run } = await scene(t);
  await run(120);
  await run(360, 4);
  const [opened] = core.book.open();
  machine.wallMs += HOUR;
  await run(120, 4, HOUR);
  await run(120, 50, HOUR);
  t.equal(core.book.byId(opened?.id ?? '')?.state, 'resolved');
  machine.wallMs -= HOUR;
  await run(60, 50);
  const now = clock.now();
  const resolvedAt = core.book.byId(opened?.id ?? '')?.resolvedAt ?? Number.POSITIVE_INFINITY;
  t.ok(resolvedAt <= now, `${resolvedAt - now} ms ahead`);
  t.equal((await core.store.scoped(everyClient).incidents.get(opened?.id ?? ''))?.resolved_at, resolvedAt);
});

t.test('a folder that a clock years ahead has written is healed by its start', async (t) => {
  const { record } = await scene(t);
  const ahead = START + 4 * 365 * 24 * HOUR;
  const { memory } = record;
  const proof = { at: ahead, bootId: 'boot-1', bootMs: HOUR, monotonicMs: HOUR };
  Object.assign(memory.presence, { first: { ...proof, at: ahead - HOUR }, last: proof, upFrom: ahead - HOUR });
  Object.assign(memory, { judgedAt: ahead });
  const level = {
    active: false,
    changingSince: ahead - 60_000,
    onset: ahead - 60_000,
    lastSeen: ahead,
    foundAtOnboarding: false,
  };
  memory.detection.levels.set('disk.space|high|/', level);
  t.equal(healRecord(record, START), true);
  t.same([memory.judgedAt, memory.presence.last?.at, record.connection.lastHeardAt], [START, START, null]);
  t.match(memory.detection.levels.get('disk.space|high|/'), { lastSeen: START, changingSince: START - 60_000 });
  t.ok((memory.presence.upFrom ?? 0) <= START);
  t.equal(healRecord(record, START), false, 'once');
});

/** Instants of the memory that lie in the future. */
function inTheFuture({ memory }: { memory: object }, now: number): string[] {
  const found: string[] = [];
  JSON.stringify(memory, (key, value) => {
    if (typeof value === 'number' && value > now && value < now + 2 * HOUR) found.push(`${key} ${value}`);
    return value;
  });
  return found;
}

t.test('a clock that was set back while no server ran', async (t) => {
  const known = { sizeMs: HOUR, since: START };
  const MINUTE = 60_000;
  t.same(setBackMeanwhile(START, START + MINUTE, known), { sizeMs: -HOUR, since: START });
  t.same(setBackMeanwhile(START, START + HOUR, known), { sizeMs: -HOUR, since: START });
  t.equal(setBackMeanwhile(START, START + 2 * HOUR, known), undefined, 'by more than was known');
  t.equal(setBackMeanwhile(START, START + 1, known), undefined, 'slewed');
  t.equal(setBackMeanwhile(START + 2, START + 1, known), undefined, 'it goes on');
  t.equal(setBackMeanwhile(START, null, known), undefined);
  t.equal(setBackMeanwhile(START, START + MINUTE, null), undefined);
  t.same(setBackBy(-HOUR + 5_000, known, START + MINUTE), { sizeMs: -HOUR + 5_000, since: START });
  const another = { sizeMs: -2 * HOUR, since: Number.POSITIVE_INFINITY };
  t.same(setBackBy(-2 * HOUR, known, START + MINUTE), another, 'another step');
});

t.test('a step that has stood for a week was right: one back by as much says nothing of it', async (t) => {
  const known = { sizeMs: HOUR, since: START };
  const week = 7 * 24 * HOUR;
  t.equal(setBackBy(-HOUR, known, START + week - 1).since, START);
  t.equal(setBackBy(-HOUR, known, START + week).since, Number.POSITIVE_INFINITY);
  t.same(setBackMeanwhile(START + week - HOUR, START + week - 1, known), { sizeMs: -HOUR, since: START });
  t.equal(setBackMeanwhile(START + week, START + week + HOUR, known), undefined);
});

/** A keeper alone: agents report every 10 s, their clocks so far ahead of the right time. */
function alone(agents: readonly number[], isUndoing: (sizeMs: number) => boolean = () => false) {
  const machine = { wallMs: START, monotonicMs: 0 };
  const clock = createClock(
    () => machine.wallMs,
    () => machine.monotonicMs,
    () => machine.monotonicMs,
  );
  const devices = new Map<string, DeviceRecord>();
  const silent = pino({ level: 'silent' });
  const keeper = new ClockKeeper({ clock, fleet: { devices }, health: new Health(), logger: silent, isUndoing });
  const hear = (name: string, offsetMs: number): void => {
    const now = clock.now();
    const said = {
      bootId: 'b',
      bootOffsetMs: 0,
      clockOffsetMs: START + machine.monotonicMs + offsetMs - now,
      sampledAt: now,
    };
    const record = devices.get(name) ?? makeRecord({ enrolled_at: START } as Row<'device'>, null);
    Object.assign(record.memory, { dating: said });
    heard(record.connection, now);
    devices.set(name, record);
  };
  const run = (seconds: number, heard = agents.length): number => {
    let followed = 0;
    for (let second = 0; second < seconds; second += 1) {
      machine.wallMs += 1_000;
      machine.monotonicMs += 1_000;
      if (second % 10 === 5) for (const [n, offset] of agents.slice(0, heard).entries()) hear(`${n}`, offset);
      followed += keeper.look();
    }
    return followed;
  };
  return { machine, clock, keeper, run };
}

const followed = (
  what: string,
  { agents = [], stepMs, heard, undoes }: { agents?: number[]; stepMs: number; heard?: number; undoes?: boolean },
  expected: number,
): void => {
  t.test(what, async (t) => {
    const { machine, keeper, run } = alone(agents, () => undoes === true);
    t.equal(run(60), 0);
    machine.wallMs += stepMs;
    t.equal(run(120, heard), expected);
    if (expected !== 0) t.equal(keeper.isProven, agents.length > 0 || undoes === true);
  });
};

for (const seconds of [31, 35, 45, 55, 59, 60, 61, 75, 90, 119, 120]) {
  for (const stepMs of [seconds * 1_000, -seconds * 1_000]) {
    followed(`a step of ${stepMs / 1_000} s that is right`, { agents: [stepMs, stepMs, stepMs], stepMs }, stepMs);
    followed(`a step of ${stepMs / 1_000} s that is wrong`, { agents: [0, 0, 0], stepMs }, 0);
  }
}
followed('without machines a step forwards counts', { stepMs: HOUR }, HOUR);
followed('and one back', { stepMs: -HOUR }, -HOUR);
const three = [-HOUR, -HOUR, -HOUR];
followed('machines that are silent do not agree with a step back', { agents: three, heard: 0, stepMs: -HOUR }, 0);
followed('but the one that is taken back is followed', { agents: [0], heard: 0, stepMs: -HOUR, undoes: true }, -HOUR);
followed('one of three says too little for a step back', { agents: three, heard: 1, stepMs: -HOUR }, 0);
followed('two of three say enough', { agents: three, heard: 2, stepMs: -HOUR }, -HOUR);
followed('whose clock is wrong by far more is not asked', { agents: [-9_999 * HOUR], stepMs: -HOUR }, 0);

t.test('whoever remembers instants is told of a step, with its size and what it says of the past', async (t) => {
  const sets: ClockSet[] = [];
  const { machine, clock, run } = await scene(t, {
    about: 'a judge that remembers',
    judge: () => undefined,
    clockSet: (set) => sets.push(set),
  });
  await run(120);
  machine.wallMs += HOUR;
  await run(60, 50, HOUR);
  t.match(sets, [{ sizeMs: HOUR, since: Number.POSITIVE_INFINITY }]);
  t.ok(Math.abs((sets[0]?.now ?? 0) - clock.now()) < 60_000, 'the time after it');
  machine.wallMs -= HOUR;
  await run(60);
  t.match(sets[1], { sizeMs: -HOUR, since: sets[0]?.now });
});
