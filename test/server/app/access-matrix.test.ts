import t, { type Test } from 'tap';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { Role } from '../../../protocol/api/view.ts';
import { allows } from '../../../server/platform/security/roles.ts';
import { startHttp } from '../../support/http.ts';
import { newDevice, newIncident, routeTable, samples } from '../../support/route-samples.ts';
import { addTenant, type Tenant } from '../../support/store.ts';

/** Routes whose success needs what this test does not set up; here only that nobody is kept out. */
const mayFailOtherwise = [
  'GET /agent',
  'GET /api/v1/portal',
  'POST /api/v1/portal/reports',
  'POST /api/v1/first-run',
  'GET /api/v1/password-reset',
  'POST /api/v1/password-reset',
  'GET /install/checksums',
  'GET /install/:name',
];

const routes = (await routeTable(t)).map((route) => ({
  key: `${String(route.method)} ${route.url}`,
  method: String(route.method),
  access: route.config?.access,
  everyClient: route.config?.everyClient ?? false,
  person: route.config?.person ?? false,
  responses: (route.schema?.response ?? {}) as Record<string, TSchema>,
}));

t.strictSame(routes.map(({ key }) => key).sort(), Object.keys(samples).sort(), 'each route has its sample');

t.test('every route x every role', async (t) => {
  const server = await startHttp(t);
  const tenant = await addTenant(server.store, 'Acme');
  const roles: Role[] = ['admin', 'technician', 'viewer', 'metrics'];
  const people = new Map<Role, [Record<string, string>, Record<string, string>]>();
  for (const role of roles) people.set(role, [await server.loggedIn(role), await server.keyed(role)]);

  for (const { key, method, access, person, responses } of routes) {
    const attempt = async (headers: Record<string, string>) => {
      const { path, body } = (await samples[key]?.(server, tenant)) ?? { path: '' };
      return server.request(method, path, { headers, body });
    };
    const anonymous = await attempt({});
    if (access === 'public') {
      if (!mayFailOtherwise.includes(key)) t.ok(anonymous.status < 300, `${key}: anybody (${anonymous.status})`);
      continue;
    }
    t.match(
      anonymous,
      { status: 401, body: { error: { code: 'unauthenticated' } } },
      `${key}: nobody without credentials`,
    );
    for (const [role, credentials] of people) {
      for (const headers of credentials) {
        const who = `${key}: ${role} by ${Object.keys(headers)[0]}`;
        const response = await attempt(headers);
        const mayBe = !person || headers.cookie !== undefined;
        if (access !== undefined && allows(role, access) && mayBe) {
          t.ok(response.status < 300, `${who} (${response.status} ${response.text.slice(0, 100)})`);
          checkDocument(t, who, responses[response.status], response.body);
        } else {
          t.match(response, { status: 403, body: { error: { code: 'forbidden' } } }, who);
        }
      }
    }
  }
});

/** The answer is what its schema says and holds no field more: nothing leaks. */
function checkDocument(t: Test, who: string, schema: TSchema | undefined, body: unknown): void {
  if (schema === undefined) return;
  t.strictSame([...Value.Errors(schema, body)], [], `${who} fits its schema`);
  t.same(Value.Clean(schema, structuredClone(body)), body, `${who} has no field more`);
}

t.test('every route x another client', async (t) => {
  const server = await startHttp(t);
  const [own, foreign] = [await addTenant(server.store, 'Acme'), await addTenant(server.store, 'Other')];
  const headers = await server.keyed('admin', own.client.id);
  await newDevice(server, foreign);
  await newIncident(server, foreign);

  for (const { key, method, everyClient, person } of routes.filter(({ access }) => access !== 'public')) {
    const attempt = async (tenant: Tenant) => {
      const { path, body } = (await samples[key]?.(server, tenant)) ?? { path: '' };
      return server.request(method, path, { headers, body });
    };
    const atHome = await attempt(own);
    const abroad = await attempt(foreign);
    if (everyClient || person) {
      t.match([atHome, abroad], [{ status: 403 }, { status: 403 }], `${key}: not for a key of one client`);
      continue;
    }
    t.ok(atHome.status < 300, `${key}: own client (${atHome.status})`);
    if (isAboutOneThing(key)) {
      t.match(abroad, { status: 404, body: { error: { code: 'not_found' } } }, `${key}: another client's is not there`);
    }
    for (const id of [foreign.client.id, foreign.site.id, foreign.device.id, foreign.token.id, 'Other']) {
      t.notOk(abroad.text.includes(id), `${key}: shows nothing of another client`);
    }
  }
});

function isAboutOneThing(key: string): boolean {
  return key.includes(':id') || ['POST /api/v1/sites', 'POST /api/v1/tokens', 'POST /api/v1/api-keys'].includes(key);
}
