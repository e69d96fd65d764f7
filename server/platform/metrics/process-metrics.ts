import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Each sample wakes the process, also while nobody is there. */
const LOOP_RESOLUTION_MS = 50;
const nanosecondsPerSecond = 1e9;

/** One figure that is read when somebody scrapes. */
export function addGauge(registers: Registry[], name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read());
    },
  });
}

/** What the process uses, and how late it is. Returns what ends the sampling of the event loop. */
export function watchProcess(registers: Registry[]): () => void {
  const loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  loopDelay.enable();
  new Gauge({
    name: 'vigia_event_loop_lag_seconds',
    help: 'How late timers of the server fired since the last scrape: median, 99th percentile and worst.',
    labelNames: ['stat'],
    registers,
    collect() {
      for (const [stat, nanoseconds] of [
        ['median', loopDelay.percentile(50)],
        ['p99', loopDelay.percentile(99)],
        ['worst', loopDelay.max],
      ] as const) {
        // The sampled value includes the sampling period itself.
        this.labels(stat).set(Math.max(0, nanoseconds / nanosecondsPerSecond - LOOP_RESOLUTION_MS / 1000));
      }
      loopDelay.reset();
    },
  });
  addGauge(registers, 'process_resident_memory_bytes', 'Resident memory of the server.', () =>
    process.memoryUsage.rss(),
  );
  const startedAtSeconds = Date.now() / 1000 - process.uptime();
  addGauge(registers, 'process_start_time_seconds', 'When the server process started.', () => startedAtSeconds);
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time of the server.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  return () => loopDelay.disable();
}
