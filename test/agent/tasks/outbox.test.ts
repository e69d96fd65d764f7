import { writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { without } from '../../../agent/tasks/kept-result.ts';
import { TaskLedger } from '../../../agent/tasks/ledger.ts';
import { TaskOutbox } from '../../../agent/tasks/outbox.ts';
import type { Frame } from '../../../protocol/wire/frame.ts';
import { MAX_TASK_PART_BYTES } from '../../../protocol/wire/task.ts';
import { recordingLog } from '../../support/agent-machine.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

const idOf = (n: number) => n.toString(16).padStart(32, '0');

async function scene(t: Test, againMs = 60_000) {
  const { log } = recordingLog();
  const clocks = () => ({ wallMs: 1_000, monotonicMs: 1, bootMs: 1 });
  const ledger = await TaskLedger.open({ directory: tempDir(t), asker: 'device-1', bootId: 'boot', clocks, log });
  const outbox = new TaskOutbox({ ledger, log, againMs });
  t.teardown(() => outbox.closed());
  const link = () => {
    const sent: Frame[] = [];
    return { isOpen: true, unsentBytes: 0, sent, send: (frame: Frame) => void sent.push(frame) };
  };
  const run = async (n: number, fileBytes = 0) => {
    await ledger.begin(idOf(n));
    await ledger.end(idOf(n), { outcome: 'done', json: `{"n":${n}}`, fileBytes });
    outbox.offer();
  };
  return { ledger, outbox, link, run };
}

const numbers = (frames: readonly Frame[]) =>
  frames.flatMap((frame) =>
    frame.type === 'task_result' ? [Number.parseInt(Buffer.from(frame.id).toString('hex'), 16)] : [],
  );

t.test('results wait for a connection, go oldest first within a window, and again on the next one', async (t) => {
  const { outbox, link, run } = await scene(t);
  for (let n = 1; n <= 20; n += 1) await run(n);
  const first = link();
  outbox.opened(first);
  await until('a window of them', () => first.sent.length >= 16);
  t.same(
    numbers(first.sent),
    Array.from({ length: 16 }, (_, n) => n + 1),
  );
  outbox.taken(idOf(1));
  outbox.taken(idOf(3));
  await until('room for two', () => first.sent.length === 18);
  first.isOpen = false;
  const second = link();
  outbox.opened(second);
  await until('the next connection', () => second.sent.length === 16);
  t.same(numbers(second.sent).slice(0, 3), [2, 4, 5], 'what is taken is not sent again');
});

t.test('without word from the server it is sent again in time', async (t) => {
  const { outbox, link, run } = await scene(t, 20);
  const one = link();
  outbox.opened(one);
  await run(1);
  await until('twice more', () => one.sent.length >= 3);
  t.same([...new Set(numbers(one.sent))], [1]);
  outbox.taken(idOf(1));
  await run(2);
  await until('the next', () => numbers(one.sent).includes(2));
  outbox.taken(idOf(2));
  const { length } = one.sent;
  await run(3);
  await until('the third', () => numbers(one.sent).includes(3));
  t.equal(numbers(one.sent.slice(length)).filter((n) => n !== 3).length, 0, 'what is taken is never sent again');
});

t.test('a server that knows no tasks is sent nothing', async (t) => {
  const { outbox, link, run, ledger } = await scene(t);
  const one = link();
  outbox.opened(one);
  outbox.closed();
  await run(1);
  outbox.decline(idOf(9), without('busy', 'x'));
  t.same(one.sent, []);
  t.equal([...ledger.untaken()].length, 1, 'it waits for another');
  outbox.opened(one);
  await until('which comes', () => one.sent.length === 1);
});

t.test('a file goes in parts behind its result, no faster than the network takes it', async (t) => {
  const { ledger, outbox, link, run } = await scene(t);
  const bytes = Buffer.alloc(MAX_TASK_PART_BYTES * 2 + 5, 'abcdefg');
  writeFileSync(ledger.fileOf(idOf(1)), bytes);
  const one = link();
  one.unsentBytes = 10_000_000;
  outbox.opened(one);
  await run(1, bytes.length);
  await until('its result', () => one.sent.length === 1);
  t.match(one.sent[0], { type: 'task_result', fileBytes: bytes.length });
  one.unsentBytes = 0;
  await until('its parts', () => one.sent.length === 4);
  const parts = one.sent.flatMap((frame) => (frame.type === 'task_file' ? [frame] : []));
  t.same(parts.map(({ offset }) => offset), [0, MAX_TASK_PART_BYTES, MAX_TASK_PART_BYTES * 2]); // biome-ignore format: short
  t.ok(Buffer.concat(parts.map((part) => part.bytes)).equals(bytes));
});

t.test('a file that is gone is a failure', async (t) => {
  const { outbox, link, run } = await scene(t);
  const one = link();
  outbox.opened(one);
  await run(1, 5);
  await until('it is told', () => one.sent.length === 1);
  t.match(one.sent, [{ type: 'task_result', outcome: 'failed', fileBytes: 0, json: /gone from the disk/ }]);
});
