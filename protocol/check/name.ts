/** The name without the dot that marks it as absolute: certificates and servers do not know it. */
export function withoutDot(host: string): string {
  return host.length > 1 ? host.replace(/\.$/, '') : host;
}

/** The host of an address as sockets and certificates take it: IPv6 without its brackets, a name without its last dot. */
export function hostOf({ hostname }: URL): string {
  return withoutDot(hostname.replace(/^\[(.*)\]$/, '$1'));
}

/** What stands in `Host`. */
export function authorityOf(url: URL): string {
  return `${withoutDot(url.hostname)}${url.port === '' ? '' : `:${url.port}`}`;
}
