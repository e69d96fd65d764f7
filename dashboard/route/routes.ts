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

/** What has a ledger of its own. */
export const ledgerKinds = ['device', 'site', 'service'] as const;
export type LedgerKind = (typeof ledgerKinds)[number];

export const deviceHref = (id: string) => `/devices/${encodeURIComponent(id)}`;
export const incidentHref = (id: string) => `/incidents/${encodeURIComponent(id)}`;
/** The form for what a person reported, with what is known of it already. */
export const reportHref = (query: Readonly<Record<string, string>> = {}) => withQuery('/reports', query);
export const clientHref = (id: string) => `/clients/${encodeURIComponent(id)}`;
export const contractHref = (id: string) => `${clientHref(id)}/contract`;
/** What is protected, and what would be lost. */
export const planHref = (id: string) => `/recovery/${encodeURIComponent(id)}`;
/** The sheet for the day on which it fails. */
export const ifLostHref = (kind: 'devices' | 'services', id: string) =>
  `/recovery/if-lost/${kind}/${encodeURIComponent(id)}`;
export const recoveryHref = (query: Readonly<Record<string, string>> = {}) => withQuery('/recovery', query);
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
