import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import pino from 'pino';
import t, { type Test } from 'tap';
import { ProtocolError } from '../../../../protocol/error.ts';
import { Feature, type Frame } from '../../../../protocol/wire/frame.ts';
import {
  MAX_TASK_FILE_BYTES,
  type TaskFrame,
  type TaskResultFrame,
  taskOutcomes,
} from '../../../../protocol/wire/task.ts';
import { TaskDesk } from '../../../../server/core/tasks/desk.ts';
import type { AskedDevice, TaskEnding, TaskKind } from '../../../../server/core/tasks/kind.ts';
import { until } from '../../../support/until.ts';

const look: TaskKind<{ readonly what: string }, string> = {
  name: 'look',
  isStanding: false,
  maxResultBytes: 64,
  maxFileBytes: 10,
  write: (payload) => JSON.stringify(payload),
  judge(json) {
    const { seen } = JSON.parse(json) as { seen?: unknown };
    if (typeof seen !== 'string') throw new ProtocolError('frame_malformed');
    return seen;
  },
};
const standing: typeof look = { ...look, name: 'watch', isStanding: true };

class Device implements AskedDevice {
  readonly info: { readonly id: string };
  readonly sent: Frame[] = [];
  connection: AskedDevice['connection'] = { peer: null };

  constructor(id: string) {
    this.info = { id };
  }

  connect(desk: TaskDesk, features: number = Feature.tasks): this {
    this.connection = { peer: { features, send: (frame) => void this.sent.push(frame) } };
    desk.opened(this);
    return this;
  }

  get tasks(): TaskFrame[] {
    return this.sent.filter((frame) => frame.type === 'task');
  }

  get taken(): number {
    return this.sent.filter(({ type }) => type === 'task_taken').length;
  }
}

function scene(t: Pick<Test, 'teardown'>) {
  const dropped: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: 'info' }, { write: (text) => void lines.push(JSON.parse(text)) });
  const desk = new TaskDesk({
    logger,
    onDropped: (reason, count) => void dropped.push(count > 1 ? `${reason} x${count}` : reason),
  });
  t.teardown(() => desk.close());
  const endings: TaskEnding<string>[] = [];
  const ask = (device: Device, over: { kind?: typeof look; withinMs?: number; take?: () => Promise<void> } = {}) =>
    desk.ask(
      device,
      over.kind ?? look,
      { what: 'disk' },
      {
        withinMs: over.withinMs ?? 60_000,
        take(ending) {
          endings.push(ending);
          return over.take?.();
        },
      },
    );
  return { desk, dropped, lines, endings, ask };
}

function result(id: Uint8Array, over: Partial<TaskResultFrame> = {}): TaskResultFrame {
  return {
    type: 'task_result',
    id,
    outcome: 'done',
    ageMs: 5,
    dropped: 0,
    fileBytes: 0,
    json: '{"seen":"x"}',
    ...over,
  };
}

const idOf = (device: Device, index = 0) => (device.tasks[index] as TaskFrame).id;
const settled = () => new Promise((resolve) => setImmediate(resolve));

t.test('a task is asked, judged once, and its agent told to forget it', async (t) => {
  const { desk, endings, ask } = scene(t);
  const device = new Device('d').connect(desk);
  t.ok(ask(device));
  t.match(device.tasks, [{ kind: 'look', json: '{"what":"disk"}' }]);
  t.ok((device.tasks[0]?.remainingMs ?? 0) > 50_000);
  desk.take(device, result(idOf(device)));
  await settled();
  t.same(endings, [{ outcome: 'done', facts: 'x', ageMs: 5, file: null }]);
  t.equal(device.taken, 1);
  t.equal(desk.pending.length, 0);
});

t.test('every other way to end comes with its reason', async (t) => {
  for (const outcome of taskOutcomes.filter((one) => one !== 'done')) {
    const { desk, endings, ask } = scene(t);
    const device = new Device('d').connect(desk);
    ask(device);
    desk.take(device, result(idOf(device), { outcome, json: '{"reason":"So it is."}' }));
    t.same(endings, [{ outcome, reason: 'So it is.' }]);
  }
});

t.test(
  'a judge with a defect ends its task and not the link, or each return of the agent would end it again',
  async (t) => {
    const { desk, dropped, lines, endings, ask } = scene(t);
    const device = new Device('d').connect(desk);
    ask(device);
    desk.take(device, result(idOf(device), { json: 'null' }));
    await settled();
    t.match(endings, [{ outcome: 'failed', reason: 'Its answer cannot be read.' }]);
    t.same(dropped, ['malformed']);
    t.equal(device.taken, 1, 'it is not sent again');
    t.ok(JSON.stringify(lines).includes('this is a defect'), JSON.stringify(lines));
  },
);

t.test(
  'unknown, foreign, twice, late, too large, unreadable: counted, told in a line a minute, and forgotten',
  async (t) => {
    const { desk, dropped, lines, endings, ask } = scene(t);
    const [device, other] = [new Device('d').connect(desk), new Device('e').connect(desk)];
    desk.take(device, result(randomBytes(16)));
    t.same(dropped.splice(0), ['unknown']);
    t.equal(device.taken, 1, 'it need not send that again');

    ask(device);
    desk.take(other, result(idOf(device)));
    t.same(dropped.splice(0), ['foreign']);
    t.same(endings, [], 'nobody answers for another');
    desk.take(device, result(idOf(device)));
    desk.take(device, result(idOf(device)));
    await settled();
    desk.take(device, result(idOf(device)));
    t.same(dropped.splice(0), ['duplicate', 'duplicate']);
    t.equal(endings.length, 1);

    ask(device, { withinMs: 5 });
    await until('it is not waited for', () => endings.length === 2);
    t.match(endings[1], { outcome: 'unanswered' });
    desk.take(device, result(idOf(device, 1)));
    t.same(dropped.splice(0), ['late']);

    ask(device);
    desk.take(device, result(idOf(device, 2), { json: `{"seen":"${'x'.repeat(64)}"}` }));
    ask(device);
    desk.take(device, result(idOf(device, 3), { fileBytes: 11 }));
    ask(device);
    desk.take(device, result(idOf(device, 4), { json: '{"seen":7}' }));
    ask(device);
    desk.take(device, result(idOf(device, 5), { json: 'no json' }));
    await settled();
    t.same(dropped.splice(0), ['oversized', 'oversized', 'malformed', 'malformed']);
    t.match(endings.slice(2), [
      { outcome: 'failed' },
      { outcome: 'failed' },
      { outcome: 'failed' },
      { outcome: 'failed' },
    ]);
    t.equal(device.taken, 8, 'none of them is sent again');
    t.equal(desk.pending.length, 0);

    ask(device);
    desk.take(device, result(idOf(device, 6), { dropped: 3 }));
    t.same(dropped.splice(0), ['agent_full x3']);
    t.equal(lines.length, 1, 'and all of that was one line of the log');
    t.match(lines[0], { reason: 'unknown', device: 'd' });
  },
);

t.test('what cannot be stored is not taken, and comes again', async (t) => {
  const { desk, dropped, endings, ask } = scene(t);
  const device = new Device('d').connect(desk);
  let isFull = true;
  ask(device, {
    take: async () => {
      if (isFull) throw new Error('SQLITE_FULL');
    },
  });
  desk.take(device, result(idOf(device)));
  await settled();
  t.equal(device.taken, 0);
  t.equal(desk.pending.length, 1);
  isFull = false;
  desk.take(device, result(idOf(device)));
  await settled();
  t.equal(device.taken, 1);
  t.equal(endings.length, 2);
  t.same(dropped, []);
});

t.test('a result is taken only once it is stored', async (t) => {
  const { desk, dropped, ask } = scene(t);
  const device = new Device('d').connect(desk);
  const { promise, resolve } = Promise.withResolvers<void>();
  ask(device, { take: () => promise });
  desk.take(device, result(idOf(device)));
  await settled();
  device.connect(desk);
  desk.take(device, result(idOf(device)));
  t.equal(device.tasks.length, 1, 'what has its answer is not asked again');
  t.equal(device.taken, 0);
  resolve();
  await settled();
  t.equal(device.taken, 1);
  t.same(dropped, ['duplicate']);
});

t.test('a lost connection asks again, with the same id and less time', async (t) => {
  const { desk, endings, ask } = scene(t);
  const device = new Device('d');
  ask(device);
  t.same(device.sent, [], 'it is not there');
  device.connect(desk);
  device.connect(desk);
  t.equal(device.tasks.length, 2);
  t.same(idOf(device, 0), idOf(device, 1));
  t.ok((device.tasks[1]?.remainingMs ?? 0) <= (device.tasks[0]?.remainingMs ?? 0));
  desk.opened(device);
  t.equal(device.tasks.length, 2, 'once on each connection');
  desk.take(device, result(idOf(device)));
  t.equal(endings.length, 1);
});

t.test('a standing task takes the place of the one before', async (t) => {
  const { desk, endings, ask, dropped } = scene(t);
  const device = new Device('d').connect(desk);
  ask(device, { kind: standing });
  ask(device);
  ask(device, { kind: standing });
  t.same(endings, [{ outcome: 'replaced', reason: 'Another took its place.' }]);
  t.equal(desk.pending.length, 1, 'and takes nobody’s place in the queue');
  desk.take(device, result(idOf(device, 0)));
  t.same(dropped, [], 'its late answer is nobody’s fault');
  desk.take(device, result(idOf(device, 2)));
  t.match(endings[1], { outcome: 'done' });
});

t.test('no device may have all of it', async (t) => {
  const { desk, ask } = scene(t);
  const loud = new Device('loud').connect(desk);
  for (let n = 0; n < 16; n += 1) t.ok(ask(loud));
  t.equal(ask(loud), null);
  t.ok(ask(loud, { kind: standing }), 'its plan still comes');
  for (let n = 0; desk.pending.length < desk.pending.limit; n += 1) {
    const device = new Device(`d${n}`);
    for (let count = 0; count < 16; count += 1) ask(device);
  }
  const last = new Device('last').connect(desk);
  t.equal(ask(last), null);
  t.ok(ask(last, { kind: standing }));
});

t.test('a file comes in parts, no larger than its kind allows', async (t) => {
  const { desk, endings, ask, dropped } = scene(t);
  const device = new Device('d').connect(desk);
  const part = (index: number, offset: number, text: string) =>
    desk.takeFile(device, { type: 'task_file', id: idOf(device, index), offset, bytes: Buffer.from(text) });
  ask(device);
  desk.take(device, result(idOf(device), { fileBytes: 10 }));
  part(0, 0, 'hello');
  t.same(endings, []);
  desk.disconnected(device);
  part(0, 5, 'never');
  t.same(endings, [], 'what was on its way comes again from its beginning');
  desk.take(device, result(idOf(device), { fileBytes: 10 }));
  part(0, 0, 'hello');
  part(0, 5, 'world');
  t.equal(Buffer.from((endings[0] as { file: Uint8Array }).file).toString(), 'helloworld');
  await settled();
  t.equal(device.taken, 1);

  ask(device);
  desk.take(device, result(idOf(device, 1), { fileBytes: 10 }));
  part(1, 5, 'world');
  t.same(dropped.splice(0), ['malformed'], 'parts are in order');
  part(1, 0, 'hello');
  t.equal(endings.length, 1);
  desk.take(device, result(idOf(device, 1), { fileBytes: 10 }));
  part(1, 0, 'more than asked');
  t.same(dropped.splice(0), ['malformed']);
  desk.takeFile(device, { type: 'task_file', id: randomBytes(16), offset: 0, bytes: Buffer.from('x') });
  t.equal(endings.length, 1);
});

t.test('files on their way have a bound together; who stalls gives up the room', async (t) => {
  const large: typeof look = { ...look, maxFileBytes: MAX_TASK_FILE_BYTES };
  let ms = 0;
  const ends: string[] = [];
  const desk = new TaskDesk({ logger: pino({ level: 'silent' }), onDropped: () => undefined, nowMs: () => ms });
  t.teardown(() => desk.close());
  const devices = Array.from({ length: 9 }, (_, n) => new Device(`d${n}`).connect(desk));
  for (const device of devices) {
    desk.ask(device, large, { what: 'all' }, { withinMs: 60_000, take: () => void ends.push(device.info.id) });
    desk.take(device, result(idOf(device), { fileBytes: MAX_TASK_FILE_BYTES }));
  }
  const ninth = devices[8] as Device;
  const sendWhole = (device: Device) =>
    desk.takeFile(device, {
      type: 'task_file',
      id: idOf(device),
      offset: 0,
      bytes: new Uint8Array(MAX_TASK_FILE_BYTES),
    });
  sendWhole(ninth);
  t.same(ends, [], 'there was no room for it');
  ms = 21_000;
  desk.take(ninth, result(idOf(ninth), { fileBytes: MAX_TASK_FILE_BYTES }));
  sendWhole(ninth);
  t.same(ends, ['d8'], 'now there is');
  sendWhole(devices[0] as Device);
  t.same(ends, ['d8'], 'the stalled begin again');
});

t.test('an agent that knows no tasks is asked by former frames, or not at all', async (t) => {
  const { desk, endings, ask } = scene(t);
  const old = new Device('old').connect(desk, Feature.probe | Feature.checks);
  t.equal(ask(old), null, 'it cannot do that');
  t.ok(ask(old, { kind: { ...standing, name: 'checks' } }));
  t.match(old.sent, [{ type: 'plan', json: '{"what":"disk"}' }]);
  t.match(endings, [{ outcome: 'unconfirmed' }]);
  ask(old, { kind: { ...look, name: 'probe' } });
  old.connect(desk, Feature.probe);
  t.match(old.sent.slice(1), [{ type: 'probe' }], 'once: it does not know what it has done');
  t.ok(ask(new Device('away')), 'one that is away may be newer by then');
});

t.test('whatever an agent sends, a task ends once and the desk stays within its bounds', async (t) => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('ask'), kind: fc.constantFrom(look, standing) }),
    fc.record({
      do: fc.constant('result'),
      of: fc.nat(5),
      over: fc.record(
        {
          outcome: fc.constantFrom(...taskOutcomes),
          fileBytes: fc.constantFrom(0, 3, 10, 999),
          json: fc.constantFrom('{"seen":"y"}', '{}', 'null', '', '[', `"${'x'.repeat(70)}"`),
          dropped: fc.nat(3),
        },
        { requiredKeys: [] },
      ),
    }),
    fc.record({ do: fc.constant('part'), of: fc.nat(5), offset: fc.nat(10), size: fc.nat(10) }),
    fc.record({ do: fc.constant('connect') }),
    fc.record({ do: fc.constant('leave') }),
  );
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const desk = new TaskDesk({ logger: pino({ level: 'silent' }), onDropped: () => undefined });
        const device = new Device('d').connect(desk);
        const ends: number[] = [];
        for (const one of steps) {
          const task = device.tasks[Number('of' in one ? one.of : 0)];
          if (one.do === 'ask' && 'kind' in one) {
            const index = ends.push(0) - 1;
            const isAsked = desk.ask(
              device,
              one.kind,
              { what: 'disk' },
              {
                withinMs: 60_000,
                take: () => void ends.splice(index, 1, (ends[index] ?? 0) + 1),
              },
            );
            if (!isAsked && one.kind.isStanding) throw new Error('a plan always comes');
          } else if (one.do === 'connect') device.connect(desk);
          else if (one.do === 'leave') desk.disconnected(device);
          else if (one.do === 'result' && task && 'over' in one) desk.take(device, result(task.id, one.over));
          else if (one.do === 'part' && task && 'size' in one)
            desk.takeFile(device, {
              type: 'task_file',
              id: task.id,
              offset: one.offset,
              bytes: new Uint8Array(one.size),
            });
        }
        desk.close();
        if (ends.some((count) => count > 1)) throw new Error('a task ended twice');
        if (desk.pending.length !== 0) throw new Error('the desk is not empty');
      }),
    ),
  );
});
