import t from 'tap';
import { createOwnActs } from '../../../../server/cli/own-acts.ts';
import { createFirstRun } from '../../../../server/platform/security/first-run.ts';
import { createPasswords } from '../../../../server/platform/security/passwords.ts';
import type { Store } from '../../../../server/platform/store/store.ts';
import { tempStore } from '../../../support/store.ts';

const account = { name: 'Ada', email: 'Ada@example.org', password: 'correct horse battery' };

const openFirstRun = (store: Store) =>
  createFirstRun(store, createPasswords(), createOwnActs(store, Date.now).actOnStore, async () => undefined);

t.test('one link, one admin, and then it is closed', async (t) => {
  const store = await tempStore(t);
  const passwords = createPasswords();
  const firstRun = createFirstRun(store, passwords, createOwnActs(store, Date.now).actOnStore, async () => undefined);
  t.equal(firstRun.open, false);
  await t.rejects(firstRun.redeem('x', account), { code: 'first_run_closed' }, 'before a link was printed');

  const secret = (await firstRun.issue())!;
  t.match(secret, /^[\w-]{43}$/);
  t.equal(firstRun.open, true);
  await t.rejects(firstRun.redeem('wrong', account), { code: 'first_run_token_invalid' });
  await t.rejects(firstRun.redeem(secret, { ...account, password: 'short' }), { code: 'validation_failed' });
  t.equal(firstRun.open, true, 'a bad password does not use the link up');

  const user = await firstRun.redeem(secret, account);
  t.match(user, { role: 'admin', email: 'ada@example.org' });
  t.ok(await passwords.verify(user.password_hash, account.password));
  t.equal(firstRun.open, false);
  await t.rejects(firstRun.redeem(secret, account), { code: 'first_run_closed' });
  t.equal(await firstRun.issue(), null);
});

t.test('a new link makes the old one void', async (t) => {
  const firstRun = openFirstRun(await tempStore(t));
  const old = (await firstRun.issue())!;
  await firstRun.issue();
  await t.rejects(firstRun.redeem(old, account), { code: 'first_run_token_invalid' });
});

t.test('two at the same time make one account', async (t) => {
  const store = await tempStore(t);
  const firstRun = openFirstRun(store);
  const secret = (await firstRun.issue())!;
  const outcomes = await Promise.allSettled([
    firstRun.redeem(secret, account),
    firstRun.redeem(secret, { ...account, email: 'eve@example.org' }),
  ]);
  t.same(outcomes.map((outcome) => outcome.status).toSorted(), ['fulfilled', 'rejected']);
  t.equal(await store.users.count(), 1);
});

t.test('an account made elsewhere closes it', async (t) => {
  const store = await tempStore(t);
  const firstRun = openFirstRun(store);
  const secret = (await firstRun.issue())!;
  await store.users.create({ email: 'a@b.c', name: 'Bob', role: 'viewer', passwordHash: 'x' });
  await t.rejects(firstRun.redeem(secret, account), { code: 'first_run_closed' });
  t.equal(firstRun.open, false);
});
