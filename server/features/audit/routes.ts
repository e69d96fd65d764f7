import { Readable } from 'node:stream';
import { type Static, Type } from 'typebox';
import { AuditActions, AuditRow } from '../../../protocol/api/audit.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { csvLine } from '../../platform/http/csv.ts';
import { strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { MAX_PAGE, PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { parseTimeRange } from '../../platform/http/time-range.ts';
import type { AuditFilter } from '../../platform/store/audit/log.ts';
import type { StatePort } from '../../platform/store/state-port.ts';
import { type AuditViews, createAuditViews } from './views.ts';

const Text = Type.String({ minLength: 1, maxLength: 256 });
const search = {
  actor: Type.Optional(Text),
  action: Type.Optional(Text),
  object: Type.Optional(Text),
  from: Type.Optional(Type.String({ maxLength: 40 })),
  to: Type.Optional(Type.String({ maxLength: 40 })),
};
const Search = Type.Object({ ...pageQuery, ...search }, strict);
const CsvSearch = Type.Object(search, strict);
type Asked = Static<typeof CsvSearch>;

/** A file that a spreadsheet still opens. */
const MAX_CSV_ROWS = 200_000;
const columns = ['row', 'at', 'actor', 'actorName', 'action', 'words', 'object', 'detail'] as const;

export interface AuditRouteNeeds {
  readonly state: StatePort;
  /** With the words in which people read them. */
  readonly actions: Readonly<Record<string, string>>;
  readonly clock: () => number;
}

/** Who did what: newest first, by person, action, object and time, also as a file. */
export function auditRoutes(http: Http, { state, actions, clock }: AuditRouteNeeds): void {
  const viewsOf = () => createAuditViews(state, actions);
  const config = { access: 'manage', everyClient: true } as const;

  http.get(
    '/api/v1/audit',
    { config, schema: { querystring: Search, response: { 200: PageOf(AuditRow) } } },
    async (request) => {
      const page = await state.audit.list(filterOf(request.query, clock()), pageRequest(request.query));
      return { items: await viewsOf().of(page.items), next: page.next };
    },
  );

  http.get('/api/v1/audit-actions', { config, schema: { response: { 200: AuditActions } } }, async () => ({
    items: Object.entries(actions).map(([action, words]) => ({ action, words })),
  }));

  http.get('/api/v1/audit.csv', { config, schema: { querystring: CsvSearch } }, async (request, reply) => {
    const filter = filterOf(request.query, clock());
    if ((await state.audit.count(filter)) > MAX_CSV_ROWS) {
      throw refused('range_too_large', said('refused.audit.too-many', { most: MAX_CSV_ROWS }));
    }
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="audit.csv"')
      .send(Readable.from(csvOf(state, viewsOf(), filter)));
  });
}

/** @throws VigiaError validation_failed for times that are none */
function filterOf({ actor, action, object, from, to }: Asked, nowMs: number): AuditFilter {
  const isTimed = from !== undefined || to !== undefined;
  const range = isTimed ? parseTimeRange({ from: from ?? '0', ...(to !== undefined && { to }) }, nowMs) : {};
  return {
    ...(actor !== undefined && { actor }),
    ...(action !== undefined && { action }),
    ...(object !== undefined && { subject: object }),
    ...range,
  };
}

/** Page after page, so that nobody waits for all of it and no more than one is in memory. */
async function* csvOf(state: StatePort, views: AuditViews, filter: AuditFilter): AsyncGenerator<string> {
  yield csvLine(columns);
  for (let cursor: string | undefined; ; ) {
    const page = await state.audit.list(filter, { limit: MAX_PAGE, cursor });
    const rows = await views.of(page.items);
    const lines = rows.map(({ row, at, actor, action, words, object, detail }) =>
      csvLine([row, at, actor.id, actor.name, action, words, object, JSON.stringify(detail)]),
    );
    yield lines.join('');
    if (page.next === null) return;
    cursor = page.next;
  }
}
