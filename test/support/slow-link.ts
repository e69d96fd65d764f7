import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { selfSigned } from '../../server/platform/security/self-signed.ts';
import { tempDir } from './temp-dir.ts';

/** Two machines with a long way between them, each known by a name whose first address answers nobody. Root alone makes them. */

/** Public ones, as far as anybody can tell: the server reaches out to no others. They are only in networks of the test's own. */
export const NEAR = { name: 'near.test', address: '11.77.0.1' } as const;
export const FAR = { name: 'far.test', address: '11.77.0.2' } as const;
export const PORTS = { vigia: 8420, web: 8080, hook: 8443, mail: 4650, tcp: 7000 } as const;

const DEAD_ADDRESS = '2a00:dead::1';
const hosts = [NEAR, FAR].map(({ name, address }) => `${DEAD_ADDRESS} ${name}\n${address} ${name}\n`).join('');

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** A process that waits in a network of its own, which has no way out yet, until it is told to become another by its line. */
function waitApart(t: Pick<Test, 'teardown'>, hostsFile: string): ChildProcess & { readonly pid: number } {
  const script = 'mount --bind "$1" /etc/hosts && read -r line && exec $line';
  const child = spawn('unshare', ['--net', '--mount', 'sh', '-c', script, 'sh', hostsFile], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (child.pid === undefined) throw new Error('There is no unshare.');
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return Object.assign(child, { pid: child.pid });
}

async function lineOf({ stdout }: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of stdout ?? []) {
    said += chunk;
    if (said.includes('\n')) break;
  }
  return said.trimEnd();
}

/** Plays what {@link path slow-link-near.ts} does over a way of so many ms in each direction. @returns the line that it prints */
export async function overSlowLink(t: Pick<Test, 'teardown'>, delayMs: number): Promise<string> {
  const folder = tempDir(t);
  const [hostsFile, certificateFile] = [join(folder, 'hosts'), join(folder, 'certificate.json')];
  writeFileSync(certificateFile, JSON.stringify(await selfSigned(tempDir(t), [FAR.name], Date.now())));
  writeFileSync(hostsFile, `127.0.0.1 localhost\n${hosts}`);
  const [near, far] = [waitApart(t, hostsFile), waitApart(t, hostsFile)];
  const ends = [near.pid, NEAR.address, far.pid, FAR.address].map(String);
  const link = spawn('perl', [path('./slow-link.pl'), String(delayMs), ...ends], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(async () => {
    link.stdin.end();
    if (link.exitCode === null && link.signalCode === null) await once(link, 'exit');
  });
  if ((await lineOf(link)) !== 'ready') throw new Error('The link does not stand.');
  far.stdin?.write(`${process.execPath} ${path('./slow-link-far.ts')} ${certificateFile}\n`);
  if ((await lineOf(far)) !== 'listening') throw new Error('Nobody is at the far end.');
  near.stdin?.write(`${process.execPath} ${path('./slow-link-near.ts')} ${far.pid} ${certificateFile}\n`);
  return lineOf(near);
}
