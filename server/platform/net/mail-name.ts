const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** The last part has a letter: four numbers are an address, and relays refuse addresses. */
const FULL_NAME = new RegExp(`^(?:${LABEL}\\.)+(?=[^.]*[a-z])${LABEL}$`, 'i');
/** Names of the machine itself and of small networks, which mean nothing to anybody else. */
const LOCAL = /(?:^|\.)(?:localhost|localdomain|local|lan|home|internal|invalid)$/i;

/** Whether a server of mail takes this name in a greeting: a full name of the DNS (RFC 5321, section 4.1.1.1). */
export function isMailName(name: string): boolean {
  return name.length <= 253 && FULL_NAME.test(name);
}

/** The name to greet servers of mail with: the public URL's host, or else this machine's own full name. Null if neither is one. */
export function mailNameOf(publicUrl: string | null, hostname: string): string | null {
  const candidates = [publicUrl === null ? '' : new URL(publicUrl).hostname, hostname];
  const names = candidates.map((name) => name.replace(/\.$/, ''));
  return names.find((name) => isMailName(name) && !LOCAL.test(name)) ?? null;
}
