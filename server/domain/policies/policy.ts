import type { DeviceKind } from '../../../protocol/api/view.ts';

/** From the farthest to the nearest: of two that set the same, the nearer one wins. */
export const policyLevels = ['default', 'client', 'site', 'kind', 'tag', 'device'] as const;
export type PolicyLevel = (typeof policyLevels)[number];

/** To what a policy applies. */
export interface PolicyTarget {
  readonly level: PolicyLevel;
  /** Whose policy it is; null for `default`, and for a kind or a tag of every client. */
  readonly clientId: string | null;
  /** The id of the client, site or device, the kind, or the tag; null for `default`. */
  readonly subject: string | null;
}

/** What somebody decided: in force from an instant until the next version of the same target. */
export interface PolicyVersion extends PolicyTarget {
  /** Counts up over all policies: of two versions in force, the later decision counts. */
  readonly version: number;
  /** ms since 1970 */
  readonly from: number;
  /** Of two tags of a device the one with the higher rank wins. */
  readonly rank: number;
  /** By name, as they were stored: an older version of Vigia may have known other names and bounds. Null: the policy was removed. */
  readonly values: ReadonlyMap<string, unknown> | null;
  readonly by: { readonly id: string; readonly name: string };
}

/** Where a device, or what is about a site or the server, stands. */
export interface Place {
  readonly clientId: string | null;
  readonly siteId: string | null;
  readonly kind: DeviceKind | null;
  readonly tags: readonly string[];
  readonly deviceId: string | null;
}

const kinds: ReadonlySet<string> = new Set<DeviceKind>(['server', 'workstation']);
const named = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const MAX_SUBJECT = 64;

/**
 * A target in one word: `default`, `client:ID`, `site:ID`, `device:ID`, `kind:server`, `tag:NAME`, and with `@CLIENT` a kind or a tag
 * of one client alone.
 */
export function policyId({ level, clientId, subject }: PolicyTarget): string {
  if (level === 'default') return 'default';
  const isOwn = (level === 'kind' || level === 'tag') && clientId !== null;
  return `${level}:${subject}${isOwn ? `@${clientId}` : ''}`;
}

/** What {@link policyId} made; whose a site or device is, is not said by its id. Null for anything else. */
export function parsePolicyId(id: string): PolicyTarget | null {
  if (id === 'default') return { level: 'default', clientId: null, subject: null };
  const [level, rest, ...more] = id.split(':');
  if (rest === undefined || more.length > 0) return null;
  const [subject = '', owner = null, ...others] = rest.split('@');
  if (others.length > 0 || subject === '' || subject.length > MAX_SUBJECT || owner === '') return null;
  if (level === 'kind') return kinds.has(subject) ? { level, clientId: owner, subject } : null;
  if (level === 'tag') return named.test(subject) ? { level, clientId: owner, subject } : null;
  if (owner !== null) return null;
  if (level === 'client') return { level, clientId: subject, subject };
  return level === 'site' || level === 'device' ? { level, clientId: null, subject } : null;
}
