import { type Api, type Caller, loggedIn } from './api.ts';

/** Everybody who asks. `nobody` proves nothing; `portal` has the secret link of one client. */
export interface People {
  readonly admin: Caller;
  readonly technician: Caller;
  readonly viewer: Caller;
  /** A key that reads one client alone. */
  readonly key: Caller;
  readonly scraper: Caller;
  readonly portal: Caller;
  readonly nobody: Caller;
}

export const PASSWORD = 'correct horse battery';
const nobody: Caller = { name: 'nobody', headers: {} };

/** Redeems the link of the first run. */
export async function firstAdmin(api: Api, link: string): Promise<Caller> {
  const account = {
    token: link.slice(link.indexOf('=') + 1),
    name: 'Ann Admin',
    email: 'ann@msp.example',
    password: PASSWORD,
  };
  const headers = { 'x-forwarded-for': '203.0.113.1' };
  const made = await api.act({ ...nobody, headers }, 'POST', '/api/v1/first-run', account);
  return loggedIn('admin', made, '203.0.113.1');
}

/** An account that the admin makes, logged in from this address. */
export async function join(
  api: Api,
  admin: Caller,
  { role, name, address }: { readonly role: 'technician' | 'viewer'; readonly name: string; readonly address: string },
): Promise<Caller> {
  const email = `${name.toLowerCase().replace(' ', '.')}@msp.example`;
  await api.act(admin, 'POST', '/api/v1/users', { email, name, role, password: PASSWORD });
  const caller = { name: 'nobody', headers: { 'x-forwarded-for': address } };
  return loggedIn(role, await api.act(caller, 'POST', '/api/v1/session', { email, password: PASSWORD }), address);
}

/** A key, asked for by the admin. */
export async function keyOf(
  api: Api,
  admin: Caller,
  {
    name,
    role,
    clientId,
  }: { readonly name: string; readonly role: 'viewer' | 'metrics'; readonly clientId: string | null },
): Promise<Caller> {
  const { body } = await api.act(admin, 'POST', '/api/v1/api-keys', { name, role, clientId });
  return { name, headers: { authorization: `Bearer ${body.key}`, 'x-forwarded-for': '203.0.113.9' } };
}

/** Whoever has the secret link of this client. */
export async function portalOf(api: Api, admin: Caller, clientId: string): Promise<Caller> {
  const { body } = await api.act(admin, 'POST', `/api/v1/clients/${clientId}/report-link`, {});
  const key = String(body.url).slice(String(body.url).indexOf('#') + 1);
  return { name: 'portal', headers: { 'x-vigia-report-key': key, 'x-forwarded-for': '198.51.100.77' } };
}

export { nobody };
