import t from 'tap';
import { freshMemory } from '../../../server/domain/forecast/fill-memory.ts';
import { makeRecord } from '../../../server/fleet/device-record.ts';
import { healRecord, redateRecord } from '../../../server/fleet/redate.ts';
import type { Row } from '../../../server/platform/store/tables.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const dayOf = (at: number): number => Math.floor(at / DAY);

/** A machine whose disks were seen by a clock that is so far ahead; the rest of its memory is empty. */
function seenAt(at: number) {
  const record = makeRecord({ enrolled_at: NOW - 30 * DAY } as Row<'device'>, null);
  const { mounts, fills } = record.memory.detection;
  mounts.set('/', { since: at - 20 * DAY, isWritable: true, goneAt: null });
  mounts.set('/old', { since: at - 8 * DAY, isWritable: true, goneAt: at - HOUR });
  const fill = freshMemory(at - 10 * DAY, 50, 100);
  fill.resets = [
    [at - 2 * DAY, 0.1, 0.4],
    [at, 0.2, 0.3],
  ];
  fill.alarms = [null, [at, 0.05, true]];
  fill.day = dayOf(at);
  fill.nights = {
    current: [dayOf(at) + 1, 0.5, 0.4],
    past: [
      [dayOf(NOW) - 1, 0.1],
      [dayOf(at), 0.2],
    ],
  };
  fills.set('/', fill);
  return { record, fill, mounts };
}

t.test('what is remembered of disks moves with the clock', async (t) => {
  for (const sizeMs of [-HOUR, HOUR, -400 * DAY]) {
    const ahead = NOW - sizeMs;
    const { record, fill, mounts } = seenAt(ahead);
    redateRecord(record, sizeMs, NOW);
    t.match(mounts.get('/'), { since: NOW - 20 * DAY, goneAt: null });
    t.match(mounts.get('/old'), { since: NOW - 8 * DAY, goneAt: NOW - HOUR }, 'for how long stays as it was');
    t.equal(fill.since, NOW - 10 * DAY);
    t.same(
      fill.resets.map(([at]) => at),
      [NOW - 2 * DAY, NOW],
    );
    t.same(fill.alarms, [null, [NOW, 0.05, true]]);
    t.ok(fill.day <= dayOf(NOW));
  }
});

t.test('a start brings back what a clock that was ahead has left, also if the rest is of now', async (t) => {
  const { record, fill, mounts } = seenAt(NOW + 400 * DAY);
  t.equal(healRecord(record, NOW), true);
  t.same(
    [...mounts.values()].filter(({ since, goneAt }) => since > NOW || (goneAt ?? 0) > NOW),
    [],
  );
  t.same([fill.since, fill.day, fill.nights], [NOW, dayOf(NOW), { current: null, past: [[dayOf(NOW) - 1, 0.1]] }]);
  t.equal(healRecord(record, NOW), false, 'once');
  t.equal(healRecord(seenAt(NOW).record, NOW), false, 'a night may be one ahead of the day in UTC');
});
