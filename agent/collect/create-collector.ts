import type { Collector, CollectorOptions } from './collector.ts';
import { createLinuxCollector } from './linux/collector.ts';
import { createPortableCollector } from './portable.ts';

/** A collector for the platform: /proc, /sys and `statfs` on Linux, `os` and `statfs` elsewhere. */
export function createCollector(options: CollectorOptions = {}): Collector {
  const platform = options.platform ?? process.platform;
  return platform === 'linux' ? createLinuxCollector(options) : createPortableCollector(platform, options);
}
