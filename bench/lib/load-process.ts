import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadCall, LoadCalls, LoadFigures } from '../load/messages.ts';
import { endWithUs } from './server-process.ts';

const entry = fileURLToPath(new URL('../load/main.ts', import.meta.url));

/** The agents of a measurement, in processes of their own. */
export class LoadProcesses {
  readonly #children: readonly LoadChild[];
  readonly #perChild: number;

  constructor(options: {
    readonly host: string;
    readonly port: number;
    readonly intervalMs: number;
    readonly agents: number;
    readonly processes: number;
    readonly reconnectAfterMs?: number;
  }) {
    const { agents, processes, ...shared } = options;
    this.#perChild = Math.ceil(agents / processes);
    this.#children = Array.from({ length: processes }, (_, index) => {
      const first = index * this.#perChild;
      return new LoadChild({ ...shared, first, count: Math.min(this.#perChild, agents - first) });
    });
  }

  async connect(perSecond: number, deadlineMs: number): Promise<number> {
    const share = perSecond / this.#children.length;
    const took = await this.#all('connect', { perSecond: share, deadlineMs });
    return Math.max(...took.map(({ tookMs }) => tookMs));
  }

  async report(): Promise<void> {
    await this.#all('report', {});
  }

  async begin(): Promise<void> {
    await this.#all('begin', {});
  }

  async figures(): Promise<LoadFigures> {
    return sum(await this.#all('figures', {}));
  }

  /** Stops to measure and waits until all that was made is acknowledged, or the deadline passes. */
  async settle(deadlineMs: number): Promise<LoadFigures> {
    return sum(await this.#all('settle', { deadlineMs }));
  }

  /** See {@link LoadCalls}. */
  end(index: number, way: 'leave' | 'die' | 'vanish'): Promise<number> {
    return this.#of(index).call('end', { index, way });
  }

  readOnly(index: number, isReadOnly: boolean): Promise<number> {
    return this.#of(index).call('readOnly', { index, isReadOnly });
  }

  async returns(): Promise<LoadCalls['returns']['result'][]> {
    return await this.#all('returns', {});
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.close()));
  }

  #all<C extends LoadCall>(call: C, args: LoadCalls[C]['args']): Promise<LoadCalls[C]['result'][]> {
    return Promise.all(this.#children.map((child) => child.call(call, args)));
  }

  #of(index: number): LoadChild {
    const child = this.#children[Math.floor(index / this.#perChild)];
    if (child === undefined) throw new RangeError(`no machine ${index}`);
    return child;
  }
}

class LoadChild {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (cause: Error) => void }>();
  #id = 0;
  readonly #ready: Promise<void>;

  constructor(options: object) {
    this.#child = fork(entry, [JSON.stringify(options)], { execArgv: ['--max-old-space-size=4096'] });
    endWithUs(this.#child);
    const ready = Promise.withResolvers<void>();
    this.#ready = ready.promise;
    this.#child.on('message', ({ id, result, error }: { id: number; result: never; error?: string }) => {
      if (id === 0) {
        ready.resolve();
        return;
      }
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(error));
    });
    this.#child.once('exit', (code) => {
      const cause = new Error(`a process of the load ended with ${code}`);
      ready.reject(cause);
      for (const { reject } of this.#waiting.values()) reject(cause);
    });
  }

  async call<C extends LoadCall>(call: C, args: LoadCalls[C]['args']): Promise<LoadCalls[C]['result']> {
    await this.#ready;
    this.#id += 1;
    const { promise, resolve, reject } = Promise.withResolvers<LoadCalls[C]['result']>();
    this.#waiting.set(this.#id, { resolve, reject });
    this.#child.send({ id: this.#id, call, args });
    return promise;
  }

  async close(): Promise<void> {
    if (!this.#child.connected) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    await this.call('close', {});
    await gone;
  }
}

function sum(parts: readonly LoadFigures[]): LoadFigures {
  const worst = (pick: (part: LoadFigures) => number | null): number | null =>
    parts.reduce<number | null>((most, part) => Math.max(most ?? 0, pick(part) ?? 0), null);
  const add = (pick: (part: LoadFigures) => number): number => parts.reduce((total, part) => total + pick(part), 0);
  return {
    made: add((part) => part.made),
    acknowledged: add((part) => part.acknowledged),
    acknowledgedEver: add((part) => part.acknowledgedEver),
    dropped: add((part) => part.dropped),
    sent: add((part) => part.sent),
    reportBytes: add((part) => part.reportBytes),
    wireBytes: add((part) => part.wireBytes),
    connected: add((part) => part.connected),
    connects: add((part) => part.connects),
    lostLinks: add((part) => part.lostLinks),
    unacknowledged: add((part) => part.unacknowledged),
    cpuSeconds: add((part) => part.cpuSeconds),
    rssBytes: add((part) => part.rssBytes),
    ackP50Ms: worst((part) => part.ackP50Ms),
    ackP99Ms: worst((part) => part.ackP99Ms),
    lateP99Ms: worst((part) => part.lateP99Ms),
    endings: Object.assign({}, ...parts.map((part) => part.endings)) as Record<string, number>,
  };
}
