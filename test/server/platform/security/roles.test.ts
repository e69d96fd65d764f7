import t from 'tap';
import type { Role } from '../../../../protocol/api/view.ts';
import { allows, mayGrant, type Permission } from '../../../../server/platform/security/roles.ts';

const permissions: Permission[] = ['read', 'act', 'manage', 'metrics'];

t.test('what each role may do', async (t) => {
  const f = (role: Role, want: string) =>
    t.equal(permissions.filter((permission) => allows(role, permission)).join(' '), want, role);
  f('admin', 'read act manage metrics');
  f('technician', 'read act metrics');
  f('viewer', 'read metrics');
  f('metrics', 'metrics');
});

t.test('nobody hands out more than they have', async (t) => {
  const roles: Role[] = ['admin', 'technician', 'viewer', 'metrics'];
  const f = (maker: Role, want: string) =>
    t.equal(roles.filter((role) => mayGrant(maker, role)).join(' '), want, maker);
  f('admin', 'admin technician viewer metrics');
  f('technician', 'technician viewer metrics');
  f('viewer', 'viewer metrics');
  f('metrics', 'metrics');
});
