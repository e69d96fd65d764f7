import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import t from 'tap';
import { everyClient } from '../../../server/domain/scope.ts';
import { auditActions } from '../../../server/platform/store/audit/actions.ts';
import { startHttp, type TestServer, testPassword } from '../../support/http.ts';
import { type MakeSample, routeTable, samples, unique } from '../../support/route-samples.ts';
import { addTenant } from '../../support/store.ts';

/** Routes that are asked with a body and change nothing. */
const asksOnly = [
  'POST /api/v1/contracts/check',
  'POST /api/v1/maintenance/preview',
  'POST /api/v1/recovery/plans/preview',
  'POST /api/v1/person-reports/propose',
];
/** What machines tell by a key or a secret address: refused in the same way, without a row of the audit log. */
const heard = ['POST /api/v1/recovery/points', 'POST /api/v1/recovery/ping/:secret/:event'];
const measured = ['recovery_point', 'recovery_run'];
/** Says of each point by itself whether it was taken: test/server/features/recovery/batch.test.ts. */
const apart = ['POST /api/v1/recovery/points/batch'];
/** A login must not fail because nothing can be written: its row comes later (late-audit.test.ts). */
const byMemory = ['POST /api/v1/session', 'DELETE /api/v1/session'];
/** Needs a server without any account: below. */
const alone = ['POST /api/v1/first-run'];

/** What no route writes: logins, what the command line and the store itself do. */
const notByRoutes = ['session.open', 'session.close', 'session.refused', 'user.first', 'backup.create', 'audit.seal'];

const scenes: Readonly<Record<string, MakeSample>> = {
  ...samples,
  'POST /api/v1/portal/reports': async ({ store }, { client }) => {
    const secret = randomBytes(32).toString('base64url');
    const hash = createHash('sha256').update(secret).digest();
    await store.scoped(everyClient).clients.setReportKey(client.id, { hash, createdBy: 'me', expiresAt: null });
    const body = { reporter: 'Ana', text: 'It is slow.', siteId: null };
    return { path: '/api/v1/portal/reports', body, headers: { 'x-vigia-report-key': secret } };
  },
  'POST /api/v1/password-reset': async ({ store, people }) => {
    const email = `${unique('forgot').replace(' ', '')}@x.test`;
    const { id } = await store.users.create({ email, name: 'F', role: 'viewer', passwordHash: '-' });
    const { secret } = await people.credentials.makeLink(id, 'test');
    return { path: '/api/v1/password-reset', body: { token: secret, password: 'seven herons at the weir' } };
  },
};

const acts = (await routeTable(t))
  .map(({ method, url }) => ({ key: `${String(method)} ${url}`, method: String(method) }))
  .filter(({ key, method }) => method !== 'GET' && ![...asksOnly, ...byMemory, ...alone, ...apart].includes(key));

/** Two ways in which a database refuses: what it says, and how to make it do so and stop it. */
const refusals = {
  /** Everything is written, and then the commit fails: whatever is not in that transaction would stay. */
  'at the commit': {
    refuse: async ({ store }: TestServer) => {
      const table = sql`CREATE TABLE refused (id TEXT REFERENCES client(id) DEFERRABLE INITIALLY DEFERRED)`;
      await table.execute(store.db);
      const trigger = sql`CREATE TRIGGER refusing AFTER INSERT ON audit BEGIN INSERT INTO refused VALUES ('nobody'); END`;
      await trigger.execute(store.db);
      // What is measured has no row of the audit log.
      for (const table of measured) {
        await sql`CREATE TRIGGER ${sql.raw(`refusing_${table}`)} AFTER INSERT ON ${sql.raw(table)}
          BEGIN INSERT INTO refused VALUES ('nobody'); END`.execute(store.db);
      }
    },
    allow: async ({ store }: TestServer) => {
      await sql`DROP TRIGGER refusing`.execute(store.db);
      for (const table of measured) await sql`DROP TRIGGER ${sql.raw(`refusing_${table}`)}`.execute(store.db);
      await sql`DROP TABLE refused`.execute(store.db);
    },
    answer: { status: 409, body: { error: { message: /refers to something that does not exist/ } } },
  },
  'at every write': {
    refuse: async ({ store }: TestServer) => void (await sql`PRAGMA query_only = 1`.execute(store.db)),
    allow: async ({ store }: TestServer) => void (await sql`PRAGMA query_only = 0`.execute(store.db)),
    answer: { status: 503, body: { error: { code: 'unavailable', message: /is read-only/ } } },
  },
} as const;

const documents = [
  '/api/v1/overview',
  '/api/v1/clients?limit=500',
  '/api/v1/sites?limit=500',
  '/api/v1/incidents?state=all&limit=500',
  '/api/v1/contracts?limit=500',
  '/api/v1/holidays?country=CR&year=2030',
  '/api/v1/checks?limit=500',
  '/api/v1/services?limit=500',
  '/api/v1/maintenance?limit=500',
  '/api/v1/person-reports?limit=500',
  '/api/v1/recovery/plans?limit=500',
  '/api/v1/recovery/drills?limit=500',
  '/api/v1/receivers?limit=500',
  '/api/v1/tokens?limit=500',
  '/api/v1/policies?limit=500',
  '/api/v1/users',
  '/api/v1/api-keys?limit=500',
];

/** When a key was used last is written now and then, whatever is done meanwhile. */
const LAST_USED = /"lastUsedAt":(?:"[^"]*"|null),/g;

const seenOf = (path: string, text: string): string =>
  path.startsWith('/api/v1/api-keys') ? text.replaceAll(LAST_USED, '') : text;

/** All that is stored, all that is shown, what memory holds of incidents and machines, and what was told. */
async function everything(
  { store, book, fleet, twins, ports, published, request }: TestServer,
  headers: Record<string, string>,
) {
  const tables = await sql<{ name: string }>`
    SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'refused'`.execute(
    store.db,
  );
  const rows: [string, unknown][] = [];
  for (const { name } of tables.rows) {
    const { rows: all } = await sql<Record<string, unknown>>`SELECT * FROM ${sql.table(name)}`.execute(store.db);
    rows.push([name, name === 'api_key' ? all.map((row) => ({ ...row, last_used_at: null })) : all]);
  }
  const shown: [string, unknown][] = [];
  for (const path of documents) {
    const { status, text } = await request('GET', path, { headers });
    shown.push([path, status === 200 ? seenOf(path, text) : `${status} ${text}`]);
  }
  return {
    rows,
    shown,
    incidents: [...book.open()],
    machines: [...fleet.devices.values()].map(({ info, memory }) => structuredClone({ info, memory })),
    twins: [...fleet.devices.keys()].map((id) => structuredClone(twins.of(id))),
    told: [...ports.calls],
    published: published.length,
  };
}

for (const [when, { refuse, allow, answer }] of Object.entries(refusals)) {
  t.test(`every act on a database that refuses ${when}`, async (t) => {
    const server = await startHttp(t, { realIncidents: true });
    const { store, request } = server;
    const admin = await server.loggedIn('admin');
    const seen = new Set<string>();
    for (const { key, method } of acts) {
      const scene = scenes[key];
      if (scene === undefined) return void t.fail(`${key} has no scene`);
      const tenant = await addTenant(store, unique('Acme'));
      const { path, body, headers = {} } = await scene(server, tenant);
      // Each by somebody else: some acts end the session of whoever does them.
      const actor = await server.loggedIn('admin');
      const act = () => request(method, path, { headers: { ...actor, ...headers }, body });
      const rowsOfAudit = () => store.db.selectFrom('audit').select('action').orderBy('id').execute();

      const before = await everything(server, admin);
      await refuse(server);
      const refused = await act();
      const after = await everything(server, admin);
      await allow(server);
      // A job is told in a line of text.
      const isText = key.includes('/recovery/ping/');
      const why = isText ? { status: answer.status, text: answer.body.error.message } : answer;
      t.match(refused, why, `${key}: the person is told why`);
      t.same(after, before, `${key}: nothing is changed anywhere`);

      const known = (await rowsOfAudit()).length;
      const done = await act();
      t.ok(done.status < 300, `${key}: it can be repeated (${done.status} ${done.text.slice(0, 200)})`);
      const added = (await rowsOfAudit()).slice(known).map(({ action }) => action);
      const ofAct = added.filter((action) => action !== 'session.open');
      t.equal(ofAct.length, heard.includes(key) ? 0 : 1, `${key}: and has one row (${added.join()})`);
      for (const action of ofAct) seen.add(action);
    }
    t.same([...seen, ...notByRoutes].sort(), Object.keys(auditActions).sort(), 'every action of the list was refused');
    t.match(await store.audit.verify(), { ok: true, unproven: Number });
  });
}

t.test('the first account on a database that refuses', async (t) => {
  const server = await startHttp(t);
  const { firstRun, request, store } = server;
  const body = { token: await firstRun.issue(), name: 'Ada', email: 'ada@x.test', password: testPassword };
  const { refuse, allow, answer } = refusals['at the commit'];
  await refuse(server);
  t.match(await request('POST', '/api/v1/first-run', { body }), answer);
  t.equal(await store.users.count(), 0);
  t.ok(firstRun.open, 'the link still works');
  await allow(server);
  t.match(await request('POST', '/api/v1/first-run', { body }), { status: 200 });
  t.notOk(firstRun.open);
});
