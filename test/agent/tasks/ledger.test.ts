import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { parseKept, without } from '../../../agent/tasks/kept-result.ts';
import { type LedgerBounds, TaskLedger } from '../../../agent/tasks/ledger.ts';
import { taskOutcomes } from '../../../protocol/wire/task.ts';
import { recordingLog } from '../../support/agent-machine.ts';
import { tempDir } from '../../support/temp-dir.ts';

const idOf = (n: number) => n.toString(16).padStart(32, '0');
const done = (text = '') => ({ outcome: 'done', json: JSON.stringify({ text }), fileBytes: 0 }) as const;

async function open(t: Test, bounds: Partial<LedgerBounds> = {}, directory = tempDir(t), asker = 'device-1') {
  const { log, lines } = recordingLog();
  const clocks = () => ({ wallMs: 1_000_000, monotonicMs: 1, bootMs: 1_000.4 });
  const ledger = await TaskLedger.open({ directory, asker, bootId: 'boot', clocks, log, bounds });
  const run = async (n: number, result = done()) => {
    await ledger.begin(idOf(n));
    await ledger.end(idOf(n), result);
  };
  const waiting = () => [...ledger.untaken()].map(({ id, result }) => [Number.parseInt(id, 16), result.dropped]);
  return { ledger, directory, lines, run, waiting };
}

t.test('the oldest go when there are too many, first those that the server has, and the next one tells', async (t) => {
  const { ledger, run, waiting, directory, lines } = await open(t, { tasks: 3 });
  for (const n of [1, 2, 3]) await run(n);
  await ledger.taken(idOf(2));
  await run(4);
  t.same(waiting(), [[1, 0], [3, 0], [4, 0]], 'nothing was lost'); // biome-ignore format: a line a list
  await run(5);
  t.same(waiting(), [[3, 0], [4, 0], [5, 1]], 'one was'); // biome-ignore format: a line a list
  t.match(lines.join(''), /too many results of tasks wait/);
  await run(6);
  await run(7);
  await run(8);
  t.same(waiting(), [[6, 1], [7, 1], [8, 2]], 'also of one that had to tell'); // biome-ignore format: a line a list
  t.same((await open(t, { tasks: 3 }, directory)).waiting(), waiting(), 'and after a restart');
});

t.test('bytes have a bound too, and the newest always fits', async (t) => {
  const { run, waiting, ledger, directory } = await open(t, { bytes: 100, fileBytes: 10 });
  await run(1, done('x'.repeat(50)));
  await run(2, done('x'.repeat(50)));
  t.same(waiting(), [[2, 1]]);
  await run(3, done('x'.repeat(500)));
  t.same(waiting(), [[3, 2]], 'and what that one had to tell');
  writeFileSync(ledger.fileOf(idOf(4)), '12345678');
  await run(4, { ...done(), fileBytes: 8 } as never);
  writeFileSync(ledger.fileOf(idOf(5)), '12345678');
  await run(5, { ...done(), fileBytes: 8 } as never);
  t.same(waiting().at(-1)?.[0], 5);
  t.notOk(existsSync(ledger.fileOf(idOf(4))), 'its file went with it');
  t.equal(readdirSync(directory).length, 2, 'a result and a file are on the disk');
});

t.test('what a crash or a stranger left in the folder', async (t) => {
  const { run, directory } = await open(t);
  for (const n of [1, 2, 3]) await run(n);
  const [one, two] = readdirSync(directory).sort() as [string, string];
  writeFileSync(join(directory, one.replace('.ended', '.begun')), '{"asker":"device-1"}');
  writeFileSync(join(directory, two), '{"outcome":"done","json":');
  writeFileSync(join(directory, '000000000009-dddd.ended.77.tmp'), 'half');
  writeFileSync(join(directory, `${'e'.repeat(32)}.file`), 'of nobody');
  writeFileSync(join(directory, 'notes.txt'), 'of the owner');
  writeFileSync(join(directory, `000000000008-${'f'.repeat(32)}.begun`), '{"asker":"device-1"}');
  writeFileSync(join(directory, `000000000007-${'a'.repeat(32)}.begun`), '{}');
  const again = await open(t, {}, directory);
  t.same(
    again.waiting().map(([n]) => n),
    [1, 3, Number.parseInt('f'.repeat(32), 16)],
  );
  t.match(again.lines.join(''), /cannot be read and is dropped/);
  const left = readdirSync(directory).sort();
  t.match(left, [/0001-.*ended/, /0003-.*ended/, /0008-f.*ended/, /notes/]);
  t.notOk(again.ledger.knows(idOf(2)));
  await again.run(9);
  t.match(readdirSync(directory).sort()[3], /^000000000009-/, 'numbers go on');
});

t.test('what one server asked is no business of the next one', async (t) => {
  const { run, directory, ledger } = await open(t);
  await run(1);
  await run(2);
  await ledger.taken(idOf(2));
  writeFileSync(ledger.fileOf(idOf(3)), 'secret');
  await run(3, { ...done(), fileBytes: 6 } as never);
  await ledger.begin(idOf(4));
  const other = await open(t, {}, directory, 'device-2');
  t.same(other.waiting(), []);
  t.notOk([1, 2, 3, 4].some((n) => other.ledger.knows(idOf(n))));
  t.same(readdirSync(directory), [], 'nothing of it stays on the disk');
});

t.test('without a disk it remembers as long as it runs, and says so once', async (t) => {
  const blocked = join(tempDir(t), 'file');
  const { run, waiting, directory, lines } = await open(t);
  rmSync(directory, { recursive: true });
  writeFileSync(directory, 'a file where the folder was');
  t.teardown(() => rmSync(directory, { force: true }));
  await run(1);
  await run(2);
  t.same(waiting().map(([n]) => n), [1, 2]); // biome-ignore format: short
  t.equal(lines.filter((line) => line.includes('cannot be kept on disk')).length, 1);
  writeFileSync(blocked, '');
  chmodSync(blocked, 0o400);
  const never = await open(t, {}, join(blocked, 'tasks'));
  t.match(never.lines.join(''), /results of earlier tasks cannot be read/);
  await never.run(3);
  t.match(never.waiting(), [[3, 0]]);
});

t.test('a disk that hangs counts as one that cannot be written', async (t) => {
  const { ledger, waiting, lines } = await open(t, { writeMs: 0 });
  await ledger.begin(idOf(1));
  await ledger.end(idOf(1), done());
  t.same(waiting(), [[1, 0]]);
  t.match(lines.join(''), /the disk does not answer|^$/);
});

t.test('what is kept reads as it was written, and nothing else does', async (t) => {
  const kept = fc.record({
    outcome: fc.constantFrom(...taskOutcomes),
    json: fc.string(),
    fileBytes: fc.nat(1_000),
    dropped: fc.nat(0xffff),
    asker: fc.string(),
    bootId: fc.string(),
    bootMs: fc.nat(),
    wallMs: fc.nat(),
  });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(kept, (one) => {
        if (JSON.stringify(parseKept(JSON.stringify(one))) !== JSON.stringify(one)) throw new Error('it is another');
      }),
    ),
  );
  const good = { ...without('failed', 'x'), dropped: 0, asker: '', bootId: '', bootMs: 0, wallMs: 0 };
  for (const change of [
    { outcome: 'gone' },
    { json: 1 },
    { fileBytes: -1 },
    { dropped: 1e9 },
    { bootMs: 0.5 },
    { bootId: null },
  ])
    t.throws(() => parseKept(JSON.stringify({ ...good, ...change })), /no result of a task/, JSON.stringify(change));
  for (const text of ['null', '[]', '7', '', '{']) t.throws(() => parseKept(text));
});
