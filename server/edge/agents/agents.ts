import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { HelloFrame } from '../../../protocol/wire/frame.ts';
import { parseInventory } from '../../../protocol/wire/inventory.ts';
import type { TaskDesk } from '../../core/tasks/desk.ts';
import type { KeptReports } from '../../core/twins/kept-reports.ts';
import type { Twin } from '../../core/twins/twin.ts';
import type { Clone } from '../../domain/clone.ts';
import { heard, linkClosed, linkOpened, type Peer, refused, returning } from '../../fleet/device-connection.ts';
import { learnClocks } from '../../fleet/device-memory.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import { showProcesses } from '../../fleet/device-shown.ts';
import type { AckTarget } from '../../fleet/offered-report.ts';
import { SchemaIntake } from '../../fleet/schema-intake.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Ingest } from '../../watch/ingest.ts';
import type { Watch } from '../../watch/watch.ts';
import type { Link } from '../gateway/link.ts';
import { SchemaPool } from '../gateway/schema-pool.ts';
import type { SessionEvents } from '../gateway/session.ts';
import { FactsWriter } from './agent-facts.ts';
import { twinEvents } from './twin-events.ts';

export interface AgentEventsOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly watch: Watch;
  readonly ingest: Ingest;
  readonly kept: Pick<KeptReports, 'keep'>;
  readonly logger: Logger;
  readonly onChanged: (record: DeviceRecord) => void;
  readonly onReportsLost: (count: number) => void;
  readonly tasks?: TaskDesk;
}

/** What the frames of a connected agent cause: the seam between the gateway, which knows frames, and the watch, which knows devices. */
export class AgentEvents {
  readonly #options: AgentEventsOptions;
  readonly #schemas: SchemaIntake;
  readonly #pool = new SchemaPool();
  readonly #facts: FactsWriter;
  /** Of the document that came last, as it came: the same once more costs a hash. */
  readonly #inventories = new WeakMap<DeviceRecord, string>();

  constructor(options: AgentEventsOptions) {
    this.#options = options;
    const { store, watch, logger, onChanged } = options;
    this.#facts = new FactsWriter({
      store,
      write: (statements) => watch.write(statements),
      logger,
      onWritten: onChanged,
    });
    this.#schemas = new SchemaIntake(
      (metrics) => this.#pool.intern(metrics),
      () => options.clock.now(),
    );
  }

  connected(record: DeviceRecord, hello: HelloFrame, link: Link<DeviceRecord>): SessionEvents {
    const { clock, ingest, watch, onChanged, onReportsLost, tasks } = this.#options;
    const { connection } = record;
    const peer: Peer = { send: (frame) => link.send(frame), features: hello.features };
    linkOpened(connection, { peer, remoteAddress: link.address, intervalMs: hello.intervalMs }, clock.now());
    // Before anything from the spool is dated by it.
    learnClocks(record.memory, hello.bootId, hello.clocks, clock.now());
    this.#heard(record);
    this.#noteVersion(record, hello);
    const from = ackTarget(link);
    return {
      onHeard: () => this.#heard(record),
      onClocks: (bootId, clocks) => {
        learnClocks(record.memory, bootId, clocks, clock.now());
      },
      onSchema: (metrics) => this.#schemas.take(record, metrics),
      onReport: (frame, { runId, bootId }, metrics) => {
        refused(connection, null);
        ingest.offer({
          record,
          receivedAt: connection.lastHeardAt ?? clock.now(),
          frame,
          runId,
          bootId,
          metrics,
          from,
        });
      },
      onRefused: ({ code, message }) => {
        refused(connection, { code, sentence: message, at: clock.now() });
        onChanged(record);
      },
      onGap: ({ from, to }) => onReportsLost(to - from + 1),
      onInventory: (json) => this.takeInventory(record, json),
      onProcesses: (items) => {
        showProcesses(record, clock.now(), items);
        onChanged(record);
      },
      onProbeResult: (json) => tasks?.takeFormer(record, json),
      onTaskResult: (frame) => tasks?.take(record, frame),
      onTaskFile: (frame) => tasks?.takeFile(record, frame),
      onGoodbye: (reason) => this.#inBackground(watch.takeGoodbye(record, reason), 'a goodbye could not be recorded'),
    };
  }

  /** A machine that lives beside the one judged. */
  beside(record: DeviceRecord, twin: Twin, hello: HelloFrame, link: Link<DeviceRecord>): SessionEvents {
    const { clock, kept, onReportsLost } = this.#options;
    return twinEvents(
      { record, twin, hello, from: ackTarget(link) },
      {
        now: () => clock.now(),
        keep: (of, report) => kept.keep(of, report),
        intern: (metrics) => this.#pool.intern(metrics),
        onReportsLost,
      },
    );
  }

  disconnected(record: DeviceRecord, saidGoodbye: boolean): void {
    linkClosed(record.connection, saidGoodbye ? null : this.#options.clock.now());
    this.#options.tasks?.disconnected(record);
  }

  /** Somebody else proved this device's key. */
  cloned(record: DeviceRecord, address: string, which: Clone): void {
    this.#inBackground(
      this.#options.watch.takeClone(record, address, which),
      'a copied identity could not be recorded',
    );
  }

  #heard(record: DeviceRecord): void {
    const { connection } = record;
    heard(connection, this.#options.clock.now());
    if (connection.liveness.state !== 'up' && !connection.isReturning) this.#takeReturn(record);
  }

  #takeReturn(record: DeviceRecord): void {
    const { connection } = record;
    returning(connection, true);
    const judged = this.#options.watch.takeReturn(record).finally(() => returning(connection, false));
    this.#inBackground(judged, 'the return of a device could not be recorded');
  }

  #noteVersion(record: DeviceRecord, { agentVersion }: HelloFrame): void {
    if (this.#facts.known(record).agent_version !== agentVersion)
      this.#facts.take(record, { agent_version: agentVersion });
  }

  /** What the machine told of itself. @throws ProtocolError if it cannot be read */
  takeInventory(record: DeviceRecord, json: string): void {
    const hash = createHash('sha256').update(json).digest('base64');
    if (this.#inventories.get(record) === hash) return;
    const inventory = parseInventory(json);
    const document = JSON.stringify(inventory);
    const os = [inventory.osName, inventory.osVersion].filter(Boolean).join(' ') || inventory.platform;
    const { hostname } = inventory;
    const known = this.#facts.known(record);
    const isNews = known.inventory_json !== document || known.os !== os || known.hostname !== hostname;
    if (isNews) {
      const inventory_at = this.#options.clock.now();
      this.#facts.take(record, { inventory_json: document, inventory_at, os, hostname });
    }
    this.#inventories.set(record, hash);
  }

  /** Writes what agents told of their machines, at the end. */
  drain(): Promise<void> {
    return this.#facts.drain();
  }

  #inBackground(work: Promise<unknown>, message: string): void {
    work.catch((cause: unknown) => this.#options.logger.error({ err: cause }, message));
  }
}

/** Where word of its reports goes: the connection that brought them. */
function ackTarget(link: Link<DeviceRecord>): AckTarget {
  return {
    acknowledge: (run, sequence, backfill) => link.acknowledge(run, sequence, backfill),
    refuse: (retryInMs) =>
      link.send({
        type: 'error',
        code: 'overloaded',
        message: 'The server cannot store reports at the moment. Keep them and send them again.',
        fatal: false,
        retryInMs,
      }),
  };
}
