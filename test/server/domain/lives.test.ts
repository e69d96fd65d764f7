import fc from 'fast-check';
import t from 'tap';
import { type Life, MAX_LIVES, refreshLife, takeSign } from '../../../server/domain/lives.ts';

const MINUTE_MS = 60_000;

/** Signs of runs at minutes; every machine boots at minute 0 of its name, unless its clock lags. */
type Told = readonly [run: string, minute: number, lagMinutes?: number];

function history(...signs: readonly Told[]) {
  const lives: Life[] = [];
  const said = signs.map(([runId, minute, lag = 0]) => {
    const at = minute * MINUTE_MS;
    const crossing = takeSign(lives, { runId, bootId: runId[0] as string, at, bootMs: at - lag * MINUTE_MS });
    if (!crossing) return '-';
    return `${crossing.isFirst ? 'first' : 'other'} ${crossing.others.map((life) => life.runId).join(' ')}`;
  });
  return { said, lives: lives.map(({ runId }) => runId) };
}

t.test('what may be one machine', async (t) => {
  const one = (...signs: readonly Told[]) => {
    const { said } = history(...signs);
    t.ok(
      said.every((word) => word === '-'),
      said.join(', '),
    );
  };
  one(['a1', 0], ['a1', 1], ['a1', 9_000]);
  one(['a1', 0], ['a2', 1], ['a3', 2], ['a3', 3]);
  one(['a1', 0], ['b1', 1], ['c1', 2]);
  // A snapshot with its memory, taken at minute 5 while a1 ran and restored at minutes 20 and 40.
  one(['a1', 0], ['a2', 10], ['a1', 20, 15], ['a3', 30], ['a1', 40, 35], ['a1', 50, 35]);
});

t.test('lives that go on beside each other are two machines', async (t) => {
  t.same(history(['a1', 0], ['b1', 1], ['a1', 2]), { said: ['-', '-', 'first b1'], lives: ['a1'] });
  t.same(history(['a1', 0], ['b1', 1], ['b2', 2], ['a1', 3]), { said: ['-', '-', '-', 'first b1 b2'], lives: ['a1'] });
  t.same(
    history(['a1', 0], ['a2', 1], ['b1', 2], ['a2', 3]),
    { said: ['-', '-', '-', 'first b1'], lives: ['a1', 'a2'] },
    'earlier starts stay',
  );
  t.same(
    history(['a1', 0], ['b1', 10], ['a1', 20, 15], ['b1', 21]),
    { said: ['-', '-', '-', 'other b1'], lives: ['a1'] },
    'the one set back was there first',
  );
});

t.test('another boot of the same run is no proof, and neither is a clock that was set', async (t) => {
  const lives: Life[] = [];
  t.equal(takeSign(lives, { runId: 'a', bootId: 'x', at: 0, bootMs: 0 }), null);
  t.equal(takeSign(lives, { runId: 'b', bootId: 'x', at: 1_000, bootMs: 1_000 }), null);
  t.equal(takeSign(lives, { runId: 'a', bootId: 'y', at: 2_000, bootMs: 2_000 }), null);
  t.equal(takeSign(lives, { runId: 'b', bootId: 'x', at: 500, bootMs: 3_000 }), null, 'the server went back');
});

t.test('the newest sign of the newest life counts', async (t) => {
  const lives: Life[] = [];
  takeSign(lives, { runId: 'a', bootId: 'x', at: 0, bootMs: 0 });
  refreshLife(lives, { bootId: 'other', at: 50, bootMs: 1 });
  refreshLife(lives, { bootId: 'x', at: 40 * MINUTE_MS, bootMs: 40 * MINUTE_MS });
  takeSign(lives, { runId: 'b', bootId: 'x', at: 41 * MINUTE_MS, bootMs: 41 * MINUTE_MS });
  const back = { runId: 'a', bootId: 'x', at: 42 * MINUTE_MS, bootMs: 42 * MINUTE_MS - 8_000 };
  t.equal(takeSign(lives, back), null, 'a snapshot of eight seconds ago');
});

t.test('one machine is never two, however it is restarted, set back and heard', async (t) => {
  const step = fc.oneof(
    fc.constant('start' as const),
    fc.constant('connect' as const),
    fc.constant('reboot' as const),
    fc.constant('snapshot' as const),
    fc.constant('restore' as const),
  );
  const property = fc.property(
    fc.array(fc.tuple(step, fc.integer({ min: 1, max: 600 })), { maxLength: 60 }),
    (steps) => {
      const lives: Life[] = [];
      let [now, count] = [0, 0];
      let state = { run: 'r0', boot: 'b0', bootedAt: 0 };
      const snapshots: { state: typeof state; at: number }[] = [];
      for (const [what, minutes] of steps) {
        now += minutes * MINUTE_MS;
        count += 1;
        if (what === 'start') state = { ...state, run: `r${count}` };
        if (what === 'reboot') state = { run: `r${count}`, boot: `b${count}`, bootedAt: now };
        if (what === 'snapshot') snapshots.push({ state, at: now });
        const snapshot = snapshots.at(-1);
        if (what === 'restore' && snapshot) {
          const pausedMs = now - snapshot.at;
          state = { ...snapshot.state, bootedAt: snapshot.state.bootedAt + pausedMs };
        }
        const sign = { runId: state.run, bootId: state.boot, at: now, bootMs: now - state.bootedAt };
        if (takeSign(lives, sign) !== null) return false;
        if (lives.length > MAX_LIVES) return false;
      }
      return true;
    },
  );
  t.doesNotThrow(() => fc.assert(property));
});
