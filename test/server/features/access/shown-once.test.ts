import t from 'tap';
import { SentenceError } from '../../../../protocol/error.ts';
import { startHttp } from '../../../support/http.ts';
import { addTenant } from '../../../support/store.ts';

const wanted = [
  { path: '/api/v1/api-keys', action: 'api-key.create', secret: 'key' },
  { path: '/api/v1/tokens', action: 'token.create', secret: 'token' },
] as const;

for (const { path, action, secret } of wanted) {
  t.test(`a database that is busy once ${path} is written does not lose what is shown once`, async (t) => {
    const server = await startHttp(t);
    const { store, request } = server;
    const { client, site } = await addTenant(store, 'Acme');
    const headers = await server.loggedIn('admin');
    const read = store.users.get;
    store.users.get = async (id) => {
      if ((await store.audit.count({ action })) > 0) throw new SentenceError('unavailable', 'Too much waits.');
      return read(id);
    };
    const body =
      secret === 'key'
        ? { name: 'Scripts', role: 'viewer', clientId: null }
        : { clientId: client.id, siteId: site.id, kind: 'server', uses: 1, expiresInMs: 3_600_000 };
    const made = await request('POST', path, { headers, body });
    t.equal(made.status, 201, made.text);
    t.type(made.body[secret], 'string');
    store.users.get = read;
    const { body: listed } = await request('GET', path, { headers });
    const row = listed.items.find(({ id }: { id: string }) => id === made.body.id);
    t.same(made.body.maker, row.maker, 'and who made it is told as in the list');
  });
}
