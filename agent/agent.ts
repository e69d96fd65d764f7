import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clocks, GoodbyeFrame, ReportFrame, SchemaFrame } from '../protocol/wire/frame.ts';
import { Feature, PROTOCOL_VERSION_MAX, PROTOCOL_VERSION_MIN } from '../protocol/wire/frame.ts';
import { scaleValues } from '../protocol/wire/report.ts';
import type { Collector, Measurement } from './collect/collector.ts';
import { startRounds } from './collect/rounds.ts';
import { RECOVERY_FILE } from './config.ts';
import { type Memory, nameOfRun, readMemory, withFork, writeMemory } from './files/memory.ts';
import type { Enrolment, Identity } from './identity/identity.ts';
import { createInventoryNews } from './inventory.ts';
import { parseServerUrl, serverPath } from './link/channel.ts';
import { startConnector } from './link/connector.ts';
import { Delivery } from './link/delivery.ts';
import { Link, type LinkDeadlines, type LinkEnd } from './link/link.ts';
import { createSchemas } from './link/schemas.ts';
import { describeError, type Log } from './log/log.ts';
import { onceAMinute } from './log/once-a-minute.ts';
import { Spool } from './spool/spool.ts';
import { createTasks } from './tasks/tasks.ts';

export interface AgentOptions {
  readonly dataDir: string;
  /** Where the machine's own file of sources of backups is, if not where it is installed. */
  readonly recoveryFile?: string;
  readonly enrolment: Enrolment;
  readonly identity: Identity;
  readonly collector: Collector;
  /** The inventory as JSON; see protocol/wire/inventory.ts. */
  readonly takeInventory: () => Promise<string>;
  readonly machineId: string;
  /** The id may change with the host name or a network card. */
  readonly isMachineIdGuessed?: boolean;
  readonly bootId: string;
  readonly agentVersion: string;
  /** Overrides what the server asks for. */
  readonly reportIntervalMs: number | undefined;
  readonly clocks: () => Clocks;
  readonly random: () => number;
  readonly log: Log;
  /** A full garbage collection; none if it is left out. */
  readonly sweepMemory?: (() => void) | undefined;
  /** Called when so many rounds in a row failed that the agent should be started anew. */
  readonly onFailure: (error: unknown) => void;
  readonly deadlines?: LinkDeadlines;
}

export interface Agent {
  /** Hex. */
  readonly runId: string;
  /** Says goodbye, keeps what was not delivered, ends within about two seconds. */
  stop(goodbye: GoodbyeFrame): Promise<void>;
}

/** After that many rounds that failed in a row, a new start is the better bet. */
const MAX_FAILURES = 10;
const SYNC_EVERY_MS = 60_000;
/** A walk over all processes costs more than a round, and a busy machine has least to spare. */
const PROCESSES_EVERY_MS = 60_000;
const GOODBYE_DEADLINE_MS = 1_000;
const SPOOL_CLOSE_DEADLINE_MS = 1_000;
const DEFAULT_HOLD_BACK_MS = 5_000;

/** The life of an agent: measure, keep, deliver; round after round, whatever the network does. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { dataDir, enrolment, identity, collector, bootId, clocks, log } = options;
  const runId = randomBytes(16);
  const ownRun = runId.toString('hex');
  const spool = await Spool.open({ directory: join(dataDir, 'spool'), runId, bootId, log });
  const schemas = createSchemas();
  const tasks = await createTasks({
    dataDir,
    recoveryFile: options.recoveryFile ?? RECOVERY_FILE,
    publicKey: identity.publicKey,
    deviceId: enrolment.deviceId,
    bootId,
    clocks,
    log,
  });
  const url = socketUrl(enrolment);
  let memory: Memory = { ...readMemory(dataDir), bootId };
  let intervalMs = options.reportIntervalMs ?? enrolment.intervalMs;
  let lastSequence = 0;
  let failures = 0;
  let newest: { schema: SchemaFrame; report: ReportFrame } | undefined;
  let delivery: Delivery | undefined;
  let syncedAtMs = clocks().monotonicMs;
  let walkedAtMs = Number.NEGATIVE_INFINITY;

  const round = async (): Promise<void> => {
    try {
      const measurement = tasks.addTo(await collector.collect());
      const schema = schemas.schemaOf(measurement.metrics);
      lastSequence += 1;
      const report: ReportFrame = {
        type: 'report',
        run: 0,
        schema: schema.schema,
        sequence: lastSequence,
        backfill: false,
        clocks: clocks(),
        scaled: scaleValues(measurement.metrics, measurement.values),
      };
      newest = { schema, report };
      // On disk before or after it is sent makes no difference: a report leaves the spool by its acknowledgement only.
      void spool.append(schema, report);
      if (!connector.link.isOpen) return;
      delivery?.live(schema, report);
      const { monotonicMs } = report.clocks;
      if (isBusy(measurement) && monotonicMs - walkedAtMs >= PROCESSES_EVERY_MS) {
        walkedAtMs = monotonicMs;
        connector.link.send({ type: 'processes', clocks: clocks(), processes: await collector.processes() });
      }
      failures = 0;
    } catch (error) {
      failures += 1;
      log.error('a round of measurement failed', describeError(error));
      if (failures >= MAX_FAILURES) options.onFailure(error);
    }
  };

  const remember = (next: Memory): void => {
    memory = next;
    try {
      writeMemory(dataDir, memory);
    } catch (error) {
      log.warn('what the agent remembers could not be saved', describeError(error));
    }
  };

  const mayTell = onceAMinute();
  const dial = (useAuthorities: boolean): Link => {
    return new Link({
      url,
      identity,
      pinnedKey: Buffer.from(enrolment.identityKey, 'base64url'),
      clocks,
      useAuthorities,
      ...(options.deadlines && { deadlines: options.deadlines }),
      hello: {
        type: 'hello',
        versionMin: PROTOCOL_VERSION_MIN,
        versionMax: PROTOCOL_VERSION_MAX,
        features:
          Feature.deltaReports |
          Feature.briefPongs |
          Feature.newRun |
          (nameOfRun(memory.forks, ownRun) === ownRun ? 0 : Feature.forkedRun) |
          tasks.features |
          (memory.givenUp === enrolment.deviceId ? Feature.givenUp : 0) |
          (options.isMachineIdGuessed ? Feature.guessedMachineId : 0),
        publicKey: identity.publicKey,
        nonce: randomBytes(32),
        runId: Buffer.from(nameOfRun(memory.forks, ownRun), 'hex'),
        machineId: options.machineId,
        bootId,
        agentVersion: options.agentVersion,
        intervalMs,
        clocks: clocks(),
      },
      onFrame: (frame) => {
        if (frame.type === 'ack') delivery?.onAck(frame);
        else if (frame.type !== 'error') tasks.take(frame, connector.link);
        else {
          if (mayTell(`complaint ${frame.code}`) !== null)
            log.warn('the server complains', { code: frame.code, reason: frame.message });
          if (frame.code === 'overloaded') delivery?.holdBack(frame.retryInMs || DEFAULT_HOLD_BACK_MS);
        }
      },
    });
  };

  const onOpen = async (link: Link): Promise<void> => {
    const welcome = await link.welcomed;
    intervalMs = options.reportIntervalMs ?? welcome.intervalMs;
    rounds.setInterval(intervalMs);
    // A server that welcomes and refuses by turns must not fill the log.
    const level = mayTell('connected') === null ? 'debug' : 'info';
    log[level]('connected', { server: enrolment.server, device: welcome.deviceId, intervalMs });
    const hasDeltas = (welcome.features & Feature.deltaReports) !== 0;
    delivery = new Delivery({
      link,
      spool,
      ownRun,
      hasDeltas,
      log,
      nameOfRun: (run) => nameOfRun(memory.forks, run),
      onExhausted: () => link.renew(),
    });
    const ageMs = clocks().bootMs - (newest?.report.clocks.bootMs ?? Number.NEGATIVE_INFINITY);
    delivery.start(lastSequence + 1, ageMs <= intervalMs ? newest : undefined);
    inventory.offer(link);
    tasks.opened(link, welcome.features);
  };

  const onLook = ({ monotonicMs, bootMs }: Clocks): void => {
    inventory.refreshIfDue(bootMs, connector.link);
    if (monotonicMs - syncedAtMs < SYNC_EVERY_MS) return;
    syncedAtMs = monotonicMs;
    void spool.sync();
  };

  remember(memory);
  const inventory = createInventoryNews({
    take: options.takeInventory,
    deviceId: enrolment.deviceId,
    takenHash: memory.inventoryHash,
    onTaken: (inventoryHash) => remember({ ...memory, inventoryHash }),
    log,
  });
  const { random, sweepMemory } = options;
  const onEnd = ({ code }: LinkEnd): void => {
    if (code === 'identity_given_up' && memory.givenUp !== enrolment.deviceId)
      remember({ ...memory, givenUp: enrolment.deviceId });
    if (code !== 'run_forked') return;
    const as = randomBytes(16).toString('hex');
    remember({ ...memory, forks: withFork(memory.forks ?? [], { runId: ownRun, as }) });
    log.warn('the memory of this machine was copied while it ran; going on as a new run', { run: as });
  };
  const connector = startConnector({ dial, onOpen, onEnd, random, sweepMemory, log });
  const rounds = startRounds({
    publicKey: identity.publicKey,
    intervalMs,
    clocks,
    round,
    onLook,
    onWake: ({ asleepMs, stalledMs }) => {
      log.info('awake again', { asleepMs, stalledMs });
      connector.link.check();
      connector.hurry();
    },
  });
  log.info('agent started', { server: enrolment.server, device: enrolment.deviceId, run: ownRun, intervalMs });

  return {
    runId: ownRun,
    async stop(goodbye) {
      rounds.stop();
      tasks.stop();
      connector.stop();
      log.info('agent stops', { reason: goodbye.reason });
      await connector.link.close(goodbye, GOODBYE_DEADLINE_MS);
      await withDeadline(spool.close(), SPOOL_CLOSE_DEADLINE_MS);
      collector.close();
    },
  };
}

function socketUrl({ server, wsPath }: Enrolment): URL {
  const url = serverPath(parseServerUrl(server), wsPath);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}

/** Only then is it worth a walk over all processes. */
function isBusy({ metrics, values }: Measurement): boolean {
  const read = (name: string) => values[metrics.findIndex((metric) => metric.name === name)] ?? undefined;
  const cpuBusyRatio = read('cpu.busy') ?? 0;
  const size = read('memory.size') ?? 0;
  const availableRatio = size > 0 ? (read('memory.available') ?? size) / size : 1;
  return cpuBusyRatio > 0.8 || availableRatio < 0.1;
}

async function withDeadline(work: Promise<void>, deadlineMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, deadlineMs);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
