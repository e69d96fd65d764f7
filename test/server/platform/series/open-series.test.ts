import { join } from 'node:path';
import t from 'tap';
import { openTestSeries } from '../../../support/open-test-series.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { conformance, START } from './conformance.ts';

conformance(t, async (t) => {
  const path = join(tempDir(t), 'series.db');
  let now = START;
  const opened = async () => (await openTestSeries(t, { path, now: () => now })).series;
  let series = await opened();
  return {
    get series() {
      return series;
    },
    async settleAt(ms) {
      now = START + ms;
      await series.settle();
    },
    async reopen() {
      await series.close();
      series = await opened();
    },
  };
});
