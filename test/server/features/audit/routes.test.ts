import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { everyClient } from '../../../../server/domain/scope.ts';
import { startHttp } from '../../../support/http.ts';

async function office(t: Test) {
  const server = await startHttp(t);
  const headers = await server.loggedIn('admin');
  const [ada] = await server.store.users.list();
  const makeClient = async (name: string): Promise<string> =>
    (await server.request('POST', '/api/v1/clients', { headers, body: { name } })).body.id;
  const find = async (query: string) => {
    const { status, body } = await server.request('GET', `/api/v1/audit?${query}`, { headers });
    return status === 200 ? { rows: body.items.map(({ row }: { row: number }) => row), ...body } : body;
  };
  return { ...server, headers, ada, makeClient, find };
}

t.test('who did what, newest first, with the names of people and keys', async (t) => {
  const { makeClient, find, ada, request, keyed, people } = await office(t);
  const acme = await makeClient('Acme');
  const byKey = await request('POST', '/api/v1/clients', { headers: await keyed('admin'), body: { name: 'Bolt' } });
  await people.credentials.makeLink(ada?.id ?? '', 'cli');
  t.match((await find('')).items, [
    { row: 3, actor: { id: 'cli', kind: 'server', name: null }, action: 'user.reset-link', object: ada?.id },
    { row: 2, actor: { id: /^key:/, kind: 'key', name: 'admin key' }, object: byKey.body.id },
    {
      row: 1,
      at: '2027-01-15T08:00:00.000Z',
      actor: { id: ada?.id, kind: 'person', name: ada?.name },
      action: 'client.create',
      words: 'Made a client',
      object: acme,
      detail: { name: 'Acme' },
    },
  ]);
});

t.test('by person, action, object and time, page by page', async (t) => {
  const { makeClient, find, ada, clock, request, headers } = await office(t);
  const ids: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    ids.push(await makeClient(`C${index}`));
    clock.nowMs += 3_600_000;
  }
  await request('PATCH', `/api/v1/clients/${ids[1]}`, { headers, body: { name: 'Renamed' } });
  t.same((await find(`object=${ids[1]}`)).rows, [6, 2]);
  t.same((await find('action=client.change')).rows, [6]);
  t.same((await find(`actor=${ada?.id}`)).rows, [6, 5, 4, 3, 2, 1]);
  t.same((await find('actor=nobody')).rows, []);
  t.same((await find('from=2027-01-15T09:00:00Z&to=2027-01-15T11:00:00Z')).rows, [3, 2], 'the end is not in it');
  t.same((await find('to=2027-01-15T09:00:00Z')).rows, [1]);
  t.same((await find('from=2027-01-15T12:00:00Z&to=2027-01-16T00:00:00Z&action=client.create')).rows, [5]);
  const first = await find('limit=4');
  t.same(first.rows, [6, 5, 4, 3]);
  t.match(await find(`limit=4&cursor=${first.next}`), { rows: [2, 1], next: null });
  t.match(await find('cursor=x'), { error: { code: 'bad_request' } });
  t.match(await find('from=yesterday'), { error: { code: 'validation_failed' } });
  t.match(await find('what=ever'), { error: { code: 'validation_failed' } });
});

t.test('as a file, whole, and no formula', async (t) => {
  const { makeClient, request, headers, store } = await office(t);
  const id = await makeClient('Acme');
  const entries = Array.from({ length: 1_200 }, (_, index) =>
    store.audit.appendStatement({ actor: 'u', action: 'client.change', subject: `=1+${index}`, detail: { a: '"' } }),
  );
  await store.commit(entries);
  const file = await request('GET', '/api/v1/audit.csv', { headers });
  t.match(file.headers.get('content-disposition'), 'audit.csv');
  const lines = file.text.trimEnd().split('\r\n');
  t.equal(lines.length, 1_202);
  t.equal(lines[0], '"row","at","actor","actorName","action","words","object","detail"');
  t.equal(
    lines[1],
    `1201,"2027-01-15T08:00:00.000Z","u",,"client.change","Changed a client","'=1+1199","{""a"":""\\""""}"`,
  );
  t.match(lines.at(-1), `"client.create","Made a client","${id}"`);
  const some = await request('GET', '/api/v1/audit.csv?action=client.create', { headers });
  t.equal(some.text.trimEnd().split('\r\n').length, 2);
});

t.test('it is read on a database that cannot be written, and by admins of every client alone', async (t) => {
  const { makeClient, find, request, loggedIn, keyed, store } = await office(t);
  const id = await makeClient('Acme');
  t.match(await request('GET', '/api/v1/audit', { headers: await loggedIn('technician') }), { status: 403 });
  t.match(await request('GET', '/api/v1/audit.csv', { headers: await keyed('admin', id) }), { status: 403 });
  await sql`PRAGMA query_only = 1`.execute(store.db);
  t.same((await find('action=client.create')).rows, [1]);
  t.ok(await store.scoped(everyClient).clients.get(id));
});

t.test('a row that somebody wrote into the database hides no other', async (t) => {
  const { makeClient, find, store, request, headers } = await office(t);
  for (const name of ['Acme', 'Bolt', 'Cord', 'Dawn']) await makeClient(name);
  await sql`DROP TRIGGER audit_is_never_changed`.execute(store.db);
  await sql`UPDATE audit SET detail_json = '{"name":' WHERE id = 2`.execute(store.db);
  await sql`UPDATE audit SET detail_json = '["__proto__"]', at = 9007199254740993 WHERE id = 3`.execute(store.db);
  t.match((await find('')).items, [
    { row: 4, detail: { name: 'Dawn' } },
    { row: 3, at: '+275760-09-13T00:00:00.000Z', detail: { unreadable: '["__proto__"]' } },
    { row: 2, detail: { unreadable: '{"name":' } },
    { row: 1, detail: { name: 'Acme' } },
  ]);
  t.match(await request('GET', '/api/v1/audit.csv', { headers }), { status: 200 });
  t.match(await store.audit.verify(), { ok: false, brokenAtId: 2 });
});
