import t from 'tap';
import { typed } from '../../../protocol/said/said.ts';
import { Blindness } from '../../../server/fleet/blindness.ts';
import { futureStatements } from '../../../server/platform/store/heal-future.ts';
import { addTenant, tempStore } from '../../support/store.ts';

const NOW = Date.UTC(2026, 2, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

t.test('stretches without sight are dated anew in memory as in the database', async (t) => {
  for (const [sizeMs, since] of [
    [-HOUR, NOW - 30 * MINUTE],
    [-HOUR, Number.POSITIVE_INFINITY],
    [0, Number.POSITIVE_INFINITY],
  ] as const) {
    const store = await tempStore(t, { nowMs: NOW });
    const { client, site } = await addTenant(store, 'Acme');
    const here = { id: site.id, clientId: client.id };
    const blindness = new Blindness();
    await store.commit([
      blindness.note(store, NOW - 3 * HOUR, NOW - 2 * HOUR, 'start', typed('long ago')),
      blindness.note(store, NOW - 10 * MINUTE, NOW - 5 * MINUTE, 'start', typed('in the hour that is taken back')),
      blindness.note(store, NOW - HOUR, NOW + 5 * MINUTE, 'start', typed('agents may still come back')),
      blindness.note(store, NOW + 20 * MINUTE, NOW + 21 * MINUTE, 'stalled', typed('in the future')),
      blindness.begin(store, here, NOW + 30 * MINUTE, 'site_lost', typed('it lasts')),
    ]);
    blindness.redate(NOW, { sizeMs, since });
    await store.commit(futureStatements(store, NOW, { sizeMs, since }));
    const kept = new Blindness();
    await kept.load(store, NOW);
    const of = (one: Blindness) => one.over(site.id, 0, NOW + 10 * HOUR).filter(({ to, from }) => to > from);
    t.ok(of(blindness).every(({ from }) => from <= NOW));
    t.same(of(blindness), of(kept));
  }
});
