import { isIP } from 'node:net';
import type { Logger } from 'pino';
import { addressKind } from '../../../protocol/check/address-kind.ts';
import { type Knock, knock } from '../../../protocol/check/knock.ts';
import { type Inventory, parseInventory } from '../../../protocol/wire/inventory.ts';
import type { ProbeAnswer } from '../../../protocol/wire/plan.ts';
import { MAX_PROBE_MS, parseProbeAnswer } from '../../../protocol/wire/probe.ts';
import { OPINION_EVERY_MS } from '../../domain/opinion.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';

/** What others found out about a host. */
export interface Finding {
  readonly host: 'up' | 'down';
  readonly by: string;
  readonly detail: string;
}

export interface SecondOpinionsOptions {
  readonly fleet: Pick<Fleet, 'devices'>;
  readonly logger: Logger;
  readonly onFinding: (record: DeviceRecord, finding: Finding) => void;
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
  /** Who has not answered yet, by the number of the question put to it. */
  readonly open: Map<number, DeviceRecord>;
  readonly silent: { readonly name: string; readonly detail: string }[];
  readonly deadline: NodeJS.Timeout;
}

/** Asks peers of a silent agent's site whether its host answers; the server itself knocks at public addresses only. */
export class SecondOpinions {
  readonly #options: SecondOpinionsOptions;
  readonly #questions = new Map<number, Question>();
  #lastId = 0;
  /** Where the rehearsals have got to in the fleet. */
  #rest: Iterator<DeviceRecord>;

  constructor(options: SecondOpinionsOptions) {
    this.#options = options;
    this.#rest = options.fleet.devices.values();
  }

  get pending(): { readonly length: number; readonly limit: number } {
    return { length: this.#questions.size, limit: MAX_QUESTIONS };
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
      if ((free.length === 0 && !isPublic) || this.#questions.size + free.length > MAX_QUESTIONS) continue;
      record.askedAt = now;
      if (free.length > 0) this.#put(record, free, where, now, false);
      if (isPublic) void this.#knockAt(record, where.ports);
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
      if (tried >= REHEARSALS_AT_ONCE || this.#questions.size > MAX_QUESTIONS / 2) return;
      const record = this.#nextInRound();
      if (record?.info.kind !== 'server' || record.liveness.state !== 'up' || !isRehearsalDue(record, now)) continue;
      const hasInventory = record.info.inventory_json !== null;
      if (hasInventory) peers ??= Map.groupBy(this.#peers(), ({ info }) => info.site_id);
      const free = freePeers(peers?.get(record.info.site_id) ?? [], record, now);
      if (free.length === 0 || !hasInventory) {
        record.rehearsedAt = now - RETRY_REHEARSAL_MS + PREPARE_MS;
        continue;
      }
      tried += 1;
      record.rehearsedAt = now;
      const where = whereIs(record);
      if (where) this.#put(record, free, where, now, true);
    }
  }

  /** Takes a peer's answer. @throws ProtocolError if it cannot be read */
  take(peer: DeviceRecord, json: string): void {
    const answer = parseProbeAnswer(json);
    const question = this.#questions.get(answer.id);
    // An answer to nothing that this agent was asked, or one that came too late.
    if (question?.open.get(answer.id) !== peer) return;
    this.#questions.delete(answer.id);
    question.open.delete(answer.id);
    this.#weigh(question, peer, answer);
  }

  close(): void {
    for (const { deadline } of this.#questions.values()) clearTimeout(deadline);
    this.#questions.clear();
  }

  #nextInRound(): DeviceRecord | undefined {
    const next = this.#rest.next();
    if (!next.done) return next.value;
    this.#rest = this.#options.fleet.devices.values();
    return this.#rest.next().value;
  }

  *#peers(): Iterable<DeviceRecord> {
    for (const record of this.#options.fleet.devices.values()) {
      if (record.peer?.canProbe && record.liveness.state === 'up') yield record;
    }
  }

  #put(
    target: DeviceRecord,
    peers: readonly DeviceRecord[],
    { addresses, ports }: { readonly addresses: readonly string[]; readonly ports: readonly number[] },
    now: number,
    isRehearsal: boolean,
  ): void {
    const open = new Map<number, DeviceRecord>();
    const deadline = setTimeout(() => this.#conclude(question), DEADLINE_MS);
    const question: Question = { target, askedAt: now, isRehearsal, open, silent: [], deadline };
    for (const peer of peers) {
      this.#lastId += 1;
      open.set(this.#lastId, peer);
      this.#questions.set(this.#lastId, question);
      peer.probedAt = now;
      const request = { id: this.#lastId, addresses, ports, timeoutMs: MAX_PROBE_MS };
      peer.peer?.send({ type: 'probe', json: JSON.stringify(request) });
    }
  }

  #weigh(question: Question, peer: DeviceRecord, { outcome, detail }: ProbeAnswer): void {
    const { name } = peer.info;
    if (outcome === 'reached') {
      this.#forget(question);
      const { target, askedAt, isRehearsal } = question;
      if (isRehearsal) {
        target.memory.presence.reachedByPeersAt = askedAt;
        target.isDirty = true;
      } else this.#options.onFinding(target, { host: 'up', by: name, detail });
      return;
    }
    if (outcome === 'not_reached') question.silent.push({ name, detail });
    else this.#options.logger.debug({ peer: peer.info.id, detail }, 'a peer may not answer for a neighbour');
    if (question.open.size === 0) this.#conclude(question);
  }

  /** Nobody reached it. Of those who tried, one is enough; without any there is no opinion. */
  #conclude(question: Question): void {
    this.#forget(question);
    const { target, askedAt, isRehearsal, silent } = question;
    const [first] = silent;
    if (!first) return;
    const { presence } = target.memory;
    if (isRehearsal) {
      presence.reachedByPeersAt = null;
      target.isDirty = true;
    } else if (askedAt - (presence.reachedByPeersAt ?? Number.NEGATIVE_INFINITY) <= REACHED_HOLDS_MS) {
      const by = silent.map(({ name }) => name).join(', ');
      this.#options.onFinding(target, { host: 'down', by, detail: first.detail });
    } else {
      this.#options.logger.debug(
        { device: target.info.id },
        'its neighbours did not reach it while it was well either',
      );
    }
  }

  #forget({ open, deadline }: Question): void {
    clearTimeout(deadline);
    for (const id of open.keys()) this.#questions.delete(id);
    open.clear();
  }

  /** Only a success counts: between the server and a host that is silent there may be a firewall. */
  async #knockAt(record: DeviceRecord, ports: readonly number[]): Promise<void> {
    const { onFinding, knock: knockAt = knock } = this.#options;
    const address = bare(record.remoteAddress ?? '');
    const over = AbortSignal.timeout(MAX_PROBE_MS);
    const went = await Promise.all(ports.map(async (port) => ({ port, knock: await knockAt(address, port, over) })));
    const reached = went.find((one) => one.knock !== 'silent');
    if (!reached) return;
    const did = reached.knock === 'connected' ? 'took' : 'refused';
    onFinding(record, {
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
  const inventory = inventoryOf(record);
  if (!inventory?.listening || inventory.listening.length === 0) return null;
  const all = inventory.interfaces
    .flatMap(({ addresses }) => addresses.map((cidr) => cidr.split('/')[0] ?? ''))
    .filter((address) => isIP(address) !== 0);
  const addresses = all.toSorted((a, b) => isIP(a) - isIP(b)).slice(0, ADDRESSES);
  if (addresses.length === 0) return null;
  const { listening } = inventory;
  const likely = likelyPorts.filter((port) => listening.includes(port));
  const ports = [...new Set([...likely, ...listening])].slice(0, PORTS);
  return { all, addresses, ports };
}

function inventoryOf({ info }: DeviceRecord): Inventory | null {
  try {
    return info.inventory_json === null ? null : parseInventory(info.inventory_json);
  } catch {
    // It was kept by an earlier build that asked for less: it says nothing until the agent sends a new one.
    return null;
  }
}

/** Whether the address from which the agent came is public and the host's very own, not that of a router in front of it. */
function isItsOwn({ remoteAddress }: DeviceRecord, addresses: readonly string[]): boolean {
  if (remoteAddress === null) return false;
  const address = bare(remoteAddress);
  return addressKind(address) === 'public' && addresses.includes(address);
}

/** Without what an IPv6 socket puts in front of an IPv4 address. */
function bare(address: string): string {
  return address.replace(/^::ffff:/i, '');
}
