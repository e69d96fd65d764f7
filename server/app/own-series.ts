import { SentenceError } from '../../protocol/error.ts';
import type { SeriesOptions } from '../platform/series/series-options.ts';

/** What this server lends to its series: the thread with its ports, and faults that the API and the command line explain. */
export const ownSeries = {
  thread: new URL('./series-thread.ts', import.meta.url),
  failure: (code, message) => new SentenceError(code, message),
} satisfies Partial<SeriesOptions>;
