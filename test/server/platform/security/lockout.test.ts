import t from 'tap';
import type { Familiarity } from '../../../../server/platform/security/known-places.ts';
import { createLockout, type Lockout } from '../../../../server/platform/security/lockout.ts';

function setUp() {
  const clock = { nowMs: 0 };
  const lockout = createLockout(() => clock.nowMs);
  return { clock, ...over(lockout) };
}

function over(lockout: Lockout) {
  const begin = (account: string, address: string, familiarity: Familiarity = null) =>
    lockout.begin({ account, address, familiarity });
  const waitMs = (account: string, address: string, familiarity: Familiarity = null): number => {
    const attempt = begin(account, address, familiarity);
    if ('waitMs' in attempt) return attempt.waitMs;
    attempt.withdrawn();
    return 0;
  };
  return { begin, waitMs };
}

const known = (id: string): Familiarity => ({ kind: 'browser', id });

t.test('an account: five mistakes are free, then each wait doubles up to five minutes', async (t) => {
  const { clock, begin, waitMs } = setUp();
  const waits: number[] = [];
  for (let attempt = 0; attempt < 16; attempt += 1) {
    const wait = waitMs('ada@example.org', `10.0.0.${attempt}`);
    waits.push(wait / 1000);
    clock.nowMs += wait;
    t.notOk('waitMs' in begin('ada@example.org', `10.0.0.${attempt}`));
  }
  t.same(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  t.equal(waitMs(' ADA@example.org', 'x'), 300_000, 'however it is written');
  t.equal(waitMs('bob@example.org', 'x'), 0, 'others are not concerned');
  clock.nowMs += 100_000;
  t.equal(waitMs('ada@example.org', 'x'), 200_000);
});

t.test(
  'an attempt counts before it is evaluated: of many at once no more are looked at than of those in turn',
  async (t) => {
    const { begin } = setUp();
    const attempts = Array.from({ length: 18 }, (_, index) => begin('ada', `10.0.0.${index}`));
    t.equal(attempts.filter((attempt) => !('waitMs' in attempt)).length, 5);
  },
);

t.test('success forgets; so does an hour of quiet', async (t) => {
  const { clock, begin, waitMs } = setUp();
  const fail = (times: number) => {
    for (let index = 0; index < times; index += 1) {
      clock.nowMs += waitMs('ada', `10.0.0.${index}`);
      begin('ada', `10.0.0.${index}`);
    }
  };
  fail(8);
  t.equal(waitMs('ada', 'x'), 8000);
  clock.nowMs += 8000;
  const right = begin('ada', 'x');
  if (!('waitMs' in right)) right.succeeded();
  t.equal(waitMs('ada', 'x'), 0);
  fail(8);
  clock.nowMs += 3_600_000;
  fail(1);
  t.equal(waitMs('ada', 'x'), 0);
});

t.test('an address that tries many accounts must wait too', async (t) => {
  const { begin, waitMs } = setUp();
  for (let index = 0; index < 20; index += 1) begin(`user${index}`, '10.0.0.1');
  t.equal(waitMs('ada', '10.0.0.1'), 1000);
  t.equal(waitMs('ada', '10.0.0.2'), 0);
  t.equal(waitMs('ada', '10.0.0.1', { kind: 'address', id: 'ada at 10.0.0.1' }), 0, 'but not who is known there');
});

t.test('a success at an address is no failure of it', async (t) => {
  const { begin, waitMs } = setUp();
  for (let index = 0; index < 40; index += 1) {
    const attempt = begin(`user${index}`, '10.0.0.1');
    if (!('waitMs' in attempt)) attempt.succeeded();
  }
  t.equal(waitMs('ada', '10.0.0.1'), 0);
});

t.test('guesses of strangers never hold up a known browser or address, for however long they go on', async (t) => {
  const { clock, begin, waitMs } = setUp();
  for (let hour = 0; hour < 24; hour += 1) {
    for (let minute = 0; minute < 60; minute += 5) {
      begin('ada', `10.0.${hour}.${minute}`);
      clock.nowMs += 300_000;
    }
    t.equal(waitMs('ada', 'x', known('her laptop')), 0);
  }
});

t.test('a known browser has no more guesses than a stranger, and holds up nobody else', async (t) => {
  const { begin, waitMs } = setUp();
  for (let index = 0; index < 5; index += 1) begin('ada', 'x', known('stolen'));
  t.equal(waitMs('ada', 'x', known('stolen')), 1000);
  t.equal(waitMs('ada', 'x', known('her laptop')), 0);
  t.equal(waitMs('ada', 'x'), 0);
});

t.test('made-up names cannot fill the memory, the quiet ones go first', async (t) => {
  const { clock, begin, waitMs } = setUp();
  for (let index = 0; index < 6; index += 1) begin('early', `a${index}`);
  for (let index = 0; index < 10_000; index += 1) {
    if (index % 1000 === 0) {
      clock.nowMs += 300_000;
      for (let again = 0; again < 6; again += 1) begin('steady', `c${index}${again}`);
    }
    begin(`name ${index}`, `d${index}`);
  }
  t.equal(waitMs('early', 'x'), 0, 'forgotten');
  t.ok(waitMs('steady', 'x') > 0, 'remembered');
});

t.test('a clock that is set back makes nobody wait for it', async (t) => {
  const { clock, begin, waitMs } = setUp();
  clock.nowMs = 365 * 86_400_000;
  for (let attempt = 0; attempt < 6; attempt += 1) begin('ada@example.org', `10.0.0.${attempt}`);
  clock.nowMs = 0;
  const wait = waitMs('ada@example.org', 'x');
  t.ok(wait > 0 && wait <= 5 * 60_000, `${wait} ms`);
  clock.nowMs += wait;
  t.equal(waitMs('ada@example.org', 'x'), 0);
});
