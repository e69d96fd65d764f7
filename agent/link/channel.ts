import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ProtocolError, VigiaError } from '../../protocol/error.ts';
import { FramingError } from '../../protocol/socket/message.ts';

/**
 * What stands between agent and server. On TLS the agent judges the certificate itself: the server's identity key signs
 * the hash of the certificate that it presents, so that nobody can sit in between with another one.
 */
export type Channel =
  | { readonly kind: 'loopback' }
  | {
      readonly kind: 'tls';
      /** SHA-256 of the certificate that the other end showed, over its DER form. */
      readonly certificateHash: Uint8Array;
      /** Whether an authority that this machine trusts vouches for it and for the name. */
      readonly isAuthorized: boolean;
    };

/** The channel of an established connection. @throws VigiaError `plaintext_refused` if it is neither TLS nor loopback. */
export function channelOf(socket: Socket): Channel {
  const { encrypted, authorized } = socket as Partial<TLSSocket>;
  if (encrypted === true) {
    const certificate = (socket as TLSSocket).getPeerCertificate().raw ?? Buffer.alloc(0);
    const certificateHash = createHash('sha256').update(certificate).digest();
    return { kind: 'tls', certificateHash, isAuthorized: authorized === true };
  }
  // The name was checked before; here the address that it led to.
  if (isLoopback(socket.remoteAddress ?? '')) return { kind: 'loopback' };
  throw plaintextRefused(socket.remoteAddress ?? 'an unknown address');
}

/**
 * Whether the channel leads to the server that signed `certificateHash`: it showed that certificate, or a TLS proxy that the
 * machine's authorities vouch for stands in front of it, or nothing but this machine is in between.
 */
export function channelFits(channel: Channel, certificateHash: Uint8Array): boolean {
  if (channel.kind === 'loopback' || channel.isAuthorized) return true;
  return sameBytes(channel.certificateHash, certificateHash);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether a host name or address is this machine, by what it says alone. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/, '');
  return address === 'localhost' || address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address);
}

function plaintextRefused(host: string): VigiaError {
  return new VigiaError(
    'plaintext_refused',
    `Agents talk to ${host} over TLS only, because it is not this machine. Use the https:// address of the server.`,
  );
}

/**
 * The base address of a server as the user wrote it.
 * @throws VigiaError `usage` if it is no http(s) address, `plaintext_refused` for http off loopback
 */
export function parseServerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new VigiaError('usage', `"${text}" is no address of a server. Write it like https://vigia.example.com:8420`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw plaintextRefused(url.hostname);
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}

/** An address below the base address of the server. */
export function serverPath(server: URL, path: string): URL {
  const url = new URL(server);
  url.pathname = server.pathname.replace(/\/+$/, '') + path;
  return url;
}

/** One sentence for a connection that could not be made or broke, and what to look at. */
export function connectionFault(error: unknown, url: URL): VigiaError {
  if (error instanceof VigiaError) return error;
  if (error instanceof FramingError && error.closeCode === 1009) return new ProtocolError('frame_too_large');
  const { code = '', message } = error as NodeJS.ErrnoException;
  const at = url.host;
  const sentences = new Map([
    [
      'ECONNREFUSED',
      `Nothing listens at ${at}: the connection was refused. Is the server running, and is the port right?`,
    ],
    ['ENOTFOUND', `The name ${url.hostname} is not known. Is the address right, and does this machine resolve names?`],
    ['EAI_AGAIN', `The name ${url.hostname} could not be resolved now. Does this machine reach its name server?`],
    ['ETIMEDOUT', `${at} did not answer in time. Is a firewall in between?`],
    ['EHOSTUNREACH', `There is no way from this machine to ${at}. Is the network up?`],
    ['ENETUNREACH', `There is no way from this machine to ${at}. Is the network up?`],
    ['ECONNRESET', `${at} broke the connection off. Is it the address of a Vigia server, and https where it must be?`],
  ]);
  const sentence = sentences.get(code);
  if (sentence !== undefined) return new VigiaError('server_unreachable', sentence, { errno: code });
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return new VigiaError('server_not_vigia', `${at} does not speak TLS. Is it an http:// address?`, { errno: code });
  }
  if (code.startsWith('HPE_')) return notVigia(url, 'its answer is not HTTP');
  return new VigiaError('server_unreachable', `The connection to ${at} failed: ${message}`, { errno: code });
}

export function notVigia(url: URL, why: string): VigiaError {
  return new VigiaError('server_not_vigia', `What answers at ${url.host} is not a Vigia server: ${why}.`);
}

/** Anybody can answer at an address: what is said there without proof is for the log, and moves nothing. */
export function unproven({ host }: URL, code: string, message: string): VigiaError {
  return new VigiaError(
    'server_unproven',
    `What answers at ${host} has not proved that it is this agent's server. It says ${code}: ${message}`,
  );
}

export function noWebSocket({ host }: URL): VigiaError {
  return new VigiaError(
    'no_websocket',
    `The proxy at ${host} does not pass WebSockets on: the request reached the server without its Upgrade header. Let the proxy pass Upgrade and Connection; docs/proxy.md shows how.`,
  );
}
