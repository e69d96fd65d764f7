import { Type } from 'typebox';
import { VigiaError } from '../../../protocol/error.ts';
import { User } from '../../../protocol/view.ts';
import { mayGrant } from '../../security/roles.ts';
import type { Http, RouteContext } from '../context.ts';
import { Email, IdParams, Name, NewPassword, strict } from '../fields.ts';
import { PageOf } from '../paging.ts';
import { principalOf } from '../principal.ts';
import { userView } from '../views.ts';

const NewUser = Type.Object(
  { email: Email, name: Name, role: Type.Enum(['admin', 'technician', 'viewer']), password: NewPassword },
  strict,
);

/** People who may log in. */
export function userRoutes(http: Http, { state, passwords, fleet }: RouteContext): void {
  const config = { access: 'manage', everyClient: true } as const;

  http.get('/api/v1/users', { config, schema: { response: { 200: PageOf(User) } } }, async () => ({
    items: (await state.users.list()).map(userView),
    next: null,
  }));

  http.post('/api/v1/users', { config, schema: { body: NewUser, response: { 201: User } } }, async (request, reply) => {
    const { id: actor, role: own } = principalOf(request);
    const { email, name, role, password } = request.body;
    if (!mayGrant(own, role)) throw new VigiaError('forbidden');
    const passwordHash = await passwords.hash(password, [name, email]);
    const user = await state.users.create({ email, name, role, passwordHash });
    await state.audit.append({ actor, action: 'user.create', subject: user.id, detail: { role } });
    await fleet.catalogueChanged();
    return reply.code(201).send(userView(user));
  });

  http.delete('/api/v1/users/:id', { config, schema: { params: IdParams } }, async (request, reply) => {
    const { id } = request.params;
    await state.users.disable(id);
    await state.audit.append({ actor: principalOf(request).id, action: 'user.disable', subject: id });
    await fleet.catalogueChanged();
    return reply.code(204).send();
  });
}
