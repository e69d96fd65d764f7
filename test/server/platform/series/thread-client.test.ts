import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import t from 'tap';
import { openTestSeries } from '../../../support/open-test-series.ts';
import { at } from './conformance.ts';

t.test('the death of the thread is fatal, once, and nothing hangs on it', async (t) => {
  const started = once(process, 'worker') as Promise<[Worker]>;
  const causes: string[] = [];
  const { series } = await openTestSeries(t, { onFatal: (cause) => causes.push(cause.message) });
  const [worker] = await started;
  const ended = once(worker, 'exit');
  // Asked while it dies: were it asked before, it might have committed by then.
  const dying = worker.terminate();
  const appending = series.append([at(0)]);
  await t.rejects(appending, { message: 'The series thread ended.' });
  await dying;
  await ended;
  t.same(causes, ['The series thread ended.']);
  const failed = { code: 'unavailable', message: 'The series store has failed: The series thread ended.' };
  await t.rejects(series.append([at(0)]), failed);
  await t.rejects(series.latest(), failed);
  await series.close();
  t.equal(causes.length, 1);
});
