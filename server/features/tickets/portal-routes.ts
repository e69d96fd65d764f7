import { createHash, randomBytes } from 'node:crypto';
import { Type } from 'typebox';
import { PortalReportInput } from '../../../protocol/api/person-report.ts';
import { SaidDocument } from '../../../protocol/api/said.ts';
import { isolated } from '../../../protocol/bidi.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { parseSaid } from '../../../protocol/said/read.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { everyClient, ofClients } from '../../domain/scope.ts';
import { IdParams, iso, Nothing, strict } from '../../platform/http/fields.ts';
import type { Http, RateLimits } from '../../platform/http/http.ts';
import type { Origins } from '../../platform/http/origin.ts';
import { principalOf } from '../../platform/http/principal.ts';
import { perMinute } from '../../platform/http/rate-limit.ts';
import { endOfMaker } from '../../platform/security/end-of-maker.ts';
import type { ClientRow, StatePort } from '../../platform/store/state-port.ts';
import type { ActOnStore } from '../../platform/store/turn.ts';
import type { PersonReportPort } from './port.ts';
import { pageFile } from './portal/files.ts';

const SECRET_BYTES = 32;
const MAX_SITES = 500;
const NOTES_MS = 14 * 86_400_000;
const MAX_NOTES = 20;
const KEY_HEADER = 'x-vigia-report-key';

const Place = Type.Object({ id: Type.String(), name: Type.String() });
const Said = Type.Object({ at: Type.String({ format: 'date-time' }), by: Type.String(), text: Type.String() });
const Portal = Type.Object({
  client: Type.String(),
  sites: Type.Array(Place),
  /** What we wrote of late for the client to read, newest first. */
  notes: Type.Array(Said),
});
const Answer = Type.Object({
  /** What the person reads. */
  sentence: Type.String(),
  /** The same as a fact. */
  said: SaidDocument,
  /** We had noticed it already. */
  known: Type.Boolean(),
});

export interface PortalRouteNeeds {
  readonly state: StatePort;
  readonly actOnStore: ActOnStore;
  readonly personReports: PersonReportPort;
  readonly origins: Origins;
  readonly limits: RateLimits;
  readonly clock: () => number;
}

/** The page on which people of a client report a problem. Its secret is the fragment of its address, which no log ever sees. */
export function portalRoutes(http: Http, context: PortalRouteNeeds): void {
  const { state, actOnStore, personReports, origins, limits, clock } = context;
  const config = { access: 'public', ...perMinute(limits.login) } as const;

  async function clientOf(key: unknown): Promise<ClientRow> {
    const isKey = typeof key === 'string' && key.length >= 32 && key.length <= 128;
    const client = isKey ? await state.scoped(everyClient).clients.byReportKey(hashOf(key)) : null;
    if (client) return client;
    throw refused('unauthenticated', said('refused.portal.dead'));
  }

  http.get('/report', { config: { access: 'public' }, schema: { hide: true } }, (_request, reply) =>
    pageFile('report.html').then((page) => reply.type('text/html; charset=utf-8').send(page)),
  );
  http.get('/report.css', { config: { access: 'public' }, schema: { hide: true } }, (_request, reply) =>
    pageFile('report.css').then((style) => reply.type('text/css; charset=utf-8').send(style)),
  );
  http.get('/report.js', { config: { access: 'public' }, schema: { hide: true } }, (_request, reply) =>
    pageFile('report.js').then((script) => reply.type('text/javascript; charset=utf-8').send(script)),
  );

  http.get('/api/v1/portal', { config, schema: { response: { 200: Portal } } }, async (request) => {
    const client = await clientOf(request.headers[KEY_HEADER]);
    const { items } = await state.scoped(ofClients(client.id)).sites.list({ limit: MAX_SITES, clientId: client.id });
    const notes = await state.scoped(ofClients(client.id)).incidents.visibleNotes(clock() - NOTES_MS, MAX_NOTES);
    // Its page is for people alone.
    return {
      client: isolated(client.name),
      sites: items.map(({ id, name }) => ({ id, name: isolated(name) })),
      notes: notes.map(({ at, by_user, said_json }) => {
        return { at: iso(at), by: isolated(by_user ?? ''), text: isolated(plain(parseSaid(said_json), at)) };
      }),
    };
  });

  http.post(
    '/api/v1/portal/reports',
    { config, schema: { body: PortalReportInput, response: { 201: Answer } } },
    async (request, reply) => {
      const client = await clientOf(request.headers[KEY_HEADER]);
      const linkId = linkIdOf(client);
      const answer = await personReports.fromPortal({ clientId: client.id, linkId, address: request.ip }, request.body);
      const { reportId: _reportId, incidentId: _incidentId, ...shown } = answer;
      return reply.code(201).send(shown);
    },
  );

  http.post(
    '/api/v1/clients/:id/report-link',
    {
      config: { access: 'manage' },
      schema: {
        params: IdParams,
        body: Type.Optional(Nothing),
        response: { 200: Type.Object({ url: Type.String() }, strict) },
      },
    },
    async (request) => {
      const who = principalOf(request);
      const { id } = request.params;
      const base = origins.base(request.headers.origin);
      const secret = randomBytes(SECRET_BYTES).toString('base64url');
      await actOnStore(who, 'client.report-link', who.scope, async (turn, scoped) => {
        turn.record(id);
        const expiresAt = await endOfMaker(scoped, who.id);
        await scoped.clients.setReportKey(id, { hash: hashOf(secret), createdBy: who.id, expiresAt });
      });
      return { url: `${base}/report#${secret}` };
    },
  );

  http.delete(
    '/api/v1/clients/:id/report-link',
    { config: { access: 'manage' }, schema: { params: IdParams } },
    async (request, reply) => {
      const who = principalOf(request);
      const { id } = request.params;
      await actOnStore(who, 'client.report-link-removed', who.scope, (turn, { clients }) => {
        turn.record(id);
        return clients.setReportKey(id, null);
      });
      return reply.code(204).send();
    },
  );
}

/** The beginning of the stored hash: enough to tell links apart. */
function linkIdOf({ report_key_hash }: ClientRow): string {
  return Buffer.from(report_key_hash ?? [])
    .toString('hex')
    .slice(0, 16);
}

function hashOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}
