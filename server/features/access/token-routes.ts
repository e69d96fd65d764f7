import { type Static, Type } from 'typebox';
import { DeviceKind, EnrolmentToken, NewEnrolmentToken } from '../../../protocol/api/view.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { Id, IdParams, Name, strict } from '../../platform/http/fields.ts';
import type { CertificateFacts, Http } from '../../platform/http/http.ts';
import type { Origins } from '../../platform/http/origin.ts';
import { mapPage, PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { EnrolmentTokens } from '../../platform/security/tokens.ts';
import type { StatePort } from '../../platform/store/state-port.ts';
import type { ScopedStore } from '../../platform/store/store.ts';
import type { ActOnStore, FollowCatalogue } from '../../platform/store/turn.ts';
import { installCommands } from './install-command.ts';
import { findMakers, justMadeBy } from './makers.ts';
import { tokenView } from './views.ts';

const DAY_MS = 86_400_000;

const NewToken = Type.Object(
  {
    clientId: Type.Optional(Id),
    clientName: Type.Optional(Name),
    siteId: Type.Optional(Id),
    siteName: Type.Optional(Name),
    kind: DeviceKind,
    uses: Type.Integer({ minimum: 1, maximum: 10_000 }),
    expiresInMs: Type.Integer({ minimum: 60_000, maximum: 366 * DAY_MS }),
  },
  strict,
);
type NewToken = Static<typeof NewToken>;

export interface TokenRouteNeeds {
  readonly state: StatePort;
  readonly actOnStore: ActOnStore;
  readonly enrolmentTokens: EnrolmentTokens;
  readonly origins: Origins;
  /** What this server presents and pins; null on plain HTTP. May change when a certificate is renewed. */
  readonly certificate: () => CertificateFacts | null;
  readonly fleet: { readonly followCatalogue: FollowCatalogue };
}

/** Enrolment tokens: each lets machines join one site. */
export function tokenRoutes(
  http: Http,
  { state, actOnStore, fleet, enrolmentTokens, origins, certificate }: TokenRouteNeeds,
): void {
  http.get(
    '/api/v1/tokens',
    {
      config: { access: 'manage' },
      schema: { querystring: Type.Object(pageQuery, strict), response: { 200: PageOf(EnrolmentToken) } },
    },
    async (request) => {
      const { scope } = principalOf(request);
      const page = await state.scoped(scope).tokens.list(pageRequest(request.query));
      const makers = await findMakers(state, scope, page.items);
      return mapPage(page, (row) => tokenView(row, makers));
    },
  );

  http.post(
    '/api/v1/tokens',
    { config: { access: 'manage' }, schema: { body: NewToken, response: { 201: NewEnrolmentToken } } },
    async (request, reply) => {
      const who = principalOf(request);
      const { kind, uses, expiresInMs, ...place } = request.body;
      const base = origins.base(request.headers.origin);
      const { row, token } = await actOnStore(who, 'token.create', who.scope, async (turn, scoped, handle) => {
        const found = { ...(await findPlace(scoped, place)), kind, uses, expiresInMs };
        const made = await enrolmentTokens.create(scoped, { ...found, createdBy: who.id });
        turn.record(made.row.id, found);
        await fleet.followCatalogue(turn, handle);
        return made;
      });
      const makers = justMadeBy(who, who.scope);
      return reply.code(201).send({ ...tokenView(row, makers), token, ...installCommands(base, token, certificate()) });
    },
  );

  http.delete(
    '/api/v1/tokens/:id',
    { config: { access: 'manage' }, schema: { params: IdParams } },
    async (request, reply) => {
      const who = principalOf(request);
      const { id } = request.params;
      await actOnStore(who, 'token.revoke', who.scope, (turn, { tokens }) => {
        turn.record(id);
        return tokens.revoke(id);
      });
      return reply.code(204).send();
    },
  );
}

/** The client and site that are meant; those given by name are made if there are none. */
async function findPlace(
  { clients, sites }: Pick<ScopedStore, 'clients' | 'sites'>,
  { clientId, clientName, siteId, siteName }: Pick<NewToken, 'clientId' | 'clientName' | 'siteId' | 'siteName'>,
): Promise<{ clientId: string; siteId: string }> {
  if ((clientId === undefined) === (clientName === undefined)) {
    throw refused('validation_failed', said('refused.either', { one: 'clientId', other: 'clientName' }));
  }
  if ((siteId === undefined) === (siteName === undefined)) {
    throw refused('validation_failed', said('refused.either', { one: 'siteId', other: 'siteName' }));
  }
  const client = clientId ?? (await clients.ensure(clientName ?? '')).id;
  const site = siteId ?? (await sites.ensure(client, siteName ?? '')).id;
  return { clientId: client, siteId: site };
}
