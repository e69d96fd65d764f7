import type { Logger } from 'pino';
import { Feature, type HelloFrame } from '../protocol/frame.ts';
import { parseInventory } from '../protocol/inventory.ts';
import type { Clock } from './clock.ts';
import { learnDating } from './domain/dating.ts';
import { everyClient } from './domain/scope.ts';
import type { DeviceRecord } from './fleet/device-record.ts';
import { SchemaIntake } from './fleet/schema-intake.ts';
import type { Link } from './gateway/link.ts';
import { SchemaPool } from './gateway/schema-pool.ts';
import type { SessionEvents } from './gateway/session.ts';
import type { AckTarget, Ingest } from './ingest.ts';
import type { SecondOpinions } from './presence/second-opinion.ts';
import type { Store } from './store/store.ts';
import type { Watch } from './watch.ts';

export interface AgentEventsOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly watch: Watch;
  readonly ingest: Ingest;
  readonly logger: Logger;
  readonly onChanged: (record: DeviceRecord) => void;
  readonly onReportsLost: (count: number) => void;
  readonly opinions?: SecondOpinions;
}

/** What the frames of a connected agent cause: the seam between the gateway, which knows frames, and the watch, which knows devices. */
export class AgentEvents {
  readonly #options: AgentEventsOptions;
  readonly #schemas: SchemaIntake;

  constructor(options: AgentEventsOptions) {
    this.#options = options;
    const pool = new SchemaPool();
    this.#schemas = new SchemaIntake(
      (metrics) => pool.intern(metrics),
      () => options.clock.now(),
    );
  }

  connected(record: DeviceRecord, hello: HelloFrame, link: Link<DeviceRecord>): SessionEvents {
    const { clock, ingest, watch, onChanged, onReportsLost } = this.#options;
    record.isConnected = true;
    record.linkLostAt = null;
    record.remoteAddress = link.address;
    record.peer = { send: (frame) => link.send(frame), canProbe: (hello.features & Feature.probe) !== 0 };
    record.intervalMs = hello.intervalMs;
    // Before anything from the spool is dated by it.
    record.memory.dating = learnDating(record.memory.dating, hello.bootId, hello.clocks, clock.now());
    this.#heard(record);
    this.#noteVersion(record, hello);
    const from = ackTarget(link);
    return {
      onHeard: () => this.#heard(record),
      onClocks: (bootId, clocks) => {
        record.memory.dating = learnDating(record.memory.dating, bootId, clocks, clock.now());
      },
      onSchema: (metrics) => this.#schemas.take(record, metrics),
      onReport: (frame, { runId, bootId }, metrics) => {
        record.refusal = null;
        ingest.offer({ record, receivedAt: record.lastHeardAt ?? clock.now(), frame, runId, bootId, metrics, from });
      },
      onRefused: ({ code, message }) => {
        record.refusal = { code, sentence: message, at: clock.now() };
        onChanged(record);
      },
      onGap: ({ from, to }) => onReportsLost(to - from + 1),
      onInventory: (json) => this.#takeInventory(record, json),
      onProcesses: (items) => {
        record.processes = { at: clock.now(), items };
        onChanged(record);
      },
      onProbeResult: (json) => this.#options.opinions?.take(record, json),
      onGoodbye: (reason) => this.#inBackground(watch.takeGoodbye(record, reason), 'a goodbye could not be recorded'),
    };
  }

  disconnected(record: DeviceRecord, saidGoodbye: boolean): void {
    record.isConnected = false;
    record.peer = null;
    if (!saidGoodbye) record.linkLostAt = this.#options.clock.now();
  }

  /** Another machine proved this device's key while it was connected. */
  cloned(record: DeviceRecord, address: string): void {
    this.#inBackground(this.#options.watch.takeClone(record, address), 'a copied identity could not be recorded');
  }

  #heard(record: DeviceRecord): void {
    record.lastHeardAt = this.#options.clock.now();
    if (record.liveness.state === 'up' || record.isReturning) return;
    record.isReturning = true;
    const judged = this.#options.watch.takeReturn(record).finally(() => {
      record.isReturning = false;
    });
    this.#inBackground(judged, 'the return of a device could not be recorded');
  }

  #noteVersion(record: DeviceRecord, { agentVersion }: HelloFrame): void {
    if (record.info.agent_version === agentVersion) return;
    record.info = { ...record.info, agent_version: agentVersion };
    const { devices } = this.#options.store.scoped(everyClient);
    this.#inBackground(
      devices.update(record.info.id, { agentVersion }),
      'the version of an agent could not be written',
    );
  }

  #takeInventory(record: DeviceRecord, json: string): void {
    const inventory = parseInventory(json);
    const { store, clock, onChanged } = this.#options;
    const atMs = clock.now();
    const document = JSON.stringify(inventory);
    const os = [inventory.osName, inventory.osVersion].filter(Boolean).join(' ') || inventory.platform;
    const { hostname } = inventory;
    record.info = { ...record.info, inventory_json: document, inventory_at: atMs, os, hostname };
    const { devices } = store.scoped(everyClient);
    const write = async (): Promise<void> => {
      await store.commit([devices.inventoryStatement(record.info.id, { json: document, atMs })]);
      await devices.update(record.info.id, { os, hostname });
    };
    this.#inBackground(write(), 'an inventory could not be written');
    onChanged(record);
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
