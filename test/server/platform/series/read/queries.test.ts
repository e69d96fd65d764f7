import t from 'tap';
import { Queries, type Query } from '../../../../../server/platform/series/read/queries.ts';
import { type Sliced, Slices } from '../../../../../server/platform/series/slices.ts';

function setUp(over: { atOnce?: number; waiting?: number; deadlineMs?: number } = {}) {
  const work: Sliced[] = [];
  const clock = { now: 0 };
  const queries = new Queries({
    add: (each) => void work.push(each),
    now: () => clock.now,
    atOnce: 2,
    waiting: 2,
    ...over,
  });
  /** Gives every piece of work one turn. */
  const turn = () => {
    for (const each of [...work]) if (each.next().done) work.splice(work.indexOf(each), 1);
  };
  return { work, clock, queries, turn };
}

function* counting(turns: number, seen: number[] = []): Query<number> {
  for (let turn = 1; turn <= turns; turn += 1) {
    seen.push(turn);
    yield;
  }
  return turns;
}

t.test('a few are worked on at once, some wait, the rest is refused', async (t) => {
  const { queries, work, turn } = setUp();
  const asked = [1, 2, 3, 4].map((id) => queries.ask(id, () => counting(id)));
  await t.rejects(
    queries.ask(5, () => counting(5)),
    { code: 'overloaded', message: /2 questions about history already wait/ },
  );
  t.equal(work.length, 2);
  t.equal(queries.length, 4);
  for (let turns = 0; turns < 20; turns += 1) turn();
  t.same(await Promise.all(asked), [1, 2, 3, 4]);
  t.equal(queries.length, 0);
});

t.test('a cancelled one ends at its next pause, and makes room', async (t) => {
  const { queries, turn } = setUp({ atOnce: 1 });
  const seen: number[] = [];
  const [long, waiting, next] = [
    queries.ask(1, () => counting(1_000_000, seen)),
    queries.ask(2, () => counting(1)),
    queries.ask(3, () => counting(2)),
  ];
  turn();
  turn();
  queries.cancel(2);
  await t.rejects(waiting, { code: 'unavailable', message: 'The question was withdrawn.' });
  queries.cancel(1);
  queries.cancel(99);
  turn();
  await t.rejects(long, { message: 'The question was withdrawn.' });
  t.same(seen, [1, 2], 'not a step more');
  for (let turns = 0; turns < 5; turns += 1) turn();
  t.equal(await next, 2);
});

t.test('a deadline counts from the arrival, waiting too', async (t) => {
  const { queries, clock, turn } = setUp({ atOnce: 1, deadlineMs: 1_000 });
  const [first, second] = [queries.ask(1, () => counting(10)), queries.ask(2, () => counting(1))];
  turn();
  clock.now = 1_001;
  turn();
  turn();
  await t.rejects(first, { code: 'unavailable', message: 'The answer took longer than 1 s. Ask for less at once.' });
  await t.rejects(second, { code: 'unavailable' });
});

t.test('what a query throws is its answer, and the line goes on', async (t) => {
  const { queries, turn } = setUp({ atOnce: 1 });
  const failing = queries.ask(1, () => {
    throw new RangeError('no such thing');
  });
  const next = queries.ask(2, () => counting(1));
  for (let turns = 0; turns < 4; turns += 1) turn();
  await t.rejects(failing, new RangeError('no such thing'));
  t.equal(await next, 1);
});

t.test('commits go on between the turns of endless questions', async (t) => {
  const slices = new Slices((cause) => t.fail(String(cause)));
  const queries = new Queries({ add: (work) => slices.add(work) });
  const endless = [1, 2, 3, 4, 5].map((id) => queries.ask(id, () => counting(Number.POSITIVE_INFINITY)));
  let commits = 0;
  while (commits < 20) {
    // Waits for a slice, not for an answer: there is none.
    await new Promise(setImmediate);
    commits += 1;
  }
  const ended = endless.map((each) => t.rejects(each, { message: 'The question was withdrawn.' }));
  for (const id of [1, 2, 3, 4, 5]) queries.cancel(id);
  await Promise.all(ended);
  t.equal(queries.length, 0);
});
