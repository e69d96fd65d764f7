import { parentPort, workerData } from 'node:worker_threads';
import { VigiaError } from '../../protocol/error.ts';
import { aggregate } from './aggregate.ts';
import { decodeEntry, type Entry } from './entry.ts';
import { Journal } from './journal.ts';
import type { Answer, Question, SeriesCall, SeriesCalls } from './messages.ts';
import type { SeriesRequest, StoredReport } from './series-store.ts';

/** The series thread: owns the database, so that no commit and no query ever stops the sockets. */

const { path, retentionMs } = workerData as { path: string; retentionMs: number };
const journal = new Journal(path);

/** One question may read this many reports: two days of a device at 1 s. */
const MAX_REPORTS_PER_QUERY = 180_000;
/** A counter needs the reading before the range. */
const LOOK_BACK_MS = 10 * 60_000;

const decode = (entry: Entry): StoredReport => decodeEntry(entry, journal.schemas);

const handlers: { [C in SeriesCall]: (args: SeriesCalls[C]['args']) => SeriesCalls[C]['result'] } = {
  append: ({ entries, schemas, now }) => {
    const position = journal.append(entries, schemas, now);
    journal.tidy(now, retentionMs);
    return position;
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
    entries = journal.entries(request.deviceId, request.fromMs - LOOK_BACK_MS, request.toMs, MAX_REPORTS_PER_QUERY);
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
