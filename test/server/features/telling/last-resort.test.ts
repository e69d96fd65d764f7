import pino from 'pino';
import t from 'tap';
import { type Said, typed } from '../../../../protocol/said/said.ts';
import { LastResort } from '../../../../server/features/telling/last-resort.ts';
import type { Message } from '../../../../server/platform/notify/message.ts';
import { until } from '../../../support/until.ts';

function setUp() {
  const world = { nowMs: 0, aheadMs: 0, trouble: [] as Said[], fails: false };
  const got: { readonly to: string; readonly message: Message }[] = [];
  const receiver = (id: string) => ({
    id,
    channel: {
      name: 'webhook',
      deliver: async (message: Message) => {
        if (world.fails && id === 'b') throw new Error('it is away');
        return `${got.push({ to: id, message })}`;
      },
    },
  });
  const lastResort = new LastResort({
    trouble: () => world.trouble,
    channels: () => [receiver('a'), receiver('b')],
    origin: () => 'https://vigia.test',
    now: () => 1_800_000_000_000 + world.nowMs + world.aheadMs,
    nowMs: () => world.nowMs,
    logger: pino({ level: 'silent' }),
    afterMs: 60_000,
  });
  const look = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      world.nowMs += 1_000;
      lastResort.look();
      await new Promise(setImmediate);
    }
  };
  return { world, got, look, lastResort };
}

t.test('trouble that lasts is told once, to everybody', async (t) => {
  const { world, got, look } = setUp();
  await look(100);
  world.trouble = [typed('The disk of the data folder is full.')];
  await look(60);
  t.same(got, [], 'not at once');
  await look(300);
  t.same(
    got.map(({ to }) => to),
    ['a', 'b'],
  );
  t.match(got[0]?.message, {
    kind: 'server.trouble',
    priority: 'high',
    sentence:
      'The disk of the data folder is full. Until that is mended devices are not judged and no other message is sent.',
    link: 'https://vigia.test',
  });
  t.equal(got[0]?.message.idempotencyKey, got[1]?.message.idempotencyKey);
});

t.test('what comes back is new trouble', async (t) => {
  const { world, got, look } = setUp();
  world.trouble = [typed('a')];
  await look(70);
  world.trouble = [];
  await look(1);
  world.trouble = [typed('a')];
  await look(70);
  t.equal(got.length, 4);
  t.not(got[0]?.message.idempotencyKey, got[2]?.message.idempotencyKey);
});

t.test('who could not be told is told later, and nobody twice', async (t) => {
  const { world, got, look, lastResort } = setUp();
  world.trouble = [typed('a')];
  world.fails = true;
  await look(90);
  t.same(
    got.map(({ to }) => to),
    ['a'],
  );
  t.equal(lastResort.toldSince(0), false, 'one does not know of it');
  world.fails = false;
  await look(120);
  await until('the other', () => got.length === 2);
  t.equal(got[1]?.to, 'b');
  t.equal(lastResort.toldSince(1_800_000_000_000), true, 'now everybody knows');
  await lastResort.stop();
});

t.test('what everybody was told of from memory needs no other message', async (t) => {
  const { world, look, lastResort } = setUp();
  const began = 1_800_000_000_000 + world.nowMs;
  world.trouble = [typed('a')];
  await look(50);
  t.equal(lastResort.toldSince(began), false, 'not told yet');
  await look(60);
  t.equal(lastResort.toldSince(began), true);
  world.trouble = [];
  await look(20);
  t.equal(lastResort.toldSince(began), true, 'also when it is over');
  t.equal(lastResort.toldSince(1_800_000_000_000 + world.nowMs), false, 'but not of what begins after it');
});

t.test('where everybody was told from memory, everybody is told from there that it is over', async (t) => {
  const { world, got, look } = setUp();
  world.trouble = [typed('a')];
  await look(70);
  world.trouble = [];
  await look(25);
  t.equal(got.length, 2, 'not before it is calm');
  world.fails = true;
  await look(10);
  t.same(
    got.slice(2).map(({ to, message }) => [to, message.title]),
    [['a', 'RESOLVED Vigia itself works again']],
  );
  world.fails = false;
  await look(600);
  t.same(
    got.slice(3).map(({ to }) => to),
    ['b'],
    'who was away is told later, and nobody twice',
  );
});

t.test('the end of what not everybody was told of is left to the incident', async (t) => {
  const { world, got, look } = setUp();
  world.fails = true;
  world.trouble = [typed('a')];
  await look(70);
  world.trouble = [];
  world.fails = false;
  await look(300);
  t.equal(got.length, 1);
});

t.test('what was told in an hour that is taken back says nothing of what begins after it', async (t) => {
  const { world, look, lastResort } = setUp();
  world.aheadMs = 3_600_000;
  world.trouble = [typed('a')];
  await look(120);
  world.trouble = [];
  await look(20);
  const began = 1_800_000_000_000 + world.nowMs;
  world.aheadMs = 0;
  t.equal(lastResort.toldSince(began), false);
  t.equal(lastResort.toldSince(began - 60_000), true, 'what was told is told');
});
