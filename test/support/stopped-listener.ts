import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { freePort } from './free-port.ts';

const program = `
  require('node:net').createServer((socket) => socket.on('error', () => {}).end('here'))
    .listen({ port: Number(process.argv[2]), host: process.argv[1], backlog: 1 }, function () {
      console.log(this.address().port);
    });`;

/** So long a full queue of the kernel answers nothing: one that is not full answers at once, and this process need only look. */
const UNANSWERED_MS = 300;

export interface StoppedListener {
  readonly port: number;
  /** Takes connections from now on: those under way come about when they are asked for again, after 1 s, 3 s, 7 s. */
  goOn(): void;
}

/** A port whose queue is full: connections to it are neither taken nor refused, as over a link that is slow or dead. */
export async function stoppedListener(
  t: Pick<Test, 'teardown'>,
  host: string,
  wanted?: number,
): Promise<StoppedListener> {
  // Others listen at the same port of other addresses of the loopback interface.
  const port = wanted ?? (await freePort());
  const child = spawn(process.execPath, ['-e', program, host, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [text] = await once(child.stdout, 'data');
  await stun(t, child, Number(text), host);
  return { port: Number(text), goOn: () => void child.kill('SIGCONT') };
}

/** Stops the process that listens at this port, and fills its queue. */
export async function stun(
  t: Pick<Test, 'teardown'>,
  child: ChildProcess,
  port: number,
  host = '127.0.0.1',
): Promise<void> {
  child.kill('SIGSTOP');
  const fillers: Socket[] = [];
  t.teardown(() => {
    for (const filler of fillers) filler.destroy();
  });
  let isTaken = true;
  while (isTaken) {
    isTaken = false;
    const filler = connect(port, host).on('error', () => undefined);
    fillers.push(filler);
    const taken = once(filler, 'connect').then(() => {
      isTaken = true;
    });
    await Promise.race([taken, sleep(UNANSWERED_MS)]);
    // When this process itself stood still, its timers come before the news from its sockets.
    for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  }
}
