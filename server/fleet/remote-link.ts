import { remoteUrl } from '../domain/remote-url.ts';
import type { Row } from '../platform/store/tables.ts';

/** Opens a remote session to a machine: its own template, or else its client's, filled in; null without any. */
export function remoteLink(
  { remote_url, hostname, name, slug }: Pick<Row<'device'>, 'remote_url' | 'hostname' | 'name' | 'slug'>,
  client: Pick<Row<'client'>, 'slug' | 'remote_url'> | null | undefined,
  site: Pick<Row<'site'>, 'slug'> | null | undefined,
): string | null {
  const template = remote_url ?? client?.remote_url;
  if (!template) return null;
  return remoteUrl(template, { hostname, name, device: slug, client: client?.slug ?? '', site: site?.slug ?? '' });
}
