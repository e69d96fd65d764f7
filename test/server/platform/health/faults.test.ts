import { CompiledQuery } from 'kysely';
import pino from 'pino';
import t, { type Test } from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { type Said, said, typed } from '../../../../protocol/said/said.ts';
import type { Judge } from '../../../../server/core/incidents/judge.ts';
import type { StepPolicy } from '../../../../server/domain/incidents/incident.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { heard } from '../../../../server/fleet/device-connection.ts';
import { eachApart, Faults } from '../../../../server/platform/health/faults.ts';
import { Health } from '../../../../server/platform/health/health.ts';
import { openStore } from '../../../../server/platform/store/store.ts';
import { type Core, CoreAgent, startCore } from '../../../support/core.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { inLane } from '../../../support/in-lane.ts';
import { disk } from '../../../support/reading.ts';
import { addTenant } from '../../../support/store.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const wordsOf = (what: Said | null): string | null => what && plain(what, 0);

const START = Date.UTC(2026, 2, 1);

interface Scene {
  readonly core: Core;
  readonly log: string[];
  /** Reports with this disk, and ticks, every 10 s. */
  run(durationMs: number, freeGb: number): Promise<void>;
  silence(durationMs: number): Promise<void>;
  states(): Promise<string[]>;
}

async function scene(t: Test, judges: readonly Judge[], policies: readonly StepPolicy[] = []): Promise<Scene> {
  const clock = new FakeClock(START);
  const dir = tempDir(t);
  const store = await openStore({ path: `${dir}/state.db`, clock: () => START });
  await addTenant(store, 'Acme');
  await store.close();
  const log: string[] = [];
  const logger = pino({ level: 'error' }, { write: (line) => void log.push(JSON.parse(line).msg) });
  const core = await startCore(t, { dir, clock, logger, judges });
  for (const policy of policies) core.book.addPolicy(policy);
  const agent = new CoreAgent(START);
  const record = [...core.fleet.devices.values()][0]!;
  return {
    core,
    log,
    async run(durationMs, freeGb) {
      for (let ms = 0; ms < durationMs; ms += 5_000) {
        clock.ms += 5_000;
        heard(record.connection, clock.ms);
        if (ms % 10_000 === 0) agent.offer(core, record, clock.ms, { ...disk('/', 100, freeGb), 'cpu.busy': 0.1 });
        await core.ingest.drain();
        await core.watch.tick();
      }
    },
    async silence(durationMs) {
      for (let ms = 0; ms < durationMs; ms += 1_000) {
        clock.ms += 1_000;
        await core.watch.tick();
      }
    },
    async states() {
      const { items } = await core.store.scoped(everyClient).incidents.list({ limit: 50, state: 'all' });
      return items.map(({ rule, state }) => `${rule} ${state}`).sort();
    },
  };
}

const broken: Judge = {
  about: 'broken things',
  judge() {
    throw new TypeError('a document of nobody knows what');
  },
};

t.test('a judge that throws stops neither presence nor the other judges, is logged once and shown', async (t) => {
  const judged: number[] = [];
  const other: Judge = { about: 'other things', judge: () => void judged.push(1) };
  const { core, silence, run, states, log } = await scene(t, [broken, other]);
  await run(2 * 60_000, 50);
  t.ok(judged.length > 20);
  await silence(4 * 60_000);
  t.same(await states(), ['contact open']);
  t.equal(log.filter((line) => line.includes('a part of the watch failed')).length, 1);
  t.match(core.health.warnings, [/keeps the server from following broken things: a document of nobody knows what/]);
});

t.test('the server is not ready while nothing of a part works, and ready again once it does', async (t) => {
  let isBroken = false;
  const moody: Judge = {
    about: 'moody things',
    judge() {
      if (isBroken) throw new Error('today not');
    },
  };
  const { core, run } = await scene(t, [moody]);
  await run(60_000, 50);
  t.same(core.health.failing, []);
  isBroken = true;
  await run(60_000, 50);
  t.same(core.health.failing, ['evaluating']);
  t.equal(
    wordsOf(core.health.about('fault.moody things')),
    'A defect keeps the server from following moody things: today not. Everything else goes on.',
  );
  core.health.set('telling.round', typed('Nobody is told of anything'), 'telling');
  await run(10_000, 50);
  t.equal(
    wordsOf(core.health.about('fault.moody things')),
    'A defect keeps the server from following moody things: today not.',
    'it is not said that everything else goes on while it does not',
  );
  isBroken = false;
  core.health.set('telling.round', null);
  await run(10_000, 50);
  t.same(core.health.failing, [], 'what works is ready, though the warning stands');
  t.match(wordsOf(core.health.about('fault.moody things')), /some of moody things: today not/);
});

t.test(
  'one bad item of many leaves the server ready, and two faults do not say that everything else goes on',
  async (t) => {
    const health = new Health();
    const clock = new FakeClock(START);
    const faults = new Faults({ clock, health, logger: pino({ level: 'silent' }) });
    const take = (n: number): void => {
      if (n === 2) throw new Error('two is bad');
    };
    for (let second = 0; second < 60; second += 1) {
      clock.ms += 1_000;
      faults.guardEach('reports', [1, 2, 3], take);
      faults.settle();
      t.same(health.failing, []);
    }
    t.match(health.warnings, [
      'A defect keeps the server from following some of reports: two is bad. Everything else goes on.',
    ]);
    await t.rejects(
      faults.watchOver('everything', () => Promise.reject(new Error('no room'))),
      /no room/,
    );
    t.notMatch(health.warnings.join(' '), /goes on/);
    clock.ms += 10_000;
    faults.settle();
    t.same(health.failing, ['evaluating']);
    await faults.watchOver('everything', async () => undefined);
    faults.settle();
    t.same(health.failing, []);
  },
);

t.test(
  'the server is not ready while what it decides contradicts the database, and says so until something is kept',
  async (t) => {
    let isBroken = true;
    const contradicting: Judge = {
      about: 'contradictions',
      judge(changes) {
        if (isBroken) changes.add(CompiledQuery.raw('INSERT INTO client SELECT * FROM client'));
      },
    };
    const { core, run, states } = await scene(t, [contradicting]);
    await run(30_000, 50);
    t.same(core.health.failing, ['evaluating']);
    t.match(core.health.warnings, [
      /what follows from reports and time: There is such an entry already \(client.name\)\. Everything/,
    ]);
    isBroken = false;
    await run(60_000, 50);
    await run(6 * 60_000, 4);
    t.same(await states(), ['disk.space open'], 'it goes on');
    t.same(core.health.failing, []);
  },
);

t.test('the warning ends ten minutes after the last fault', async (t) => {
  let isBroken = true;
  const now: Judge = {
    about: 'moody things',
    judge() {
      if (isBroken) throw new Error('today not');
    },
  };
  const { core, run } = await scene(t, [now]);
  await run(10_000, 50);
  isBroken = false;
  await run(9 * 60_000, 50);
  t.match(wordsOf(core.health.about('fault.moody things')), /today not/);
  await run(2 * 60_000, 50);
  t.equal(wordsOf(core.health.about('fault.moody things')), null);
});

t.test(
  'a policy that throws is left out: the incident is stored and told, with what the other policies add',
  async (t) => {
    const policies: StepPolicy[] = [
      () => {
        throw new Error('no such calendar');
      },
      (step) => ({ ...step, event: { ...step.event, said: said('report.other', { headline: step.event.said }) } }),
    ];
    const { core, run, states } = await scene(t, [], policies);
    await run(60_000, 50);
    await run(6 * 60_000, 4);
    t.same(await states(), ['disk.space open']);
    const [incident] = (await core.store.scoped(everyClient).incidents.list({ limit: 1, state: 'all' })).items;
    const events = await core.store.scoped(everyClient).incidents.events(incident!.id);
    t.match(JSON.stringify(events), /report\.other/);
    t.match(core.health.warnings, [/no such calendar/]);
  },
);

t.test('what is shown may fail: what was written stays, and the next change is shown', async (t) => {
  const { core } = await scene(t, []);
  const shown: string[] = [];
  await inLane(core.watch)((changes) => {
    changes.afterwards(() => {
      throw new Error('a screen burst');
    });
    changes.afterwards(() => void shown.push('the second'));
  });
  t.same(shown, ['the second']);
  t.match(core.health.warnings, [/a screen burst/]);
});

t.test('one bad item does not keep the others from their turn, and is told at the end', async (t) => {
  const done: number[] = [];
  t.throws(
    () =>
      eachApart([1, 2, 3], (item) => {
        if (item === 2) throw new Error('two is bad');
        done.push(item);
      }),
    /two is bad/,
  );
  t.same(done, [1, 3]);
});

t.test('a warning does not outlast an hour that is taken back', async (t) => {
  const clock = new FakeClock(START + 3_600_000);
  const health = new Health();
  const faults = new Faults({ clock, health, logger: pino({ level: 'silent' }) });
  const fail = (): void =>
    faults.guard(
      'budgets',
      () => {
        throw new Error('no');
      },
      undefined,
    );
  fail();
  t.equal(health.warnings.length, 1);
  clock.ms = START;
  faults.settle();
  t.same(health.warnings, []);
});
