import pino from 'pino';
import t from 'tap';
import { Health } from '../../server/fleet/health.ts';
import type { DamagedPart } from '../../server/series/series-store.ts';
import { SeriesDamage } from '../../server/series-damage.ts';

const START = Date.UTC(2026, 2, 1, 10);
const HOUR = 3_600_000;

t.test('a warning says which hours of whom, names a few, counts the others, and ends', async (t) => {
  let now = START;
  const health = new Health();
  const nameOf = (id: string) => (id === 'd1' ? 'web-1' : undefined);
  const damage = new SeriesDamage({ health, logger: pino({ level: 'silent' }), now: () => now, nameOf });
  const part = (over: Partial<DamagedPart>): DamagedPart => ({
    source: 'raw',
    deviceId: 'd1',
    fromMs: START - HOUR,
    toMs: START,
    foundAt: now,
    ...over,
  });
  damage.take(part({ foundAt: START - 8 * 24 * HOUR }));
  t.same(health.warnings, [], 'what was found long ago was told then');
  damage.take(part({}));
  t.match(health.warnings, [
    /set aside: web-1 from 2026-03-01 09:00 UTC to 2026-03-01 10:00 UTC\. Everything else goes on/,
  ]);
  damage.take(part({ deviceId: null, fromMs: null, toMs: null, source: 'journal' }));
  damage.take(part({ deviceId: 'gone', toMs: null }));
  t.match(health.warnings, [
    /: a removed device from 2026-03-01 09:00 UTC; some devices, at an unknown time; web-1 from/,
  ]);
  damage.take(part({}));
  t.match(health.warnings, [/; and 1 more\. Everything/]);
  now += 7 * 24 * HOUR;
  damage.settle();
  t.equal(health.warnings.length, 1);
  now += 1;
  damage.settle();
  t.same(health.warnings, []);
});
