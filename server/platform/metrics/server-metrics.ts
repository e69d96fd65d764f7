import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { addGauge, watchProcess } from './process-metrics.ts';
import { type StorageReading, watchStorage } from './storage-metrics.ts';

/** A bounded queue of the server: its bound, and how long it is when asked. */
export interface QueueReading {
  readonly limit: number;
  length(): number;
  /** For how long the oldest has waited beyond its time, ms. */
  oldestMs?(): number;
}

/** One number of the server, read when somebody scrapes. */
export interface Figure {
  /** As Prometheus calls it, such as `vigia_agents_connected`. */
  readonly name: string;
  readonly help: string;
  read(): number;
}

/** Such a number of each of a few things that are known beforehand. */
export interface FigureBy extends Omit<Figure, 'read'> {
  /** What the things are, as the name of a label. */
  readonly label: string;
  read(): Iterable<readonly [thing: string, value: number]>;
}

/** The server's metrics about itself. Counters are told as things happen; the rest is read when somebody scrapes. */
export interface ServerMetrics {
  reportsCommitted(count: number): void;
  /** Reports that an agent had to drop: gaps of its spool, by the agent's own count. */
  reportsLost(count: number): void;
  /** A report that bears a date on which its device cannot have made it. */
  reportUndatable(): void;
  /** Results of tasks that counted for nothing, and why. */
  taskResultsDropped(reason: string, count: number): void;
  /** A link to an agent was closed with this code. */
  linkRefused(code: string): void;
  commitTook(durationMs: number): void;
  /** A try to tell a receiver of this kind (`email`, `log`, ...), and how it ended. */
  deliveryEnded(kind: string, outcome: string): void;
  /** @throws Error if a queue of this name is watched already. */
  watchQueue(name: string, queue: QueueReading): void;
  /** What is kept of series; read at most once a scrape. */
  watchStorage(read: () => Promise<StorageReading>): void;
  /** @throws Error if a metric of this name is watched already. */
  watchFigure(figure: Figure | FigureBy): void;
  /** All of them in the text format 0.0.4. */
  text(): Promise<string>;
  /** Stops the sampling of the event loop. */
  close(): void;
}

/** Own registry, so that several servers live in one process. */
export function createServerMetrics(version: string): ServerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const queues = new Map<string, QueueReading>();

  new Gauge({ name: 'vigia_build_info', help: 'Version of the server; always 1.', labelNames: ['version'], registers })
    .labels(version)
    .set(1);
  const reports = new Counter({ name: 'vigia_reports_total', help: 'Reports committed, each once.', registers });
  const lost = new Counter({
    name: 'vigia_reports_lost_total',
    help: 'Reports that agents had to drop before they could deliver them.',
    registers,
  });
  const undatable = new Counter({
    name: 'vigia_reports_undatable_total',
    help: 'Reports that were not kept because they bear a date from before their device was enrolled.',
    registers,
  });
  const refused = new Counter({
    name: 'vigia_links_refused_total',
    help: 'Links to agents that were closed because of what the agent sent or is, by the code that it was told.',
    labelNames: ['code'],
    registers,
  });
  const droppedResults = new Counter({
    name: 'vigia_task_results_dropped_total',
    help: 'Results of what agents were asked to do that counted for nothing, by the reason.',
    labelNames: ['reason'],
    registers,
  });
  const commit = new Histogram({
    name: 'vigia_ingest_commit_seconds',
    help: 'How long a group commit of reports takes.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const deliveries = new Counter({
    name: 'vigia_deliveries_total',
    help: 'Tries to tell receivers, by the kind of receiver and how they ended.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const stopSampling = watchProcess(registers);
  watchQueues(registers, queues);

  return {
    reportsCommitted: (count) => reports.inc(count),
    reportsLost: (count) => lost.inc(count),
    reportUndatable: () => undatable.inc(),
    taskResultsDropped: (reason, count) => droppedResults.inc({ reason }, count),
    linkRefused: (code) => refused.inc({ code }),
    deliveryEnded: (kind, outcome) => deliveries.labels(kind, outcome).inc(),
    commitTook: (durationMs) => commit.observe(durationMs / 1000),
    watchQueue(name, queue) {
      if (queues.has(name)) throw new Error(`The queue ${name} is watched already.`);
      queues.set(name, queue);
    },
    watchStorage: (read) => watchStorage(registers, read),
    watchFigure: (figure) => watchFigure(registers, figure),
    text: () => registry.metrics(),
    close: stopSampling,
  };
}

function watchFigure(registers: Registry[], figure: Figure | FigureBy): void {
  if ('label' in figure) watchFigureBy(registers, figure);
  else addGauge(registers, figure.name, figure.help, figure.read);
}

function watchFigureBy(registers: Registry[], { name, help, label, read }: FigureBy): void {
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers,
    collect() {
      for (const [thing, value] of read()) this.labels(thing).set(value);
    },
  });
}

function watchQueues(registers: Registry[], queues: ReadonlyMap<string, QueueReading>): void {
  new Gauge({
    name: 'vigia_queue_length',
    help: 'How much waits in the queue.',
    labelNames: ['queue'],
    registers,
    collect() {
      for (const [name, queue] of queues) this.labels(name).set(queue.length());
    },
  });
  new Gauge({
    name: 'vigia_queue_oldest_seconds',
    help: 'For how long the oldest in the queue has waited beyond its time.',
    labelNames: ['queue'],
    registers,
    collect() {
      for (const [name, { oldestMs }] of queues) if (oldestMs) this.labels(name).set(oldestMs() / 1000);
    },
  });
  new Gauge({
    name: 'vigia_queue_limit',
    help: 'How much the queue holds before it refuses.',
    labelNames: ['queue'],
    registers,
    collect() {
      for (const [name, queue] of queues) this.labels(name).set(queue.limit);
    },
  });
}
