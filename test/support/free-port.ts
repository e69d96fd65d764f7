import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const LOWEST = 10_240;
const TRIES = 100;

/**
 * A port of the loopback interface that nobody listens on now: for servers that must come back at the same address, and for
 * addresses where nobody listens. It is none of those that the kernel gives to whoever asks for any port, and to each connection
 * that begins here: one of them may be taken by another test between two starts of a server.
 * @throws Error when none of a hundred is free
 */
export async function freePort(): Promise<number> {
  const given = lowestGivenOut();
  const below = given > LOWEST + TRIES ? given : 65_536;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(LOWEST, below);
    if (await isFree(port)) return port;
  }
  throw new Error(`none of ${TRIES} ports is free`);
}

function lowestGivenOut(): number {
  if (process.platform !== 'linux') return 32_768;
  return Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false; // taken, or kept back by this system
  }
  server.close();
  await once(server, 'close');
  return true;
}
