import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { AGENT_SUBPROTOCOL } from '../../../protocol/api/enrolment.ts';
import { type ErrorCode, VigiaError } from '../../../protocol/error.ts';
import { Feature, type HelloFrame, MAX_FRAME_BYTES_BEFORE_AUTH } from '../../../protocol/wire/frame.ts';
import type { Clone } from '../../domain/clone.ts';
import { QuietLog } from '../../platform/fairness/quiet-log.ts';
import { AckPace } from './acknowledgements.ts';
import { BesideLinks } from './beside-links.ts';
import { Contests } from './contests.ts';
import { FrameAllowance } from './frame-allowance.ts';
import { HalfOpen } from './half-open.ts';
import type { ServerProof } from './handshake.ts';
import { Link } from './link.ts';
import { defaultTiming, type LinkTiming, type Registry } from './link-terms.ts';
import type { AcceptSocket } from './message-socket.ts';
import { acceptOwn } from './own-socket.ts';
import type { SessionEvents } from './session.ts';

export interface GatewayOptions<Device> {
  readonly registry: Registry<Device>;
  readonly proof: ServerProof;
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
  readonly now: () => number;
  readonly logger: Logger;
  readonly timing?: Partial<LinkTiming>;
  /** Who asks; by default the other end of the socket, which may be a proxy. */
  readonly addressOf?: (request: IncomingMessage) => string;
  /** Who speaks the framing of WebSockets; by default ourselves. */
  readonly accept?: AcceptSocket;
  /** Called when an agent has proved its key and its older link, if any, is gone. */
  readonly onConnected: (device: Device, hello: HelloFrame, link: Link<Device>) => SessionEvents;
  readonly onDisconnected: (device: Device, saidGoodbye: boolean) => void;
  /** A machine proved its key that lives beside the one judged. Its link is no link of the device. */
  readonly onBeside?: (device: Device, hello: HelloFrame, link: Link<Device>) => SessionEvents;
  /** Somebody else holds the key of a device: another machine, which is turned away, or an equal one. */
  readonly onCloned?: (device: Device, address: string, which: Clone) => void;
  /** A link was closed because of what its agent sent or is. */
  readonly onRefused?: (code: ErrorCode) => void;
}

/** Connections that have not authenticated yet. */
const MAX_HALF_OPEN = 2_000;
/** Each link is looked at so often, a part of them at a time: thousands of pings at once would hold up everything else. */
const LIVENESS_CHECK_MS = 1_000;
const MAX_LIVENESS_PARTS = 50;
/** A check that comes so late was itself held up: what agents sent meanwhile is still unread. */
const STALLED_MS = 5_000;
/**
 * A whole handshake costs the server about 1 ms of processor, 2 ms where others take their share of it. A fleet that returned faster than
 * that would get nowhere: all handshakes begun, few at their end before their deadline.
 */
const RETURN_MS_PER_AGENT = 3;
/** A link that is not closed by then is cut off. */
const CLOSE_DEADLINE_MS = 3_000;
/** The copy of an agent that cannot begin a new run asks so often whether its place is free. */
const FORKED_RETRY_MS = 60_000;

/** Every agent connection. One link per device: the newest that proves the key. */
export class Gateway<Device extends object> {
  readonly #options: GatewayOptions<Device>;
  readonly #halfOpen = new HalfOpen<Link<Device>>(MAX_HALF_OPEN);
  readonly #strangers: QuietLog;
  readonly #open = new Set<Link<Device>>();
  readonly #links = new Map<Device, Link<Device>>();
  /** Kept while the device is known: connecting again brings nobody more. */
  readonly #allowances = new WeakMap<Device, FrameAllowance>();
  readonly #beside = new BesideLinks<Device>();
  readonly #contests = new Contests<Link<Device>>();
  #checker: NodeJS.Timeout | undefined;
  readonly #timing: LinkTiming;
  readonly #ackPace: AckPace;
  #checkedAtMs = performance.now();
  #pausedUntilMs = 0;
  /** Where the look at all links has come to. */
  #round: Iterator<Link<Device>> = new Map<Device, Link<Device>>().values();
  #isClosing = false;

  constructor(options: GatewayOptions<Device>) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#strangers = new QuietLog((fields, message) => options.logger.info(fields, message));
    this.#ackPace = new AckPace(this.#timing.ackGatherMs);
    this.#planCheck();
  }

  get connected(): number {
    return this.#links.size;
  }

  halfOpen(): { length: number; limit: number } {
    return { length: this.#halfOpen.length, limit: MAX_HALF_OPEN };
  }

  /** Lets the agent of such a request come again. */
  refuse(socket: Duplex): void {
    socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\n\r\n');
  }

  /** Takes the socket of a WebSocket request for `/agent`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#isClosing) {
      this.refuse(socket);
      return;
    }
    const address = this.#options.addressOf?.(request) ?? request.socket.remoteAddress ?? 'unknown';
    const terms = { subprotocol: AGENT_SUBPROTOCOL, maxMessageBytes: MAX_FRAME_BYTES_BEFORE_AUTH };
    const accepted = (this.#options.accept ?? acceptOwn)(request, socket, head, terms);
    if (accepted === null) return;
    const { registry, proof, verify, now, logger } = this.#options;
    const link = new Link<Device>({
      socket: accepted,
      address,
      registry,
      proof,
      verify,
      now,
      logger,
      strangers: this.#strangers,
      timing: this.#timing,
      ackPace: this.#ackPace,
      onAuthenticated: (of, device, hello) => {
        this.#halfOpen.delete(address, of);
        return this.#admit(of, device, hello);
      },
      onResumed: (of, device, hello) => this.#seat(of, device, hello),
      onClosed: (of) => {
        this.#halfOpen.delete(address, of);
        this.#leave(of);
      },
      ...(this.#options.onRefused ? { onRefused: this.#options.onRefused } : {}),
    });
    this.#open.add(link);
    this.#halfOpen.add(address, link)?.turnAway();
  }

  /** Closes the links of a device, if it has any, with a reason for its agent. */
  disconnect(device: Device, cause: VigiaError, retryInMs: number): void {
    for (const link of [this.#links.get(device), ...this.#beside.of(device)]) link?.fail(cause, retryInMs);
  }

  /** Closes those links of a device that run this. */
  disconnectRuns(device: Device, isRun: (runId: string) => boolean, cause: VigiaError, retryInMs = 0): void {
    for (const link of [this.#links.get(device), ...this.#beside.of(device)])
      if (link && isRun(link.runId)) link.fail(cause, retryInMs);
  }

  /** Whether the link of the device, or of one that lives beside it, is of such a run. */
  isConnected(device: Device, isRun: (runId: string) => boolean): boolean {
    return [this.#links.get(device), ...this.#beside.of(device)].some(
      (link) => link !== undefined && isRun(link.runId),
    );
  }

  /**
   * Tells every agent to come back a little later, and closes.
   * @param soonestMs what they are told at least; a large fleet is asked for more time, because agents come back spread
   *   over as long as they were told, from half of it on
   */
  async close(soonestMs: number): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#checker);
    this.#strangers.close();
    const returnInMs = Math.max(soonestMs, this.connected * RETURN_MS_PER_AGENT);
    for (const link of this.#open) link.dismiss('server_restart', returnInMs);
    const deadlineMs = performance.now() + CLOSE_DEADLINE_MS;
    while (this.#open.size > 0 && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /**
   * Null while an older link of the same run is asked whether it is alive.
   * @throws VigiaError run_conflict for a machine that is not the one enrolled; identity_given_up; too_many_frames
   */
  #admit(link: Link<Device>, device: Device, hello: HelloFrame): SessionEvents | null {
    const { registry, onCloned } = this.#options;
    const enrolled = registry.machineId(device);
    const isGuess = (hello.features & Feature.guessedMachineId) !== 0;
    if (enrolled !== '' && hello.machineId !== enrolled && !isGuess) {
      onCloned?.(device, link.address, 'machine');
      throw new VigiaError('run_conflict');
    }
    link.runId = Buffer.from(hello.runId).toString('hex');
    const older = [this.#links.get(device), this.#beside.ofRun(device, link.runId)].find(
      (other) => other?.isOpen && other.runId === link.runId,
    );
    if (!older?.allowance) return this.#seat(link, device, hello);
    this.#count(link, older.allowance);
    const superseded = this.#contests.begin(older, link, performance.now(), (forked) => this.#turnFork(forked, device));
    superseded?.fail(new VigiaError('replaced'));
    return null;
  }

  /** Its run goes on elsewhere: the memory of a running machine was copied. */
  #turnFork(link: Link<Device>, device: Device): void {
    const canBeginAnew = link.hasFeature(Feature.newRun);
    // One that begins a new run shows itself by that, beside the one judged.
    if (!canBeginAnew) this.#options.onCloned?.(device, link.address, 'machine');
    link.fail(new VigiaError('run_forked'), canBeginAnew ? 0 : FORKED_RETRY_MS);
  }

  #count(link: Link<Device>, allowance: FrameAllowance): void {
    if (link.allowance === allowance) return;
    link.allowance = allowance;
    if (allowance.charge('hello', 0, performance.now()) > 0) throw new VigiaError('too_many_frames');
  }

  /** @throws VigiaError identity_given_up; run_conflict; too_many_frames; too_many_connections */
  #seat(link: Link<Device>, device: Device, hello: HelloFrame): SessionEvents {
    const { registry, onBeside, onCloned, onConnected } = this.#options;
    const current = this.#links.get(device);
    const { isBeside, isNews } = registry.place?.(device, hello, link.address) ?? { isBeside: false, isNews: false };
    const allowance = isBeside ? this.#beside.allowanceOf(device) : this.#allowanceOf(device);
    this.#count(link, allowance);
    if (isBeside && onBeside) {
      onCloned?.(device, link.address, 'twin');
      this.#beside.add(device, link);
      return onBeside(device, hello, link);
    }
    if (isNews) onCloned?.(device, current?.address ?? link.address, 'twin');
    if (current) {
      // A reconnect must replace its own half-open link at once; an equal machine comes back beside.
      this.#links.delete(device);
      current.device = null;
      current.fail(new VigiaError('replaced'));
    }
    this.#links.set(device, link);
    return onConnected(device, hello, link);
  }

  #allowanceOf(device: Device): FrameAllowance {
    const allowance = this.#allowances.get(device) ?? new FrameAllowance();
    this.#allowances.set(device, allowance);
    return allowance;
  }

  #leave(link: Link<Device>): void {
    this.#open.delete(link);
    this.#contests.drop(link);
    const waiting = this.#contests.drawAgainst(link);
    const { device } = link;
    if (device) {
      this.#beside.drop(device, link);
      if (this.#links.get(device) === link) {
        this.#links.delete(device);
        this.#options.onDisconnected(device, link.saidGoodbye);
      }
    }
    waiting?.resume();
  }

  /** As many parts as there are links, up to a bound: with nobody there the process rests. */
  #planCheck(): void {
    const parts = (): number => Math.min(MAX_LIVENESS_PARTS, Math.max(1, this.#linkCount));
    this.#checker = setTimeout(() => {
      this.#planCheck();
      // By those who are here now: a fleet that came meanwhile is looked at in parts as well.
      this.#checkLiveness(Math.ceil(this.#linkCount / parts()));
    }, LIVENESS_CHECK_MS / parts());
  }

  get #linkCount(): number {
    return this.#links.size + this.#beside.size;
  }

  *#everyLink(): Generator<Link<Device>> {
    yield* this.#links.values();
    yield* this.#beside.all();
  }

  #checkLiveness(count: number): void {
    const nowMs = performance.now();
    if (nowMs - this.#checkedAtMs > STALLED_MS) this.#pausedUntilMs = nowMs + LIVENESS_CHECK_MS;
    this.#checkedAtMs = nowMs;
    if (nowMs < this.#pausedUntilMs) return;
    for (const { newcomer, isDead } of this.#contests.takeDue(nowMs)) {
      if (isDead) newcomer.fail(new VigiaError('replaced'));
      else newcomer.resume();
    }
    for (let left = count; left > 0; left -= 1) {
      const { value: link } = this.#round.next();
      if (link) link.checkLiveness();
      else this.#round = this.#everyLink();
    }
  }
}
