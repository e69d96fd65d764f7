import { parentPort, workerData } from 'node:worker_threads';
import { VigiaError } from '../../protocol/error.ts';
import { aggregate, MAX_RATE_GAP_MS } from './aggregate.ts';
import { decodeEntry, type Entry } from './entry.ts';
import { Journal } from './journal.ts';
import type { Answer, Question, SeriesCall, SeriesCalls, WorkerOptions } from './messages.ts';
import type { SeriesRequest, StoredReport } from './series-store.ts';

/** The series thread: owns the database, so that no commit and no query ever stops the sockets. */

const { path, retentionMs, positionsAfter, maxReportsPerQuery } = workerData as WorkerOptions;
const journal = new Journal(path, positionsAfter);

const decode = (entry: Entry): StoredReport => decodeEntry(entry, journal.schemas);

const handlers: { [C in SeriesCall]: (args: SeriesCalls[C]['args']) => SeriesCalls[C]['result'] } = {
  append: ({ entries, schemas, now }) => {
    // Before, because after it a failure would refuse what was kept.
    journal.tidy(now, retentionMs);
    return journal.append(entries, schemas, now);
  },
  replay: ({ after, limit }) => {
    const batches: { position: number; reports: StoredReport[] }[] = [];
    for (const { position, entries } of journal.batches(after)) {
      batches.push({ position, reports: entries.map(decode) });
      if (batches.length >= limit) break;
    }
    return batches;
  },
  latest: () => [...journal.latest()].map(decode),
  query,
  release: ({ position }) => {
    journal.release(position);
    return null;
  },
  remove: ({ deviceId }) => {
    journal.remove(deviceId);
    return null;
  },
  schemas: () => journal.schemas,
  close: () => {
    journal.close();
    return null;
  },
};

function query(request: SeriesRequest): SeriesCalls['query']['result'] {
  let entries: Entry[];
  try {
    // A counter needs the reading before the range.
    entries = journal.entries(request.deviceId, request.fromMs - MAX_RATE_GAP_MS, request.toMs, maxReportsPerQuery);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new VigiaError('range_too_large', `The range holds ${cause.message} of this device. Narrow it.`);
  }
  return aggregate(entries.map(decode), request);
}

parentPort?.on('message', (question: Question) => {
  const { id, call, args } = question;
  let answer: Answer;
  try {
    answer = { id, result: (handlers[call] as (args: unknown) => unknown)(args) };
  } catch (cause) {
    const code = cause instanceof VigiaError ? cause.code : 'unavailable';
    answer = { id, code, message: cause instanceof Error ? cause.message : String(cause) };
  }
  parentPort?.postMessage(answer);
  if (call === 'close') parentPort?.close();
});
parentPort?.postMessage({ id: 0, result: null } satisfies Answer);
