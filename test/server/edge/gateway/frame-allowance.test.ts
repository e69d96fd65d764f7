import fc from 'fast-check';
import t from 'tap';
import type { FrameType } from '../../../../protocol/wire/frame.ts';
import { FrameAllowance } from '../../../../server/edge/gateway/frame-allowance.ts';

const allowed: readonly (readonly [FrameType, number, number])[] = [
  ['report', 500, 5_000],
  ['report_delta', 500, 5_000],
  ['inventory', 20, 100],
  ['processes', 20, 100],
  ['probe_result', 20, 100],
  ['run', 20, 512],
  ['schema', 20, 512],
  ['gap', 20, 512],
  ['ping', 20, 512],
  ['pong', 20, 512],
  ['error', 20, 512],
  ['hello', 0.5, 60],
  ['goodbye', 0.5, 60],
];

t.test('of each kind of frame so many at once, and then so many a second', async (t) => {
  for (const [type, perSecond, burst] of allowed) {
    const allowance = new FrameAllowance();
    let at = 1_000_000;
    const waits = Array.from({ length: burst }, () => allowance.charge(type, 10, at));
    t.ok(
      waits.every((waitMs) => waitMs === 0),
      `${type}: ${burst} at once`,
    );
    t.ok(Math.abs(allowance.charge(type, 10, at) - 1_000 / perSecond) < 1e-6, 'the next one waits for its turn');
    at += (2 * 1_000) / perSecond;
    t.equal(allowance.charge(type, 10, at), 0, 'and has it then');
    t.equal(allowance.charge(type === 'ping' ? 'pong' : 'ping', 10, at), 0, 'other kinds do not pay for it');
  }
});

t.test('bytes count whatever they are', async (t) => {
  const allowance = new FrameAllowance();
  const megabyte = 2 ** 20;
  for (let n = 0; n < 16; n += 1) t.equal(allowance.charge('challenge', megabyte, 0), 0);
  t.equal(allowance.charge('report', megabyte, 0), 500);
  t.equal(allowance.charge('report', 0, 500), 0);
});

t.test('whatever was sent: after a minute everybody may come again, and nobody gets more than the pace', (t) => {
  const steps = fc.array(fc.record({ afterMs: fc.nat(2_000), count: fc.nat(400) }), { maxLength: 40 });
  fc.assert(
    fc.property(steps, (sent) => {
      const allowance = new FrameAllowance();
      let at = 0;
      let taken = 0;
      for (const { afterMs, count } of sent) {
        at += afterMs;
        for (let n = 0; n < count; n += 1) if (allowance.charge('inventory', 0, at) === 0) taken += 1;
      }
      const isBounded = taken <= 100 + (at / 1_000) * 20 + 1;
      return isBounded && allowance.charge('inventory', 0, at + 60_100) === 0;
    }),
  );
  t.pass();
  t.end();
});
