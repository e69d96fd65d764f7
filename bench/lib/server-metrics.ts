import { metricIn } from './client.ts';

/** What the server says of itself, as read from two scrapes. */

/**
 * A quantile of a histogram over what was counted between two scrapes, interpolated within its bucket as Prometheus does;
 * null if nothing was counted. In the unit of the metric.
 */
export function quantileBetween(before: string, after: string, metric: string, share: number): number | null {
  const buckets = bucketsIn(after, metric).map(({ upTo, count }) => ({
    upTo,
    count: count - (bucketsIn(before, metric).find((bucket) => bucket.upTo === upTo)?.count ?? 0),
  }));
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return null;
  const rank = share * total;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[index];
  const below = buckets[index - 1] ?? { upTo: 0, count: 0 };
  if (bucket === undefined || !Number.isFinite(bucket.upTo)) return below.upTo;
  return below.upTo + ((bucket.upTo - below.upTo) * (rank - below.count)) / (bucket.count - below.count);
}

function bucketsIn(text: string, metric: string): { upTo: number; count: number }[] {
  const found = [...text.matchAll(new RegExp(`^${metric}_bucket\\{le="([^"]+)"\\} (\\S+)$`, 'gm'))];
  return found.map(([, upTo, count]) => ({
    upTo: upTo === '+Inf' ? Number.POSITIVE_INFINITY : Number(upTo),
    count: Number(count),
  }));
}

/** How late timers fired since the scrape before, ms. */
export function loopLag(text: string): { p99Ms: number; worstMs: number } {
  const read = (stat: string): number => metricIn(text, `vigia_event_loop_lag_seconds{stat="${stat}"}`) * 1000;
  return { p99Ms: read('p99'), worstMs: read('worst') };
}
