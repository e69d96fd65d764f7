import type { Logger } from 'pino';
import { addressKind } from '../../../protocol/check/address-kind.ts';
import { type Knock, knock } from '../../../protocol/check/knock.ts';
import { Feature } from '../../../protocol/wire/frame.ts';
import type { ProbeFinding, ProbeTask } from '../../../protocol/wire/plan.ts';
import { MAX_PROBE_MS } from '../../../protocol/wire/probe.ts';
import { OPINION_EVERY_MS } from '../../domain/opinion.ts';
import { memoryChanged, reachedByPeers } from '../../fleet/device-memory.ts';
import { note } from '../../fleet/device-notes.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { bareAddress, hostAddresses, inventoryOf } from '../../fleet/inventory.ts';
import type { AskedTask, TaskDesk } from '../tasks/desk.ts';
import type { TaskEnding } from '../tasks/kind.ts';
import { probe } from '../tasks/probe/kind.ts';

/** What others found out about a host. */
export interface Finding {
  readonly host: 'up' | 'down';
  readonly by: string;
  readonly detail: string;
}

export interface SecondOpinionsOptions {
  readonly fleet: Pick<Fleet, 'devices'>;
  readonly tasks: Pick<TaskDesk, 'ask'>;
  readonly logger: Logger;
  /** What it returns is waited for before the agent who found it out is told to forget it. */
  readonly onFinding: (record: DeviceRecord, finding: Finding) => void | Promise<void>;
  /** How the server itself knocks. */
  readonly knock?: (address: string, port: number, signal: AbortSignal) => Promise<Knock>;
}

const PEERS = 3;
const ADDRESSES = 4;
const PORTS = 8;
const MAX_QUESTIONS = 500;
/** An agent answers one question a second. */
const PEER_REST_MS = 1_200;
const DEADLINE_MS = MAX_PROBE_MS + 1_500;
/** A host that its neighbours reach while it is well is tried again this often, and one that they do not. */
const REHEARSE_EVERY_MS = 24 * 60 * 60_000;
const RETRY_REHEARSAL_MS = 60 * 60_000;
/** A success is worth this long. */
const REACHED_HOLDS_MS = 3 * REHEARSE_EVERY_MS;
const REHEARSALS_AT_ONCE = 20;
/** Devices that a rehearsal looks through: the whole fleet within a minute, and never all of it at once. */
const LOOKED_THROUGH_AT_ONCE = 256;
/** Until there are neighbours and an inventory. */
const PREPARE_MS = 5_000;
/** Those that answer most often, before the lowest of the others. */
const likelyPorts = [22, 443, 80, 445, 3389, 135, 139, 53];

interface Question {
  readonly target: DeviceRecord;
  readonly askedAt: number;
  /** It was asked while the host was well, to learn whether it answers its neighbours at all. */
  readonly isRehearsal: boolean;
  /** What was put to those who have not answered yet. */
  readonly open: Map<DeviceRecord, AskedTask>;
  readonly silent: { readonly name: string; readonly detail: string }[];
}

/** Asks peers of a silent agent's site whether its host answers; the server itself knocks at public addresses only. */
export class SecondOpinions {
  readonly #options: SecondOpinionsOptions;
  /** Questions to a peer each that are not answered. */
  #pending = 0;
  /** Where the rehearsals have got to in the fleet. */
  #rest: Iterator<DeviceRecord>;

  constructor(options: SecondOpinionsOptions) {
    this.#options = options;
    this.#rest = options.fleet.devices.values();
  }

  get pending(): { readonly length: number; readonly limit: number } {
    return { length: this.#pending, limit: MAX_QUESTIONS };
  }

  /** Asks about each of these that is due: at once when it falls silent, then once a minute. */
  ask(records: readonly DeviceRecord[], now: number): void {
    const due = records.filter(({ askedAt }) => askedAt === null || now - askedAt >= OPINION_EVERY_MS);
    if (due.length === 0) return;
    const peers = Map.groupBy(this.#peers(), ({ info }) => info.site_id);
    for (const record of due) {
      const where = whereIs(record);
      if (!where) continue;
      const free = freePeers(peers.get(record.info.site_id) ?? [], record, now);
      const isPublic = isItsOwn(record, where.all);
      if ((free.length === 0 && !isPublic) || this.#pending + free.length > MAX_QUESTIONS) continue;
      note(record, 'askedAt', now);
      if (free.length > 0) this.#put(record, free, where, now, false);
      if (isPublic)
        this.#knockAt(record, where.ports).catch((cause: unknown) =>
          this.#options.logger.error({ err: cause }, 'a second opinion could not be recorded'),
        );
    }
  }

  /**
   * Lets neighbours try hosts that are well, a few at a time, going round the fleet. One that never answered them, because of its own
   * firewall, is not called lost when it does not answer then.
   */
  rehearse(now: number): void {
    const { devices } = this.#options.fleet;
    let peers: Map<string, DeviceRecord[]> | null = null;
    let tried = 0;
    for (let count = Math.min(devices.size, LOOKED_THROUGH_AT_ONCE); count > 0; count -= 1) {
      if (tried >= REHEARSALS_AT_ONCE || this.#pending > MAX_QUESTIONS / 2) return;
      const record = this.#nextInRound();
      if (record?.info.kind !== 'server' || record.connection.liveness.state !== 'up' || !isRehearsalDue(record, now))
        continue;
      const hasInventory = record.info.inventory_json !== null;
      if (hasInventory) peers ??= Map.groupBy(this.#peers(), ({ info }) => info.site_id);
      const free = freePeers(peers?.get(record.info.site_id) ?? [], record, now);
      if (free.length === 0 || !hasInventory) {
        note(record, 'rehearsedAt', now - RETRY_REHEARSAL_MS + PREPARE_MS);
        continue;
      }
      tried += 1;
      note(record, 'rehearsedAt', now);
      const where = whereIs(record);
      if (where) this.#put(record, free, where, now, true);
    }
  }

  #nextInRound(): DeviceRecord | undefined {
    const next = this.#rest.next();
    if (!next.done) return next.value;
    this.#rest = this.#options.fleet.devices.values();
    return this.#rest.next().value;
  }

  *#peers(): Iterable<DeviceRecord> {
    for (const record of this.#options.fleet.devices.values()) {
      if (((record.connection.peer?.features ?? 0) & Feature.probe) !== 0 && record.connection.liveness.state === 'up')
        yield record;
    }
  }

  #put(
    target: DeviceRecord,
    peers: readonly DeviceRecord[],
    { addresses, ports }: Pick<ProbeTask, 'addresses' | 'ports'>,
    now: number,
    isRehearsal: boolean,
  ): void {
    const question: Question = { target, askedAt: now, isRehearsal, open: new Map(), silent: [] };
    for (const peer of peers) {
      note(peer, 'probedAt', now);
      const task = { addresses, ports, timeoutMs: MAX_PROBE_MS };
      const take = (ending: TaskEnding<ProbeFinding>) => this.#weigh(question, peer, ending);
      const asked = this.#options.tasks.ask(peer, probe, task, { withinMs: DEADLINE_MS, take });
      if (!asked) continue;
      question.open.set(peer, asked);
      this.#pending += 1;
    }
  }

  #weigh(question: Question, peer: DeviceRecord, ending: TaskEnding<ProbeFinding>): void | Promise<void> {
    if (question.open.delete(peer)) this.#pending -= 1;
    const { name } = peer.info;
    if (ending.outcome === 'done' && ending.facts.outcome === 'reached')
      return this.#reached(question, peer, ending.facts);
    if (ending.outcome === 'done' && ending.facts.outcome === 'not_reached') {
      // It comes again if what it led to could not be stored.
      if (!question.silent.some((one) => one.name === name))
        question.silent.push({ name, detail: ending.facts.detail });
    } else if (ending.outcome !== 'done') {
      const { outcome, reason } = ending;
      this.#options.logger.debug({ peer: peer.info.id, outcome, reason }, 'a peer cannot answer for a neighbour');
    }
    return question.open.size === 0 ? this.#conclude(question) : undefined;
  }

  /** One of them is enough. */
  #reached(
    { target, askedAt, isRehearsal, open }: Question,
    by: DeviceRecord,
    { detail }: ProbeFinding,
  ): void | Promise<void> {
    this.#pending -= open.size;
    for (const asked of open.values()) asked.withdraw();
    open.clear();
    if (!isRehearsal) return this.#options.onFinding(target, { host: 'up', by: by.info.name, detail });
    reachedByPeers(target.memory, askedAt);
    memoryChanged(target);
  }

  /** Nobody reached it. Of those who tried, one is enough; without any there is no opinion. */
  #conclude({ target, askedAt, isRehearsal, silent }: Question): void | Promise<void> {
    const [first] = silent;
    if (!first) return;
    const { presence } = target.memory;
    if (isRehearsal) {
      reachedByPeers(target.memory, null);
      memoryChanged(target);
    } else if (askedAt - (presence.reachedByPeersAt ?? Number.NEGATIVE_INFINITY) <= REACHED_HOLDS_MS) {
      const by = silent.map(({ name }) => name).join(', ');
      return this.#options.onFinding(target, { host: 'down', by, detail: first.detail });
    } else {
      this.#options.logger.debug(
        { device: target.info.id },
        'its neighbours did not reach it while it was well either',
      );
    }
  }

  /** Only a success counts: between the server and a host that is silent there may be a firewall. */
  async #knockAt(record: DeviceRecord, ports: readonly number[]): Promise<void> {
    const { onFinding, knock: knockAt = knock } = this.#options;
    const address = bareAddress(record.connection.remoteAddress ?? '');
    const over = AbortSignal.timeout(MAX_PROBE_MS);
    const went = await Promise.all(ports.map(async (port) => ({ port, knock: await knockAt(address, port, over) })));
    const reached = went.find((one) => one.knock !== 'silent');
    if (!reached) return;
    const did = reached.knock === 'connected' ? 'took' : 'refused';
    await onFinding(record, {
      host: 'up',
      by: 'The server',
      detail: `${address} ${did} the connection on port ${reached.port}.`,
    });
  }
}

/** Those who may be asked about `target` now, the longest rested first. */
function freePeers(peers: readonly DeviceRecord[], target: DeviceRecord, now: number): DeviceRecord[] {
  return peers
    .filter((peer) => peer !== target && now - peer.probedAt >= PEER_REST_MS)
    .sort((a, b) => a.probedAt - b.probedAt)
    .slice(0, PEERS);
}

function isRehearsalDue({ rehearsedAt, memory }: DeviceRecord, now: number): boolean {
  if (now - rehearsedAt < RETRY_REHEARSAL_MS) return false;
  const reachedAt = memory.presence.reachedByPeersAt ?? Number.NEGATIVE_INFINITY;
  return now - reachedAt >= REHEARSE_EVERY_MS;
}

/** Where a host was seen listening, by its own inventory; null if it said so little that nobody can knock. */
function whereIs(record: DeviceRecord) {
  const inventory = inventoryOf(record.info);
  if (!inventory?.listening || inventory.listening.length === 0) return null;
  const all = hostAddresses(inventory);
  const addresses = all.slice(0, ADDRESSES);
  if (addresses.length === 0) return null;
  const { listening } = inventory;
  const likely = likelyPorts.filter((port) => listening.includes(port));
  const ports = [...new Set([...likely, ...listening])].slice(0, PORTS);
  return { all, addresses, ports };
}

/** Whether the address from which the agent came is public and the host's very own, not that of a router in front of it. */
function isItsOwn({ connection }: DeviceRecord, addresses: readonly string[]): boolean {
  const { remoteAddress } = connection;
  if (remoteAddress === null) return false;
  const address = bareAddress(remoteAddress);
  return addressKind(address) === 'public' && addresses.includes(address);
}
