import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { VigiaError } from '../../protocol/error.ts';
import type { Config } from './config/config.ts';

/**
 * Connections that wait to be accepted. After an outage a fleet knocks within seconds; the kernel drops what does not fit, and asks
 * again on its own after 1, 3, 7, 15 s. It cuts the number to its own limit (`net.core.somaxconn`, on Linux 4,096).
 */
const BACKLOG = 4_096;

/** Listens. @throws VigiaError port_in_use, address_unavailable, with what to do */
export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  server.listen({ host, port, backlog: BACKLOG });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new VigiaError(
        'port_in_use',
        `Another process listens on ${host}:${port}. Stop it or set VIGIA_PORT to another port.`,
      );
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new VigiaError(
        'address_unavailable',
        `This machine has no address ${host}. Set VIGIA_HOST to one of its own.`,
      );
    }
    if (code === 'EACCES') {
      throw new VigiaError(
        'address_unavailable',
        `Listening on ${host}:${port} is not permitted. Ports below 1024 need a privilege; set VIGIA_PORT.`,
      );
    }
    throw cause;
  }
}

/** By which names and addresses others reach a server with these settings, as far as they say. */
export function publicHosts({ host, publicUrl }: Pick<Config, 'host' | 'publicUrl'>): string[] {
  return [...(publicUrl ? [new URL(publicUrl).hostname] : []), ...(isAny(host) ? [] : [host])];
}

/** Where a server that listens can be reached from this machine. */
export function originOf({ address, port, family }: AddressInfo, isSecure: boolean): string {
  const host = isAny(address) ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return `${isSecure ? 'https' : 'http'}://${host}:${port}`;
}

function isAny(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
