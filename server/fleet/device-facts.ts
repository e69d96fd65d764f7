import type { DeviceFacts } from '../domain/sla/sources.ts';
import type { Row } from '../platform/store/tables.ts';

const known = new WeakMap<Row<'device'>, DeviceFacts>();

/** What availability and maintenance ask of a device. Its tags are read once for each row. */
export function deviceFacts(info: Row<'device'>): DeviceFacts {
  let facts = known.get(info);
  if (!facts) {
    const tags = JSON.parse(info.tags_json) as string[];
    facts = { id: info.id, clientId: info.client_id, siteId: info.site_id, kind: info.kind, tags };
    known.set(info, facts);
  }
  return facts;
}
