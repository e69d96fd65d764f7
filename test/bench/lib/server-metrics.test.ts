import t from 'tap';
import { metricIn } from '../../../bench/lib/client.ts';
import { loopLag, quantileBetween } from '../../../bench/lib/server-metrics.ts';

const buckets = (counts: readonly number[]): string =>
  ['0.1', '0.2', '+Inf'].map((upTo, index) => `commit_bucket{le="${upTo}"} ${counts[index]}`).join('\n');

t.test('a quantile of what was counted between two scrapes', async (t) => {
  const between = (before: readonly number[], after: readonly number[], share: number) =>
    quantileBetween(buckets(before), buckets(after), 'commit', share);
  t.equal(between([5, 5, 5], [5, 5, 5], 0.99), null, 'nothing was counted');
  t.equal(between([0, 0, 0], [100, 100, 100], 0.5), 0.05, 'in the middle of the first bucket');
  t.equal(between([10, 10, 10], [10, 110, 110], 0.5)?.toFixed(3), '0.150', 'what was before does not count');
  t.equal(between([0, 0, 0], [0, 0, 10], 0.99), 0.2, 'beyond the last bound there is no more to say');
});

t.test('a metric in a scrape', async (t) => {
  const text = '# HELP a b\na 1\nab 2\na{x="1"} 3\nvigia_event_loop_lag_seconds{stat="p99"} 0.0125\n';
  t.equal(metricIn(text, 'a'), 1);
  t.equal(metricIn(text, 'ab'), 2);
  t.equal(metricIn(text, 'a{x="1"}'), 3);
  t.ok(Number.isNaN(metricIn(text, 'b')));
  t.equal(loopLag(text).p99Ms, 12.5);
});
