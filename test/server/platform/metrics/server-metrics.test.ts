import { spawnSync } from 'node:child_process';
import t from 'tap';
import { createServerMetrics } from '../../../../server/platform/metrics/server-metrics.ts';
import { until } from '../../../support/until.ts';

t.test('what happened and what waits is there to be scraped', async (t) => {
  const metrics = createServerMetrics('0.1.0');
  t.teardown(() => metrics.close());
  let waiting = 3;
  metrics.watchFigure({ name: 'vigia_agents_connected', help: 'Agents with a link.', read: () => 7 });
  const failing = () => [['evaluating', 0] as const, ['telling', 1] as const];
  metrics.watchFigure({ name: 'vigia_duty_failing', help: 'Whether it fails.', label: 'duty', read: failing });
  metrics.watchQueue('ingest', { limit: 1000, length: () => waiting });
  metrics.reportsCommitted(5);
  metrics.reportsCommitted(6);
  metrics.reportsLost(1);
  metrics.commitTook(30);

  const first = await metrics.text();
  for (const line of [
    'vigia_build_info{version="0.1.0"} 1',
    'vigia_agents_connected 7',
    'vigia_duty_failing{duty="evaluating"} 0',
    'vigia_duty_failing{duty="telling"} 1',
    'vigia_reports_total 11',
    'vigia_reports_lost_total 1',
    'vigia_ingest_commit_seconds_bucket{le="0.025"} 0',
    'vigia_ingest_commit_seconds_bucket{le="0.05"} 1',
    'vigia_ingest_commit_seconds_sum 0.03',
    'vigia_queue_length{queue="ingest"} 3',
    'vigia_queue_limit{queue="ingest"} 1000',
  ]) {
    t.ok(first.split('\n').includes(line), line);
  }
  waiting = 4;
  t.match(await metrics.text(), 'vigia_queue_length{queue="ingest"} 4');
  t.throws(() => metrics.watchQueue('ingest', { limit: 1, length: () => 0 }), /watched already/);
  t.throws(() => metrics.watchFigure({ name: 'vigia_agents_connected', help: 'x', read: () => 0 }), /registered/);
});

t.test('a blocked loop shows, and only until it was scraped', async (t) => {
  const metrics = createServerMetrics('0.1.0');
  t.teardown(() => metrics.close());
  const worst = async () => Number(/lag_seconds\{stat="worst"\} (\S+)/.exec(await metrics.text())?.[1]);
  // Longer than the 50 ms between samples: how late one is counts from the one before.
  await new Promise((resolve) => setTimeout(resolve, 60));
  // These 50 ms are taken off.
  const blockedUntil = performance.now() + 400;
  while (performance.now() < blockedUntil);
  await new Promise((resolve) => setTimeout(resolve, 30));
  t.ok((await worst()) > 0.2);
  // This machine may block it once more.
  const next = await until('a scrape after calm', async () => {
    const lag = await worst();
    return lag < 0.2 && lag;
  });
  t.ok(next < 0.2);
});

t.test('promtool finds nothing to mend', async (t) => {
  const metrics = createServerMetrics('0.1.0');
  t.teardown(() => metrics.close());
  metrics.watchFigure({ name: 'vigia_agents_connected', help: 'Agents with a link.', read: () => 0 });
  metrics.watchQueue('ingest', { limit: 1, length: () => 0 });
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: await metrics.text(),
    encoding: 'utf8',
  });
  t.strictSame({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
});
