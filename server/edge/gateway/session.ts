import { ProtocolError, type VigiaError } from '../../../protocol/error.ts';
import { ChainReader } from '../../../protocol/wire/chain.ts';
import type {
  Clocks,
  Frame,
  GapFrame,
  GoodbyeReason,
  HelloFrame,
  ProcessSample,
  ReportDeltaFrame,
  ReportFrame,
} from '../../../protocol/wire/frame.ts';
import { Feature, MAX_RUNS_PER_CONNECTION, MAX_SCHEMAS_PER_CONNECTION } from '../../../protocol/wire/frame.ts';
import type { MetricDescriptor } from '../../../protocol/wire/metric.ts';
import type { TaskFileFrame, TaskResultFrame } from '../../../protocol/wire/task.ts';

/** What an authenticated agent's frames cause. */
export interface SessionEvents {
  /** The welcome was sent: from now on the agent takes frames. */
  onOpen?(): void;
  /** Any frame: proof of life. */
  onHeard(): void;
  onClocks(bootId: string, clocks: Clocks): void;
  /** A list of metrics. Returns the array that stands for it from now on. @throws VigiaError schema_churn */
  onSchema?(metrics: readonly MetricDescriptor[]): readonly MetricDescriptor[];
  /** The frame is valid until the next one comes: whoever keeps it copies it. */
  onReport(frame: ReportFrame, run: RunContext, metrics: readonly MetricDescriptor[]): void;
  onGap(frame: GapFrame): void;
  onInventory(json: string): void;
  onProcesses(processes: readonly ProcessSample[]): void;
  /** The JSON of an answer about a neighbour. @throws ProtocolError if it cannot be read */
  onProbeResult?(json: string): void;
  /** What came of something that the agent was asked. */
  onTaskResult?(frame: TaskResultFrame): void;
  onTaskFile?(frame: TaskFileFrame): void;
  onGoodbye(reason: GoodbyeReason): void;
  /** The link is closed because of what the agent sent. */
  onRefused?(cause: VigiaError): void;
}

/** An agent run that this connection speaks of. */
export interface RunContext {
  /** 32 hex digits. */
  readonly runId: string;
  readonly bootId: string;
}

export interface SessionOptions {
  readonly events: SessionEvents;
  readonly hello: HelloFrame;
  /** What was agreed on, as bits. */
  readonly features: number;
  /** The server's time, ms. */
  readonly now: () => number;
  readonly send: (frame: Frame) => void;
  readonly onGoodbye: () => void;
}

/** The state of an open connection: the runs and schemas that its frames refer to by number. */
export class Session {
  readonly #options: SessionOptions;
  readonly #runs = new Map<number, RunContext>();
  /** By {@link schemaKey}. */
  readonly #schemas = new Map<number, readonly MetricDescriptor[]>();
  readonly #chains: { readonly live: ChainReader; readonly backfill: ChainReader } | null;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { runId, bootId } = options.hello;
    this.#runs.set(0, { runId: hex(runId), bootId });
    this.#chains = this.#has(Feature.deltaReports) ? { live: new ChainReader(), backfill: new ChainReader() } : null;
  }

  /**
   * Receives a frame and the message that held it.
   * @throws ProtocolError if the frame is not allowed or refers to what was not announced
   */
  receive(frame: Frame, message: Uint8Array): void {
    const { events, send, hello, now } = this.#options;
    events.onHeard();
    switch (frame.type) {
      case 'report':
        this.#receiveReport(frame);
        if (this.#chains) (frame.backfill ? this.#chains.backfill : this.#chains.live).begin(frame, message);
        return;
      case 'report_delta':
        this.#receiveReport(this.#follow(frame, message));
        return;
      case 'schema':
        // Schemas change when disks come and go; the agent forgets the same one.
        if (this.#schemas.size >= MAX_SCHEMAS_PER_CONNECTION)
          this.#schemas.delete(this.#schemas.keys().next().value ?? 0);
        this.#schemas.set(schemaKey(frame), events.onSchema?.(frame.metrics) ?? frame.metrics);
        return;
      case 'run':
        if (frame.run === 0 || this.#runs.size >= MAX_RUNS_PER_CONNECTION) {
          throw new ProtocolError(
            'frame_unexpected',
            `A connection may announce ${MAX_RUNS_PER_CONNECTION - 1} runs, numbered from 1.`,
          );
        }
        this.#runs.set(frame.run, { runId: hex(frame.runId), bootId: frame.bootId });
        return;
      case 'gap':
        events.onGap(frame);
        return;
      case 'inventory':
        events.onInventory(frame.json);
        return;
      case 'processes':
        events.onProcesses(frame.processes);
        return;
      case 'probe_result':
        events.onProbeResult?.(frame.json);
        return;
      case 'task_result':
      case 'task_file':
        if (!this.#has(Feature.tasks)) throw new ProtocolError('frame_unexpected', 'Tasks were not agreed on.');
        if (frame.type === 'task_result') events.onTaskResult?.(frame);
        else events.onTaskFile?.(frame);
        return;
      case 'ping':
        send({ type: 'pong', id: frame.id, clocks: { wallMs: now(), monotonicMs: 0, bootMs: 0 } });
        return;
      case 'pong':
        if (frame.clocks !== null) events.onClocks(hello.bootId, frame.clocks);
        return;
      case 'goodbye':
        events.onGoodbye(frame.reason);
        this.#options.onGoodbye();
        return;
      case 'error':
        return;
      default:
        throw new ProtocolError(
          'frame_unexpected',
          `A ${frame.type} frame is not expected from an authenticated agent.`,
        );
    }
  }

  #has(feature: number): boolean {
    return (this.#options.features & feature) !== 0;
  }

  #follow(frame: ReportDeltaFrame, message: Uint8Array): ReportFrame {
    if (!this.#chains) throw new ProtocolError('frame_unexpected', 'Changes of reports were not agreed on.');
    return (frame.backfill ? this.#chains.backfill : this.#chains.live).follow(frame, message);
  }

  #receiveReport(frame: ReportFrame): void {
    const run = this.#runs.get(frame.run);
    const metrics = this.#schemas.get(schemaKey(frame));
    if (!run || !metrics) {
      throw new ProtocolError(
        'schema_unknown',
        `The report names run ${frame.run} and schema ${frame.schema}, which were not announced.`,
      );
    }
    if (metrics.length !== frame.scaled.length) {
      throw new ProtocolError(
        'report_invalid',
        `The report has ${frame.scaled.length} values, its schema ${metrics.length}.`,
      );
    }
    this.#options.events.onReport(frame, run, metrics);
  }
}

/** Both are below 2^16. */
function schemaKey({ run, schema }: { readonly run: number; readonly schema: number }): number {
  return run * 0x10000 + schema;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
