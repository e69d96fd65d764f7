export const settingsSections = ['display', 'people', 'keys', 'tokens', 'about'] as const;
export type SettingsSection = (typeof settingsSections)[number];

/** What a path shows. */
export type Route =
  | { readonly view: 'now' | 'fleet' | 'incidents' | 'add' | 'first-run' | 'not-found' }
  | { readonly view: 'device' | 'incident'; readonly id: string }
  | { readonly view: 'settings'; readonly section: SettingsSection };

const plain = { '': 'now', fleet: 'fleet', incidents: 'incidents', add: 'add', 'first-run': 'first-run' } as const;

export function routeOf(path: string): Route {
  const [first = '', second, ...more] = path.split('/').filter(Boolean).map(decode);
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

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

export const deviceHref = (id: string) => `/devices/${encodeURIComponent(id)}`;
export const incidentHref = (id: string) => `/incidents/${encodeURIComponent(id)}`;
export const settingsHref = (section: SettingsSection) => `/settings/${section}`;
export const fleetHref = (query: Readonly<Record<string, string>> = {}) => withQuery('/fleet', query);

export function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString();
  return text ? `${path}?${text}` : path;
}
