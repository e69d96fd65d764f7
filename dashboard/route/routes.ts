export const settingsSections = [
  'account',
  'display',
  'people',
  'keys',
  'receivers',
  'tokens',
  'audit',
  'about',
] as const;
export type SettingsSection = (typeof settingsSections)[number];

type PlainView = (typeof plain)[keyof typeof plain];

/** What has a ledger of its own. */
export const ledgerKinds = ['device', 'site', 'service'] as const;
export type LedgerKind = (typeof ledgerKinds)[number];

/** What a path shows. */
export type Route =
  | { readonly view: PlainView | 'not-found' }
  | { readonly view: 'device' | 'incident'; readonly id: string }
  | { readonly view: 'ledger'; readonly kind: LedgerKind; readonly id: string }
  | { readonly view: 'client' | 'contract' | 'site'; readonly id: string }
  | { readonly view: 'settings'; readonly section: SettingsSection };

const plain = {
  '': 'now',
  fleet: 'fleet',
  incidents: 'incidents',
  add: 'add',
  'first-run': 'first-run',
  'reset-password': 'reset-password',
  maintenance: 'maintenance',
  services: 'services',
  reports: 'reports',
  availability: 'availability',
  clients: 'clients',
  compare: 'compare',
} as const;

export function routeOf(path: string): Route {
  const [first = '', second, ...more] = path.split('/').filter(Boolean).map(decode);
  const promised = promiseRoute(first, second, more);
  if (promised) return promised;
  if (more.length > 0) return { view: 'not-found' };
  if (first === 'settings') {
    const section = settingsSections.find((name) => name === (second ?? 'display'));
    return section ? { view: 'settings', section } : { view: 'not-found' };
  }
  if (second !== undefined) {
    if (first === 'devices') return { view: 'device', id: second };
    if (first === 'incidents') return { view: 'incident', id: second };
    return { view: 'not-found' };
  }
  return { view: Object.hasOwn(plain, first) ? plain[first as keyof typeof plain] : 'not-found' };
}

/** The pages about what was promised to whom: availability, its ledgers, clients, contracts and sites. */
function promiseRoute(first: string, second: string | undefined, [third, ...more]: readonly string[]): Route | null {
  if (second === undefined || more.length > 0) return null;
  if (first === 'availability') {
    const kind = ledgerKinds.find((name) => name === second);
    return kind && third !== undefined ? { view: 'ledger', kind, id: third } : null;
  }
  if (first === 'clients') {
    if (third === undefined) return { view: 'client', id: second };
    return third === 'contract' ? { view: 'contract', id: second } : null;
  }
  return first === 'sites' && third === undefined ? { view: 'site', id: second } : null;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

export const deviceHref = (id: string) => `/devices/${encodeURIComponent(id)}`;
export const incidentHref = (id: string) => `/incidents/${encodeURIComponent(id)}`;
/** The form for what a person reported, with what is known of it already. */
export const reportHref = (query: Readonly<Record<string, string>> = {}) => withQuery('/reports', query);
export const clientHref = (id: string) => `/clients/${encodeURIComponent(id)}`;
export const contractHref = (id: string) => `${clientHref(id)}/contract`;
export const siteHref = (id: string) => `/sites/${encodeURIComponent(id)}`;
export const ledgerHref = (kind: LedgerKind, id: string, query: Readonly<Record<string, string>> = {}) =>
  withQuery(`/availability/${kind}/${encodeURIComponent(id)}`, query);
/** One metric over the machines of a client or site. */
export const compareHref = (query: Readonly<Record<string, string>>) => withQuery('/compare', query);
export const settingsHref = (section: SettingsSection) => `/settings/${section}`;
export const fleetHref = (query: Readonly<Record<string, string>> = {}) => withQuery('/fleet', query);

export function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString();
  return text ? `${path}?${text}` : path;
}
