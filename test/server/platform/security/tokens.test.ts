import { randomBytes } from 'node:crypto';
import t from 'tap';
import { everyClient, ofClients } from '../../../../server/domain/scope.ts';
import { loadIdentity } from '../../../../server/platform/security/identity.ts';
import { createEnrolmentTokens, type EnrollingAgent } from '../../../../server/platform/security/tokens.ts';
import { addTenant, type TestClock, tempStore } from '../../../support/store.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const agent = (changes: Partial<EnrollingAgent> = {}): EnrollingAgent => ({
  publicKey: randomBytes(32),
  machineId: 'm',
  hostname: 'web-1',
  os: 'linux',
  agentVersion: '0.1.0',
  ...changes,
});

async function setUp(t: Parameters<typeof tempStore>[0], clock: TestClock = { nowMs: 1_800_000_000_000 }) {
  const store = await tempStore(t, clock);
  const identity = await loadIdentity(tempDir(t));
  const tokens = createEnrolmentTokens(identity, () => clock.nowMs);
  const acme = await addTenant(store, 'Acme');
  const bolt = await addTenant(store, 'Bolt');
  const create = async (changes: object = {}) =>
    tokens.create(store.scoped(everyClient), {
      clientId: acme.client.id,
      siteId: acme.site.id,
      kind: 'workstation',
      uses: 1,
      expiresInMs: 1000,
      createdBy: 'u',
      ...changes,
    });
  /** As an act does it. */
  const redeem = (token: string, machine: ReturnType<typeof agent>) =>
    store.transaction((handle) => tokens.redeem(handle, token, machine));
  const usesLeft = async (id: string) => (await store.scoped(everyClient).tokens.get(id))?.uses_left;
  return { clock, store, identity, tokens, redeem, acme, bolt, create, usesLeft, all: store.scoped(everyClient) };
}

t.test('a token carries the pin and makes one device', async (t) => {
  const { create, identity, acme, usesLeft, all, redeem } = await setUp(t);
  const { token, row } = await create();
  t.equal(token.length, 71);
  t.equal(token.slice(28), Buffer.from(identity.fingerprint).toString('base64url'));
  t.notOk(JSON.stringify(row).includes(token.slice(5, 27)), 'only the hash of its secret is stored');

  const machine = agent();
  const { device, client, site } = await redeem(token, machine);
  t.match(device, {
    client_id: acme.client.id,
    site_id: acme.site.id,
    kind: 'workstation',
    name: 'web-1',
    slug: 'web-1',
    token_id: row.id,
    retired_at: null,
  });
  t.same([client.id, site.id], [acme.client.id, acme.site.id]);
  t.equal(await usesLeft(row.id), 0);
  t.same((await all.devices.byPublicKey(machine.publicKey))?.id, device.id);
});

t.test('tokens that are refused', async (t) => {
  const { create, clock, all, redeem, store } = await setUp(t);
  const before = (await all.devices.all()).length;
  const f = (token: string, code: string) => t.rejects(redeem(token, agent()), { code }, code);
  const good = await create();
  await f('', 'token_invalid');
  await f(good.token.slice(1), 'token_invalid');
  await f(`${good.token.slice(0, 5)}${'A'.repeat(22)}${good.token.slice(27)}`, 'token_invalid');
  const elsewhere = createEnrolmentTokens(await loadIdentity(tempDir(t)), Date.now);
  await t.rejects(
    store.transaction((handle) => elsewhere.redeem(handle, good.token, agent())),
    { code: 'token_invalid', message: /another server/ },
  );

  const used = await create();
  await redeem(used.token, agent());
  await f(used.token, 'token_used_up');
  const revoked = await create();
  await all.tokens.revoke(revoked.row.id);
  await f(revoked.token, 'token_invalid');
  clock.nowMs += 1000;
  await f(good.token, 'token_expired');
  t.equal((await all.devices.all()).length, before + 1);
});

t.test('of many machines at the same time, as many get in as there are uses', async (t) => {
  const { create, usesLeft, redeem } = await setUp(t);
  const { token, row } = await create({ uses: 3 });
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => redeem(token, agent())));
  t.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 3);
  t.ok(outcomes.every((outcome) => outcome.status === 'fulfilled' || outcome.reason.code === 'token_used_up'));
  t.equal(await usesLeft(row.id), 0);
});

t.test('a machine that never got the answer asks again and is the same device, at no further use', async (t) => {
  const { create, clock, usesLeft, redeem } = await setUp(t);
  const { token, row } = await create({ uses: 2 });
  const machine = agent();
  const first = await redeem(token, machine);
  clock.nowMs += 5000;
  const second = await redeem(token, { ...machine, hostname: 'renamed' });
  t.equal(second.device.id, first.device.id);
  t.match(second.device, { hostname: 'renamed', name: 'web-1' });
  t.equal(await usesLeft(row.id), 1);
});

t.test('an enrolled machine moves with a new token, and keeps its history', async (t) => {
  const { create, acme, all, usesLeft, redeem } = await setUp(t);
  const machine = agent();
  const first = await redeem((await create()).token, machine);
  const cellar = await all.sites.create(acme.client.id, 'Cellar');
  const second = await create({ siteId: cellar.id, kind: 'server' });
  const moved = await redeem(second.token, machine);
  t.match(moved.device, { id: first.device.id, site_id: cellar.id, kind: 'server', token_id: second.row.id });
  t.equal(await usesLeft(second.row.id), 0);
});

t.test('a retired machine comes back under its old id, at another client as a new one', async (t) => {
  const { create, bolt, all, redeem } = await setUp(t);
  const machine = agent();
  const first = await redeem((await create()).token, machine);
  await all.devices.retire(first.device.id);
  const back = await redeem((await create()).token, machine);
  t.match(back.device, { id: first.device.id, retired_at: null });

  const foreign = await create({ clientId: bolt.client.id, siteId: bolt.site.id });
  await t.rejects(redeem(foreign.token, machine), { code: 'conflict', message: /another client/ });
  await all.devices.retire(first.device.id);
  const sold = await redeem(foreign.token, machine);
  t.not(sold.device.id, first.device.id, 'the refused attempt took no use');
  t.equal(sold.device.client_id, bolt.client.id);
});

t.test('what a token may be', async (t) => {
  const { tokens, create, acme, bolt, store } = await setUp(t);
  const f = (changes: object, code: string) => t.rejects(create(changes), { code }, JSON.stringify(changes));
  await f({ uses: 0 }, 'validation_failed');
  await f({ uses: 1.5 }, 'validation_failed');
  await f({ uses: 10_001 }, 'validation_failed');
  await f({ expiresInMs: 0 }, 'validation_failed');
  await f({ expiresInMs: 366 * 86_400_000 }, 'validation_failed');
  await f({ siteId: bolt.site.id }, 'not_found');
  await f({ clientId: bolt.client.id }, 'not_found');
  const scope = ofClients(acme.client.id);
  const foreign = {
    clientId: bolt.client.id,
    siteId: bolt.site.id,
    kind: 'server',
    uses: 1,
    expiresInMs: 1,
    createdBy: 'u',
  } as const;
  await t.rejects(tokens.create(store.scoped(scope), foreign), { code: 'not_found' });
});
