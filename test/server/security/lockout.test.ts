import t from 'tap';
import { createLockout } from '../../../server/security/lockout.ts';

t.test('an account: five mistakes are free, then each wait doubles up to five minutes', async (t) => {
  let nowMs = 0;
  const lockout = createLockout(() => nowMs);
  const waits: number[] = [];
  for (let attempt = 0; attempt < 16; attempt += 1) {
    waits.push(lockout.waitMs('ada@example.org', `10.0.0.${attempt}`) / 1000);
    nowMs += lockout.waitMs('ada@example.org', '');
    lockout.failed('ada@example.org', `10.0.0.${attempt}`);
  }
  t.same(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  t.equal(lockout.waitMs(' ADA@example.org', 'x'), 300_000, 'however it is written');
  t.equal(lockout.waitMs('bob@example.org', 'x'), 0, 'others are not concerned');
  nowMs += 100_000;
  t.equal(lockout.waitMs('ada@example.org', 'x'), 200_000);
});

t.test('success forgets; so does an hour of quiet', async (t) => {
  let nowMs = 0;
  const lockout = createLockout(() => nowMs);
  const fail = (times: number) => {
    for (let index = 0; index < times; index += 1) lockout.failed('ada', `10.0.0.${index}`);
  };
  fail(8);
  t.equal(lockout.waitMs('ada', 'x'), 8000);
  lockout.succeeded('ada');
  t.equal(lockout.waitMs('ada', 'x'), 0);
  fail(8);
  nowMs += 3_600_000;
  fail(1);
  t.equal(lockout.waitMs('ada', 'x'), 0);
});

t.test('an address that tries many accounts must wait too', async (t) => {
  const lockout = createLockout(() => 0);
  for (let index = 0; index < 22; index += 1) lockout.failed(`user${index}`, '10.0.0.1');
  t.equal(lockout.waitMs('ada', '10.0.0.1'), 4000);
  t.equal(lockout.waitMs('ada', '10.0.0.2'), 0);
});

t.test('made-up names cannot fill the memory, the quiet ones go first', async (t) => {
  const lockout = createLockout(() => 0);
  for (let index = 0; index < 6; index += 1) lockout.failed('early', `a${index}`);
  for (let index = 0; index < 10_000; index += 1) {
    if (index % 5000 === 0) lockout.failed('steady', `b${index}`);
    if (index % 1000 === 0) for (let again = 0; again < 6; again += 1) lockout.failed('steady', `c${index}${again}`);
    lockout.failed(`name ${index}`, `d${index}`);
  }
  t.equal(lockout.waitMs('early', 'x'), 0, 'forgotten');
  t.ok(lockout.waitMs('steady', 'x') > 0, 'remembered');
});
