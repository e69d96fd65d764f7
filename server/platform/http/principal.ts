import type { FastifyRequest } from 'fastify';
import type { Role, User } from '../../../protocol/api/view.ts';
import { VigiaError } from '../../../protocol/error.ts';
import type { Actor } from '../../domain/actor.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Permission } from '../security/roles.ts';

/** Who asks, as the session or the API key proves it, and whose data they may touch. */
export interface Principal extends Actor {
  readonly email: string;
  readonly role: Role;
  readonly scope: Scope;
  /** Null for an API key. */
  readonly sessionId: string | null;
}

/** What a route asks of its caller; every route declares it. `public` needs nothing. */
export type Access = Permission | 'public';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** For what belongs to no single client, such as people: a key that is limited to a client is refused. */
    everyClient?: boolean;
    /** For what is a person's own, such as a password: every API key is refused. */
    person?: boolean;
  }
  interface FastifyRequest {
    principal: Principal | null;
  }
}

/** The caller of a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new VigiaError('unauthenticated');
  return request.principal;
}

/** The caller as the documents show a user; a key has no e-mail address. */
export function userOf({ id, email, name, role }: Principal): User {
  return { id, email, name, role };
}
