import { join } from 'node:path';
import type { Test } from 'tap';
import { ownSeries } from '../../server/app/own-series.ts';
import type { EmbeddedSeries } from '../../server/platform/series/embedded-series.ts';
import { openSeries } from '../../server/platform/series/open-series.ts';
import type { SeriesOptions } from '../../server/platform/series/series-options.ts';
import { tempDir } from './temp-dir.ts';

/** Opens the embedded store in a folder of this test unless a path is given. It fails the test if it notes anything. */
export async function openTestSeries(
  t: Pick<Test, 'teardown' | 'fail'>,
  options: Partial<SeriesOptions> = {},
): Promise<{ series: EmbeddedSeries; path: string }> {
  const path = options.path ?? join(tempDir(t), 'series.db');
  const onFatal = (cause: Error) => t.fail(cause.message);
  const onNote = (sentence: string) => t.fail(sentence);
  const series = await openSeries({ ...ownSeries, path, now: () => Date.UTC(2026, 2, 1), onFatal, onNote, ...options });
  t.teardown(() => series.close());
  return { series, path };
}
