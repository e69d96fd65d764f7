import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Call, Calls, Cancel, Question, ThreadOptions } from './calls.ts';
import { Engine } from './engine/engine.ts';
import type { EnginePorts } from './engine/ports.ts';
import { Queries } from './read/queries.ts';
import { query, queryFleet } from './read/query.ts';
import { SeriesError } from './series-error.ts';

const answer = (message: Answer, handedOver: ArrayBuffer[] = []): void => parentPort?.postMessage(message, handedOver);

type Handlers = { readonly [C in Call]: (args: Calls[C]['args'], id: number) => Answered<C> };

function createHandlers(engine: Engine, queries: Queries): Handlers {
  return {
    open: ({ positionsAfter }) => engine.known(positionsAfter),
    append: (args) => engine.append(args),
    replay: ({ walk, after }) => engine.replay(walk, after),
    endReplay: ({ walk }) => nothing(engine.endReplay(walk)),
    extents: ({ hosts }) => engine.extents(hosts),
    latest: ({ hosts }) => engine.latest(hosts),
    query: (request, id) => queries.ask(id, () => query(engine.source, request)),
    queryFleet: (request, id) => queries.ask(id, () => queryFleet(engine.source, request)),
    clockSet: (step) => nothing(engine.clockSet(step)),
    release: ({ position }) => nothing(engine.release(position)),
    remove: ({ host }) => nothing(engine.remove(host)),
    usage: () => engine.usage(),
    backup: ({ path }) => engine.backup(path),
    tick: (time) => nothing(engine.tick(time)),
    settle: async (time) => {
      engine.tick(time, true);
      while (!engine.isSettled) await new Promise(setImmediate);
      return null;
    },
    close: () => nothing(engine.close()),
  };
}

type Answered<C extends Call> = Calls[C]['result'] | Promise<Calls[C]['result']>;

/** The answer of what only does something. */
function nothing(_done: unknown): null {
  return null;
}

/**
 * To be called in a thread of its own, which `openSeries` starts: it owns the database, so that no commit and no query ever stops
 * the thread that asks.
 */
export function serveSeries(ports: EnginePorts): void {
  const series = open(ports);
  parentPort?.on('message', (message: Question | Cancel) => {
    if ('cancel' in message) series.queries?.cancel(message.cancel);
    else void handle(series, message);
  });
}

/** What questions are answered by; or why the database could not be opened, which all of them are answered with. */
type Opened =
  | { readonly handlers: Handlers; readonly queries: Queries }
  | { readonly refusal: unknown; readonly queries: null };

function open(ports: EnginePorts): Opened {
  try {
    const engine = new Engine(
      workerData as ThreadOptions,
      { onDamage: (damage) => answer({ damage }), onNote: (note) => answer({ note }) },
      ports,
    );
    const queries = new Queries({ add: (work) => engine.slices.add(work) });
    return { handlers: createHandlers(engine, queries), queries };
  } catch (refusal) {
    return { refusal, queries: null };
  }
}

/** Rows are handed over, not copied. */
function buffersOf({ before, batches }: Calls['replay']['result']): ArrayBuffer[] {
  return [before, ...batches.map(({ rows }) => rows)].flatMap((rows) => (rows ? [rows.buffer as ArrayBuffer] : []));
}

async function handle(series: Opened, { id, call, args }: Question): Promise<void> {
  try {
    if (!('handlers' in series)) throw series.refusal;
    const handler = series.handlers[call] as (args: unknown, id: number) => unknown;
    const result = handler(args, id);
    answer(
      { id, result: result instanceof Promise ? await result : result },
      call === 'replay' ? buffersOf(result as Calls['replay']['result']) : [],
    );
  } catch (cause) {
    const code = cause instanceof SeriesError ? cause.code : 'unavailable';
    answer({ id, code, message: cause instanceof Error ? cause.message : String(cause) });
  }
  if (call === 'close') parentPort?.close();
}
