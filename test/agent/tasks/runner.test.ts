import { existsSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { type AnyTaskKind, anyKind } from '../../../agent/tasks/kind.ts';
import { ProtocolError } from '../../../protocol/error.ts';
import { MAX_TASK_RESULT_BYTES } from '../../../protocol/wire/task.ts';
import { allowAll, startTaskAgent } from '../../support/task-agent.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

/** A kind that ends when the test says so; `runs` holds the payload of each run. Those that run at once begin in any order. */
function manual(over: Partial<AnyTaskKind> = {}) {
  const runs: unknown[] = [];
  const ends = new Map<unknown, (facts: object) => void>();
  const kind = anyKind<unknown>({
    name: 'manual',
    isSerial: false,
    maxFileBytes: 0,
    parse: (json) => JSON.parse(json),
    objection: () => undefined,
    run(payload) {
      runs.push(payload);
      return new Promise((resolve) => ends.set(payload, resolve));
    },
    ...over,
  });
  return { kind, runs, end: (payload: unknown, facts: object = {}) => ends.get(payload)?.(facts) };
}

t.test('a task is run once, and the same id gets the same result', async (t) => {
  const { kind, runs, end } = manual();
  const agent = await startTaskAgent(t, { kinds: [kind] });
  const id = agent.ask('manual', 1);
  agent.ask('manual', 2, { id });
  await until('it runs', () => runs.length === 1);
  agent.ask('manual', 3, { id });
  end(1, { found: 7 });
  t.match(await agent.ended(id), { outcome: 'done', facts: { found: 7 } });
  agent.ask('manual', 4, { id });
  t.same(runs, [1], 'never again');
  t.match(agent.told, [{ facts: { found: 7 } }, { facts: { found: 7 } }]);
});

t.test('also after a restart, and what had begun is not begun again', async (t) => {
  const { kind, runs, end } = manual();
  const directory = tempDir(t);
  const first = await startTaskAgent(t, { kinds: [kind], directory });
  const done = first.ask('manual', 'done');
  const cut = first.ask('manual', 'cut');
  await until('both run', () => runs.length === 2);
  end('done', { found: 7 });
  await first.ended(done);
  first.runner.stop();

  const second = await startTaskAgent(t, { kinds: [kind], directory, bootId: 'later' });
  second.clocks.wallMs += 90_000;
  t.same(
    [...second.ledger.untaken()].map(({ id, result }) => [id, result.outcome]).sort(),
    [
      [done, 'done'],
      [cut, 'interrupted'],
    ].sort(),
  );
  const kept = [...second.ledger.untaken()].find(({ id }) => id === done);
  t.equal(kept && second.ledger.ageMs(kept.result), 90_000, 'by the time of day, after a boot');
  second.ask('manual', {}, { id: done });
  second.ask('manual', {}, { id: cut });
  t.match(second.told, [
    { id: done, outcome: 'done', facts: { found: 7 } },
    { id: cut, outcome: 'interrupted', facts: { reason: /ended while the task ran/ } },
  ]);
  t.equal(runs.length, 2);

  await second.ledger.taken(done);
  const third = await startTaskAgent(t, { kinds: [kind], directory });
  t.match([...third.ledger.untaken()], [{ id: cut }], 'what the server has is not sent again');
  third.ask('manual', {}, { id: done });
  t.match(third.told, [{ id: done, facts: { found: 7 } }], 'unless it asks');
});

t.test('what is not run: an unknown kind, a payload that cannot be read, what the policy forbids', async (t) => {
  const { kind, runs } = manual({
    parse(json) {
      if (json === '[]') throw new ProtocolError('frame_malformed', 'No list, please.');
      return JSON.parse(json);
    },
    objection: (payload, policy) =>
      policy.allows('probe-peers') && payload !== 1 ? undefined : 'Not on this machine.',
  });
  const agent = await startTaskAgent(t, { kinds: [kind] });
  const f = async (name: string, payload: unknown, outcome: string, reason: RegExp) =>
    t.match(await agent.ended(agent.ask(name, payload)), { outcome, facts: { reason } });
  await f('reboot', {}, 'unknown_kind', /knows no task of the kind "reboot"/);
  await f('constructor', {}, 'unknown_kind', /"constructor"/);
  await f('manual', [], 'malformed', /No list, please/);
  t.match(await agent.ended(agent.ask('manual', null, { json: 'no json' })), {
    outcome: 'malformed',
    facts: { reason: /JSON/ },
  });
  await f('manual', 1, 'refused', /Not on this machine/);
  const forbidden = await startTaskAgent(t, { kinds: [kind], policy: { ...allowAll, allows: () => false } });
  t.match(await forbidden.ended(forbidden.ask('manual', {})), { outcome: 'refused' });
  t.same(runs, []);
  t.same([...agent.ledger.untaken()], [], 'and nothing of it is remembered: it may be allowed tomorrow');
});

t.test('a deadline ends a run, and a kind that does not listen holds up no other', async (t) => {
  const deaf = manual();
  const other = manual({ name: 'other' });
  let isTold = false;
  const listening = anyKind<unknown>({
    ...deaf.kind,
    name: 'listening',
    run: (_payload, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          isTold = true;
          reject(new Error('aborted'));
        });
      }),
  });
  const agent = await startTaskAgent(t, { kinds: [deaf.kind, other.kind, listening] });
  /** Longer and longer, until the disk was quick enough for it to begin before its deadline. */
  const askBriefly = async (name: string, hasBegun: () => boolean) => {
    for (let remainingMs = 20; !hasBegun(); remainingMs *= 2)
      t.match(await agent.ended(agent.ask(name, 'deaf', { remainingMs })), { outcome: 'expired' });
  };
  await askBriefly('listening', () => isTold);
  await askBriefly('manual', () => deaf.runs.length > 0);
  t.match(await agent.ended(agent.ask('manual', {})), { outcome: 'busy' }, 'the one before has not ended');
  const id = agent.ask('other', 'other');
  await until('the others go on', () => other.runs.length === 1);
  other.end('other');
  t.match(await agent.ended(id), { outcome: 'done' });
  deaf.end('deaf', { too: 'late' });
  const again = await until('it is asked again', () => {
    const tried = agent.ask('manual', 'again');
    return agent.told.some((one) => one.id === tried) ? undefined : tried;
  });
  await until('it runs again', () => deaf.runs.includes('again'));
  deaf.end('again');
  t.match(await agent.ended(again), { outcome: 'done' });
  t.equal(agent.told.filter(({ facts }) => facts.too === 'late').length, 0);

  t.match(await agent.ended(agent.ask('other', {}, { remainingMs: 0 })), { outcome: 'expired' });
  t.equal(other.runs.length, 1, 'what is over is not begun');
});

t.test('so many at once, so many wait, and more are told so', async (t) => {
  const { kind, runs, end } = manual();
  const agent = await startTaskAgent(t, { kinds: [kind] });
  const ids = Array.from({ length: 21 }, (_, n) => agent.ask('manual', n));
  t.match(agent.told, [{ id: ids[20], outcome: 'busy' }]);
  await until('four run', () => runs.length === 4);
  for (let ended = 0; ended < 20; ended += 1) {
    await until('the next runs', () => runs.includes(ended));
    t.ok(runs.length <= ended + 4);
    end(ended);
    await agent.ended(ids[ended] as string);
  }
  t.equal(runs.length, 20);
});

t.test('a serial kind runs one at a time, and others pass it', async (t) => {
  const serial = manual({ isSerial: true });
  const other = manual({ name: 'other' });
  const agent = await startTaskAgent(t, { kinds: [serial.kind, other.kind] });
  const ids = [agent.ask('manual', 1), agent.ask('manual', 2)];
  agent.ask('other', {});
  await until('the other runs', () => other.runs.length === 1);
  t.same(serial.runs, [1]);
  serial.end(1);
  await until('the second', () => serial.runs.length === 2);
  serial.end(2);
  await agent.ended(ids[1] as string);
  t.same(
    agent.told.map(({ id }) => id),
    ids,
  );
});

t.test('a run that fails, and one that finds too much', async (t) => {
  const files: string[] = [];
  const kind = anyKind<string>({
    ...manual().kind,
    parse: (json) => JSON.parse(json),
    maxFileBytes: 4,
    async run(what, { filePath }) {
      files.push(filePath);
      if (what === 'throw') throw new Error('The disk is on fire.');
      if (what === 'large') return { text: 'x'.repeat(MAX_TASK_RESULT_BYTES) };
      writeFileSync(filePath, what);
      return {};
    },
  });
  const agent = await startTaskAgent(t, { kinds: [kind] });
  t.match(await agent.ended(agent.ask('manual', 'throw')), { outcome: 'failed', facts: { reason: /on fire/ } });
  t.match(await agent.ended(agent.ask('manual', 'large')), { outcome: 'failed', facts: { reason: /too large/ } });
  t.match(await agent.ended(agent.ask('manual', '12345')), { outcome: 'failed', facts: { reason: /too large/ } });
  t.notOk(existsSync(files.at(-1) ?? ''), 'nor does it stay on the disk');
  t.match(await agent.ended(agent.ask('manual', '1234')), { outcome: 'done' });
  t.match([...agent.ledger.untaken()].at(-1)?.result, { fileBytes: 4 });
});
