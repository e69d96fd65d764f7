import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Overview } from '../../protocol/api/view.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { createApiKeys } from '../../server/platform/security/api-keys.ts';
import { createPasswords } from '../../server/platform/security/passwords.ts';
import { openStore } from '../../server/platform/store/store.ts';

const account = { email: 'ann@acme.test', password: 'correct horse battery' };

/** An admin with a password, and a key that is an admin's. */
export async function makePeople(dataDir: string): Promise<string> {
  mkdirSync(dataDir, { recursive: true });
  const store = await openStore({ path: join(dataDir, 'state.db'), clock: Date.now });
  const { email, password } = account;
  const passwordHash = await createPasswords().hash(password);
  await store.users.create({ email, name: 'Ann', role: 'admin', passwordHash });
  const made = { name: 'story', role: 'admin', clientId: null, createdBy: 'test' } as const;
  const { key } = await createApiKeys(store, Date.now).create(store.scoped(everyClient), made);
  await store.close();
  return key;
}

export async function ask(
  address: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(address + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, cookie: response.headers.getSetCookie().map((one) => one.split(';')[0]) };
}

/**
 * What must hold of a server whose data folder cannot be written: whoever is to mend that gets in and reads everything, is refused
 * what would have to be written, and is told why. `says`: what is wrong.
 */
export async function lookAround(t: Test, address: string, key: string, says: RegExp): Promise<void> {
  const bearer = { authorization: `Bearer ${key}` };
  for (const path of ['/api/v1/overview', '/api/v1/incidents', '/metrics', '/api/v1/session', '/healthz']) {
    t.equal((await ask(address, 'GET', path, undefined, bearer)).status, 200, path);
  }
  const ready = await ask(address, 'GET', '/readyz');
  t.equal(ready.status, 503);
  t.match(JSON.parse(ready.text), { error: { details: { failing: /committing/ } } });
  const overview = JSON.parse((await ask(address, 'GET', '/api/v1/overview', undefined, bearer)).text) as Overview;
  t.match(overview.server.warnings.join(' '), says);
  const origin = { origin: address };
  const guess = await ask(address, 'POST', '/api/v1/session', { ...account, password: 'a guess' }, origin);
  t.equal(guess.status, 401);
  const login = await ask(address, 'POST', '/api/v1/session', account, origin);
  t.equal(login.status, 200, 'a person gets in');
  const session = { ...origin, cookie: login.cookie.join('; ') };
  t.equal((await ask(address, 'GET', '/api/v1/overview', undefined, session)).status, 200, 'and sees');
  const refused = await ask(address, 'POST', '/api/v1/clients', { name: 'Globex' }, session);
  t.equal(refused.status, 503);
  t.match(JSON.parse(refused.text), { error: { code: 'unavailable', message: says } });
  const made = await ask(address, 'POST', '/api/v1/api-keys', { name: 'x', role: 'viewer', clientId: null }, session);
  t.equal(made.status, 503);
  t.equal((await ask(address, 'DELETE', '/api/v1/session', undefined, session)).status, 204);
  t.equal((await ask(address, 'GET', '/api/v1/overview', undefined, session)).status, 401, 'and out again');
}
