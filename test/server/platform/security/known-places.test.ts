import { randomBytes } from 'node:crypto';
import t from 'tap';
import { createKnownPlaces, KNOWN_FOR_MS } from '../../../../server/platform/security/known-places.ts';
import type { Store } from '../../../../server/platform/store/store.ts';
import { tempStore } from '../../../support/store.ts';

async function setUp(t: Parameters<typeof tempStore>[0]) {
  const clock = { nowMs: 1_800_000_000_000 };
  const store = await tempStore(t, clock);
  const open = async () => {
    const places = createKnownPlaces(store, () => clock.nowMs);
    await places.load();
    return places;
  };
  const user = await store.users.create({ email: 'ada@x.test', name: 'Ada', role: 'admin', passwordHash: '-' });
  return { clock, store, open, user, places: await open() };
}

t.test('a browser and an address are known after a login, for this account, also after a restart', async (t) => {
  const { open, user, places } = await setUp(t);
  t.equal(places.familiarity('ada@x.test', { browser: null, address: '192.0.2.1' }), null);
  const browser = await places.remember(user, { browser: null, address: '192.0.2.1' });
  t.match(browser, /^[\w-]{43}$/);
  for (const known of [places, await open()]) {
    const f = (account: string, browser: string | null, address: string, kind: string | undefined) =>
      t.equal(known.familiarity(account, { browser, address })?.kind, kind, `${account} ${address}`);
    f('ada@x.test', browser, '198.51.100.1', 'browser');
    f(' ADA@x.test', browser, '198.51.100.1', 'browser');
    f('ada@x.test', null, '192.0.2.1', 'address');
    f('ada@x.test', 'A'.repeat(43), '198.51.100.1', undefined);
    f('ada@x.test', 'x'.repeat(5000), '198.51.100.1', undefined);
    f('bob@x.test', browser, '192.0.2.1', undefined);
  }
  t.equal(await places.remember(user, { browser, address: '192.0.2.1' }), browser, 'it keeps its name');
});

t.test('neither secrets nor addresses are in the database', async (t) => {
  const { store, user, places } = await setUp(t);
  const browser = await places.remember(user, { browser: null, address: '192.0.2.1' });
  const rows = JSON.stringify(await store.knownPlaces.all());
  t.notOk(rows.includes(browser) || rows.includes('192.0.2.1'));
});

t.test('twenty of each are kept, the one not seen for longest goes', async (t) => {
  const { clock, store, user, places } = await setUp(t);
  for (let index = 0; index < 25; index += 1) {
    clock.nowMs += 1000;
    await places.remember(user, { browser: null, address: `192.0.2.${index}` });
  }
  t.equal((await store.knownPlaces.all()).length, 40);
  const isKnown = (address: string) => places.familiarity('ada@x.test', { browser: null, address }) !== null;
  t.same([isKnown('192.0.2.4'), isKnown('192.0.2.5')], [false, true]);
});

t.test('they are forgotten with a new password, and after half a year', async (t) => {
  const { clock, store, user, places } = await setUp(t);
  const isKnown = () => places.familiarity('ada@x.test', { browser: null, address: '192.0.2.1' }) !== null;
  await places.remember(user, { browser: null, address: '192.0.2.1' });
  places.forget(user.id);
  t.notOk(isKnown());
  await places.remember(user, { browser: null, address: '192.0.2.1' });
  clock.nowMs += KNOWN_FOR_MS;
  t.notOk(isKnown());
  clock.nowMs += 1;
  t.ok((await places.prune(clock.nowMs)) >= 2);
  t.same(await store.knownPlaces.all(), []);
});

t.test('a login goes on where nothing can be written', async (t) => {
  const { store, user } = await setUp(t);
  await store.close();
  const places = createKnownPlaces(store as Store, Date.now);
  const browser = randomBytes(32).toString('base64url');
  t.equal(await places.remember(user, { browser, address: '192.0.2.1' }), browser);
  t.equal(places.familiarity('ada@x.test', { browser, address: 'x' })?.kind, 'browser', 'known until the next start');
});
