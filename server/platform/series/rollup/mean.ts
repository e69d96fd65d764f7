import type { MetricDescriptor } from '../../../../protocol/wire/metric.ts';

/** Decimal places to which means are kept at least; of bytes only whole ones. */
const MEAN_DECIMALS = 4;

/** Decimal places that the mean of a metric's scaled integers keeps. */
export function extraDecimals(descriptor: MetricDescriptor): number {
  return descriptor.unit === 'bytes' ? 0 : Math.max(0, MEAN_DECIMALS - descriptor.decimals);
}

/** Rounds the mean of scaled integers. What a double cannot hold to so many places is left as it is. */
export function roundMean(mean: number, extra: number): number {
  const scale = 10 ** extra;
  const scaled = mean * scale;
  // Adding 0 turns -0 into 0, which takes less room.
  return Math.abs(scaled) < 2 ** 52 ? Math.round(scaled) / scale + 0 : mean;
}
