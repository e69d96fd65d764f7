import type { Client, Site } from '../../../protocol/api/view.ts';
import type { ClientRow, SiteRow } from '../../platform/store/state-port.ts';

/** Rows as documents. Each names its fields, so that a new column is never shown by accident. */

export function clientView({ id, slug, name, remote_url, report_key_hash }: ClientRow): Client {
  return { id, slug, name, remoteUrl: remote_url, hasReportLink: report_key_hash !== null };
}

export function siteView({ id, client_id, slug, name }: SiteRow): Site {
  return { id, clientId: client_id, slug, name };
}
