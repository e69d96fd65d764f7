import { refused } from '../../protocol/said/refused.ts';
import { type Said, said } from '../../protocol/said/said.ts';

/** Names that a remote-connect template may hold. */
export const remoteFields = ['hostname', 'name', 'device', 'client', 'site'] as const;
export type RemoteFields = Readonly<Record<(typeof remoteFields)[number], string>>;

/** The fault of a template; null if it is fine. */
export function remoteUrlFault(template: string): Said | null {
  for (const [text, name = ''] of template.matchAll(/\{([^}]*)\}?/g)) {
    if (text.endsWith('}') && remoteFields.some((field) => field === name)) continue;
    const allowed = remoteFields.map((field) => `{${field}}`);
    return said('refused.remote.placeholder', { found: text.slice(0, 40), allowed });
  }
  // Browsers drop line breaks, take a backslash for a slash, and any number of slashes for two: the host is then another one.
  if (/[\\\s\p{Cc}]/u.test(template)) return said('refused.remote.spaces');
  const [one, other] = ['a', 'b'].map((value) => URL.parse(template.replaceAll(/\{[^}]*\}/g, value)));
  if (!one || !other || one.protocol !== 'https:' || !/^https:\/\/[^/]/i.test(template)) {
    return said('refused.remote.https');
  }
  // The host decides who gets the request: no value of a device may.
  if (one.host !== other.host) return said('refused.remote.host');
  if (one.username || one.password || other.username) return said('refused.remote.user');
  return null;
}

/**
 * The address that opens a remote session: values are URL-encoded, so that they stay one part of it. Null for a template that
 * would not be taken today.
 */
export function remoteUrl(template: string, fields: RemoteFields): string | null {
  if (remoteUrlFault(template) !== null) return null;
  return template.replaceAll(/\{(\w+)\}/g, (text, name: string) =>
    Object.hasOwn(fields, name) ? part(fields[name as keyof RemoteFields]) : text,
  );
}

/** A value as one part of an address. Dots alone would lead to another folder, however they are encoded. */
function part(value: string): string {
  return /^\.{1,2}$/.test(value) ? '-' : encodeURIComponent(value);
}

/** @throws VigiaError validation_failed unless it is a template that can be used, or none */
export function requireRemoteUrl(template: string | null | undefined): void {
  const fault = template == null ? null : remoteUrlFault(template);
  if (fault !== null) throw refused('validation_failed', fault);
}
