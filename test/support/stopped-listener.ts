import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';

const program = `
  require('node:net').createServer((socket) => socket.on('error', () => {}).end('here'))
    .listen({ port: Number(process.argv[2] ?? 0), host: process.argv[1], backlog: 1 }, function () {
      console.log(this.address().port);
    });`;

/** So long a full queue of the kernel answers nothing, and one that is not full has answered. */
const UNANSWERED_MS = 300;

export interface StoppedListener {
  readonly port: number;
  /** Takes connections from now on: those under way come about when they are asked for again, after 1 s, 3 s, 7 s. */
  goOn(): void;
}

/** A port whose queue is full: connections to it are neither taken nor refused, as over a link that is slow or dead. */
export async function stoppedListener(t: Pick<Test, 'teardown'>, host: string, port = 0): Promise<StoppedListener> {
  const child = spawn(process.execPath, ['-e', program, host, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [text] = await once(child.stdout, 'data');
  const actual = Number(text);
  child.kill('SIGSTOP');
  const fillers: Socket[] = [];
  t.teardown(() => {
    for (const filler of fillers) filler.destroy();
  });
  for (;;) {
    const filler = connect(actual, host).on('error', () => undefined);
    fillers.push(filler);
    const isTaken = await Promise.race([once(filler, 'connect').then(() => true), sleep(UNANSWERED_MS, false)]);
    if (!isTaken) break;
  }
  return { port: actual, goOn: () => void child.kill('SIGCONT') };
}
