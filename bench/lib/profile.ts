import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';

/** A CPU profile of every thread of a server that listens for a debugger. */
export interface Profiling {
  /** Stops, writes a `.cpuprofile` a thread into the folder and returns a table of where each thread spent its time. */
  finish(folder: string): Promise<string>;
}

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const SAMPLE_EVERY_US = 500;
const SHOWN_FUNCTIONS = 45;

export async function startProfiling(inspectorUrl: string): Promise<Profiling> {
  const socket = new WebSocket(inspectorUrl, { maxPayload: 2 ** 30 });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const waiting = new Map<string, (result: unknown) => void>();
  const workers = new Map<string, string>();
  let id = 0;
  const main = (method: string, params: object = {}): Promise<unknown> => {
    id += 1;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => waiting.set(`main ${id}`, resolve));
  };
  const worker = (sessionId: string, method: string, params: object = {}): Promise<unknown> => {
    id += 1;
    const message = JSON.stringify({ id, method, params });
    const answer = new Promise<unknown>((resolve) => waiting.set(`${sessionId} ${id}`, resolve));
    return main('NodeWorker.sendMessageToWorker', { sessionId, message }).then(() => answer);
  };
  const settle = (owner: string, message: { id?: number; result?: unknown }): void => {
    const key = `${owner} ${message.id}`;
    waiting.get(key)?.(message.result);
    waiting.delete(key);
  };
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as {
      id?: number;
      result?: unknown;
      method?: string;
      params: { sessionId: string; message: string; workerInfo: { title: string; url: string } };
    };
    if (message.id !== undefined) settle('main', message);
    else if (message.method === 'NodeWorker.receivedMessageFromWorker') {
      settle(message.params.sessionId, JSON.parse(message.params.message) as { id?: number; result?: unknown });
    } else if (message.method === 'NodeWorker.attachedToWorker') {
      const { workerInfo, sessionId } = message.params;
      workers.set(sessionId, workerInfo.url.split('/').slice(-2).join('/'));
    }
  });
  await main('NodeWorker.enable', { waitForDebuggerOnStart: false });
  await main('Profiler.enable');
  await main('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
  await main('Profiler.start');
  for (const sessionId of workers.keys()) {
    await worker(sessionId, 'Profiler.enable');
    await worker(sessionId, 'Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
    await worker(sessionId, 'Profiler.start');
  }
  return {
    async finish(folder) {
      const tables: string[] = [];
      const take = (thread: string, result: unknown): void => {
        const { profile } = result as { profile: CpuProfile };
        writeFileSync(join(folder, `${thread.replace(/[^\w.-]/g, '_')}.cpuprofile`), JSON.stringify(profile));
        tables.push(selfTimes(thread, profile));
      };
      take('main', await main('Profiler.stop'));
      for (const [sessionId, name] of workers) take(name, await worker(sessionId, 'Profiler.stop'));
      socket.terminate();
      return tables.join('\n\n');
    },
  };
}

/** The functions with the most time of their own, as a Markdown table. Shares are of the busy time of the thread. */
function selfTimes(thread: string, { nodes, samples, timeDeltas }: CpuProfile): string {
  const nameOf = new Map(
    nodes.map(({ id, callFrame }) => {
      const place =
        callFrame.url === '' ? '' : ` (${callFrame.url.split('/').slice(-3).join('/')}:${callFrame.lineNumber + 1})`;
      return [id, `${callFrame.functionName || '(anonymous)'}${place}`] as const;
    }),
  );
  const selfUs = new Map<string, number>();
  let totalUs = 0;
  let idleUs = 0;
  for (const [index, sample] of samples.entries()) {
    const us = timeDeltas[index] ?? 0;
    const name = nameOf.get(sample) ?? '(unknown)';
    totalUs += us;
    if (name === '(idle)') idleUs += us;
    else selfUs.set(name, (selfUs.get(name) ?? 0) + us);
  }
  const busyUs = totalUs - idleUs;
  const rows = [...selfUs]
    .sort((a, b) => b[1] - a[1])
    .slice(0, SHOWN_FUNCTIONS)
    .map(([name, us]) => `| ${((100 * us) / busyUs).toFixed(1)} % | ${(us / 1000).toFixed(0)} ms | ${name} |`);
  const share = ((100 * busyUs) / totalUs).toFixed(1);
  return [
    `## ${thread}: busy ${share} % of ${(totalUs / 1e6).toFixed(1)} s`,
    '',
    '| of busy | self | function |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
}
