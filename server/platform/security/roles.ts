import type { Role } from '../../../protocol/api/view.ts';

/** `read` sees the fleet, `act` works on incidents and devices, `manage` makes people, keys, tokens and clients, `metrics` scrapes. */
export type Permission = 'read' | 'act' | 'manage' | 'metrics';

const granted: { readonly [R in Role]: readonly Permission[] } = {
  admin: ['read', 'act', 'manage', 'metrics'],
  technician: ['read', 'act', 'metrics'],
  viewer: ['read', 'metrics'],
  metrics: ['metrics'],
};

/** True if the role may do this. */
export function allows(role: Role, permission: Permission): boolean {
  return granted[role].includes(permission);
}

/** True if `maker` may hand out `role`: rights are never more than those of who gives them. */
export function mayGrant(maker: Role, role: Role): boolean {
  return granted[role].every((permission) => allows(maker, permission));
}
