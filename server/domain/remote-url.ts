/** Names that a remote-connect template may hold. */
export const remoteFields = ['hostname', 'name', 'device', 'client', 'site'] as const;
export type RemoteFields = Readonly<Record<(typeof remoteFields)[number], string>>;

/** The fault of a template, as a sentence that says what to write; null if it is fine. */
export function remoteUrlFault(template: string): string | null {
  for (const [text, name = ''] of template.matchAll(/\{([^}]*)\}?/g)) {
    if (text.endsWith('}') && remoteFields.some((field) => field === name)) continue;
    return `The address holds "${text.slice(0, 40)}". It may hold ${remoteFields.map((field) => `{${field}}`).join(', ')}.`;
  }
  const { protocol, username, host } = URL.parse(template.replaceAll(/\{[^}]*\}/g, 'x')) ?? {};
  if (protocol !== 'https:' || !host) return 'The address must start with https:// and name a host.';
  // What stands before the first slash decides who gets the request: no value of a device may.
  if (/^https:\/\/[^/]*\{/.test(template)) return 'Placeholders may stand after the host of the address only.';
  return username ? 'The address must not hold a user name or password.' : null;
}

/** The address that opens a remote session: values are URL-encoded, so that they stay one part of it. */
export function remoteUrl(template: string, fields: RemoteFields): string {
  return template.replaceAll(/\{(\w+)\}/g, (text, name: string) =>
    name in fields ? encodeURIComponent(fields[name as keyof RemoteFields]) : text,
  );
}
