import { parentPort, workerData } from 'node:worker_threads';
import { VigiaError } from '../../../protocol/error.ts';
import { freezePrototypes } from '../../../protocol/frozen-prototypes.ts';
import type { Answer, Call, Calls, Cancel, Question, ThreadOptions } from './calls.ts';
import { Engine } from './engine/engine.ts';
import { Queries } from './read/queries.ts';
import { query, queryFleet } from './read/query.ts';

/** The series thread: owns the database, so that no commit and no query ever stops the sockets. */

const answer = (message: Answer, handedOver: ArrayBuffer[] = []): void => parentPort?.postMessage(message, handedOver);

function createHandlers(engine: Engine): { [C in Call]: (args: Calls[C]['args'], id: number) => Answered<C> } {
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

freezePrototypes();
let engine: Engine | undefined;
let refusal: unknown;
try {
  engine = new Engine(workerData as ThreadOptions, {
    onDamage: (damage) => answer({ damage }),
    onNote: (note) => answer({ note }),
  });
} catch (cause) {
  refusal = cause;
}
const queries = new Queries({ add: (work) => engine?.slices.add(work) });
const handlers = engine && createHandlers(engine);

parentPort?.on('message', (message: Question | Cancel) => {
  if ('cancel' in message) queries.cancel(message.cancel);
  else void handle(message);
});

/** Rows are handed over, not copied. */
function buffersOf({ before, batches }: Calls['replay']['result']): ArrayBuffer[] {
  return [before, ...batches.map(({ rows }) => rows)].flatMap((rows) => (rows ? [rows.buffer as ArrayBuffer] : []));
}

async function handle({ id, call, args }: Question): Promise<void> {
  try {
    if (!handlers) throw refusal;
    const handler = handlers[call] as (args: unknown, id: number) => unknown;
    const result = handler(args, id);
    answer(
      { id, result: result instanceof Promise ? await result : result },
      call === 'replay' ? buffersOf(result as Calls['replay']['result']) : [],
    );
  } catch (cause) {
    const code = cause instanceof VigiaError ? cause.code : 'unavailable';
    answer({ id, code, message: cause instanceof Error ? cause.message : String(cause) });
  }
  if (call === 'close') parentPort?.close();
}
