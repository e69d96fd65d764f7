import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { type ErrorCode, ProtocolError, VigiaError } from '../../../protocol/error.ts';
import { FramingError } from '../../../protocol/socket/message.ts';
import { decodeFrame, encodeFrame } from '../../../protocol/wire/codec.ts';
import {
  type ChallengeFrame,
  Feature,
  type Frame,
  type GoodbyeReason,
  type HelloFrame,
  MAX_FRAME_BYTES,
} from '../../../protocol/wire/frame.ts';
import type { QuietLog } from '../../platform/fairness/quiet-log.ts';
import type { Acknowledgements, AckPace } from './acknowledgements.ts';
import { type FrameAllowance, tooLarge } from './frame-allowance.ts';
import { agreeVersion, checkProof, laterHello, makeChallenge, type ServerProof } from './handshake.ts';
import { Heartbeat } from './heartbeat.ts';
import type { LinkTiming, Registry } from './link-terms.ts';
import type { MessageSocket, SocketOwner } from './message-socket.ts';
import { retryAfter } from './retry-after.ts';
import { Session, type SessionEvents } from './session.ts';

export interface LinkOptions<Device> {
  readonly socket: MessageSocket;
  readonly address: string;
  readonly registry: Registry<Device>;
  readonly proof: ServerProof;
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
  readonly now: () => number;
  readonly logger: Logger;
  /** For what anybody can cause who has no key. */
  readonly strangers: QuietLog;
  readonly timing: LinkTiming;
  readonly ackPace: AckPace;
  /** The agent has proved its key. Returns what its frames drive, null to let it wait, or throws VigiaError to turn it away. */
  readonly onAuthenticated: (link: Link<Device>, device: Device, hello: HelloFrame) => SessionEvents | null;
  /** It waited, and {@link Link.resume} was called: as above, with the clocks of its hello brought up to now. */
  readonly onResumed: (link: Link<Device>, device: Device, hello: HelloFrame) => SessionEvents;
  readonly onClosed: (link: Link<Device>) => void;
  /** The link is closed because of what the agent sent or is. */
  readonly onRefused?: (code: ErrorCode) => void;
}

/** A device that is so far ahead of its allowance is sent away; a little is made up for by reading later. */
const MAX_AHEAD_MS = 15_000;
/** What this server offers to agents that ask for it. */
const GRANTED_FEATURES = Feature.deltaReports | Feature.probe | Feature.checks | Feature.briefPongs | Feature.tasks;

type Stage =
  | { readonly name: 'hello' }
  | { readonly name: 'proof'; readonly hello: HelloFrame; readonly challenge: ChallengeFrame }
  | { readonly name: 'held'; readonly hello: HelloFrame; readonly sinceMs: number }
  | { readonly name: 'open'; readonly session: Session; readonly events: SessionEvents }
  | { readonly name: 'closed' };

/** One connection of one agent: handshake, then frames until either side leaves. */
export class Link<Device> implements SocketOwner {
  readonly #options: LinkOptions<Device>;
  #stage: Stage = { name: 'hello' };
  readonly #heartbeat = new Heartbeat();
  readonly #deadline: NodeJS.Timeout;
  readonly #acks: Acknowledgements;
  /** How much its sender may send, over all its links; once it has proved its key. */
  allowance: FrameAllowance | null = null;
  device: Device | null = null;
  /** 32 hex digits, once the key is proved. */
  runId = '';
  #isKnown = false;
  #features = 0;
  /** True if the agent said goodbye, so that its silence is no loss. */
  saidGoodbye = false;

  constructor(options: LinkOptions<Device>) {
    this.#options = options;
    const { socket, timing, ackPace } = options;
    this.#acks = ackPace.join((frame) => this.send(frame));
    this.#deadline = setTimeout(() => this.fail(new VigiaError('handshake_timeout')), timing.handshakeMs);
    socket.listen(this);
  }

  /** The remote address of the socket. */
  get address(): string {
    return this.#options.address;
  }

  send(frame: Frame): void {
    if (this.#mayStillSend()) this.#options.socket.send(encodeFrame(frame));
  }

  /** Takes frames, and what is sent may arrive. */
  get isOpen(): boolean {
    return this.#stage.name === 'open' && this.#options.socket.isOpen;
  }

  /** Whether the agent of this proved link has such a feature, from its hello. */
  hasFeature(feature: number): boolean {
    return (this.#features & feature) !== 0;
  }

  /** Asks whether its agent is still there; only an answer to this very question counts. */
  askAlive(onAnswer: () => void): void {
    if (this.#stage.name !== 'open') {
      // One that waits for its welcome expects no frame yet. All others are asked by one, which no proxy can answer for them.
      this.#options.socket.askAlive(onAnswer);
      return;
    }
    this.send({ type: 'ping', id: this.#heartbeat.ask(onAnswer) });
  }

  /** Lets an agent in that had to wait. */
  resume(): void {
    const stage = this.#stage;
    if (stage.name !== 'held') return;
    const hello = laterHello(stage.hello, performance.now() - stage.sinceMs);
    try {
      const device = this.#find(hello);
      this.#welcome(hello, device, this.#options.onResumed(this, device, hello));
    } catch (cause) {
      this.#failed(cause);
    }
  }

  /** The report is committed; the agent is told in time. */
  acknowledge(run: number, sequence: number, backfill: boolean): void {
    this.#acks.add(run, sequence, backfill);
  }

  /** Tells the agent when to return and closes. */
  dismiss(reason: GoodbyeReason, returnInMs: number): void {
    this.#acks.flush();
    this.send({ type: 'goodbye', reason, returnInMs });
    this.#close(1001);
  }

  /** Sends the fault and closes. */
  fail(cause: VigiaError, retryInMs = 0): void {
    this.#refuse(cause, retryInMs);
    this.#close(1008);
  }

  /** Others need its place before it has proved its key. */
  turnAway(): void {
    this.fail(new VigiaError('too_many_connections'));
    this.#options.socket.terminate();
  }

  /** Called about once a second: pings an idle agent, gives up a dead one. */
  checkLiveness(): void {
    if (this.#stage.name !== 'open') return;
    const { timing, socket } = this.#options;
    const id = this.#heartbeat.look(timing);
    if (id === null) return;
    if (id === 'dead') {
      socket.terminate();
      return;
    }
    const ping = { type: 'ping', id } as const;
    const acks = this.#acks.take();
    if (acks.length === 0) this.send(ping);
    else if (this.#mayStillSend()) socket.sendTogether([...acks, ping].map((frame) => encodeFrame(frame)));
  }

  onMessage(data: Uint8Array, isBinary: boolean): void {
    // What a peer still sends on a link that is being closed counts for nothing.
    if (this.#stage.name === 'closed') return;
    this.#heartbeat.heard();
    // Not by way of a function: done for every report, making one would be much of its cost.
    try {
      if (!isBinary) throw new ProtocolError('frame_malformed', 'Frames are binary.');
      const frame = decodeFrame(data);
      if (this.allowance) this.#count(this.allowance, frame.type, data.length);
      this.#step(frame, data);
      this.#acks.heard();
    } catch (cause) {
      this.#failed(cause);
    }
  }

  #failed(cause: unknown): void {
    if (cause instanceof VigiaError) {
      if (this.#stage.name === 'open') this.#stage.events.onRefused?.(cause);
      this.fail(cause, retryAfter(cause.code));
    } else {
      this.#options.logger.error({ err: cause }, 'handling a frame failed');
      this.fail(new VigiaError('internal'));
    }
  }

  onFault(cause: Error): void {
    // The socket does not read the message, and closes with 1009 as soon as this returns.
    if (cause instanceof FramingError && cause.closeCode === 1009) this.#refuse(tooLarge(this.#stage.name === 'open'));
    else this.#options.logger.debug({ err: cause, address: this.#options.address }, 'agent socket failed');
  }

  onClose(): void {
    clearTimeout(this.#deadline);
    this.#acks.drop();
    this.#stage = { name: 'closed' };
    this.#options.onClosed(this);
  }

  #mayStillSend(): boolean {
    const { socket, timing, logger, address } = this.#options;
    if (!socket.isOpen || socket.unsentBytes <= timing.maxBufferedBytes) return socket.isOpen;
    logger.warn({ address }, 'an agent does not read; closing its link');
    socket.terminate();
    return false;
  }

  #count(allowance: FrameAllowance, type: Frame['type'], sizeBytes: number): void {
    const waitMs = allowance.charge(type, sizeBytes, this.#heartbeat.heardAtMs);
    if (waitMs > MAX_AHEAD_MS) throw new VigiaError('too_many_frames');
    if (waitMs > 0) this.#options.socket.rest(waitMs);
  }

  #step(frame: Frame, message: Uint8Array): void {
    const stage = this.#stage;
    if (stage.name === 'open') {
      stage.session.receive(frame, message);
      if (frame.type === 'pong') this.#heartbeat.ponged(frame.id);
    } else if (stage.name === 'hello' && frame.type === 'hello') {
      this.#answerHello(frame);
    } else if (stage.name === 'proof' && frame.type === 'proof') {
      checkProof(stage.hello, stage.challenge, frame, this.#options.verify);
      this.#open(stage.hello);
    } else {
      throw new ProtocolError('frame_unexpected', `A ${frame.type} frame is not expected here.`);
    }
  }

  /** Everybody gets the server's proof first: what it says of an agent before would be anybody's word to that agent. */
  #answerHello(hello: HelloFrame): void {
    const { proof, now } = this.#options;
    const version = agreeVersion(hello);
    const challenge = makeChallenge(hello, version, randomBytes(32), proof, now());
    this.#stage = { name: 'proof', hello, challenge };
    this.send(challenge);
  }

  #open(hello: HelloFrame): void {
    clearTimeout(this.#deadline);
    const device = this.#find(hello);
    this.#features = hello.features;
    this.#stage = { name: 'held', hello, sinceMs: performance.now() };
    const events = this.#options.onAuthenticated(this, device, hello);
    if (events) this.#welcome(hello, device, events);
  }

  /** @throws VigiaError agent_unknown, agent_retired */
  #find(hello: HelloFrame): Device {
    const device = this.#options.registry.find(hello.publicKey);
    this.#isKnown = true;
    this.device = device;
    return device;
  }

  #welcome(hello: HelloFrame, device: Device, events: SessionEvents): void {
    const { registry, now, socket } = this.#options;
    const features = hello.features & GRANTED_FEATURES;
    const send = (frame: Frame): void => this.send(frame);
    const session = new Session({ events, hello, features, now, send, onGoodbye: () => this.#goodbye() });
    this.#stage = { name: 'open', session, events };
    socket.allow(MAX_FRAME_BYTES);
    this.send({
      type: 'welcome',
      deviceId: registry.id(device),
      features,
      intervalMs: registry.intervalMs(device),
      serverTimeMs: now(),
    });
    events.onOpen?.();
  }

  /** Says why the link ends; whoever calls this closes it. */
  #refuse({ code, message }: VigiaError, retryInMs = 0): void {
    const { logger, strangers, address, onRefused } = this.#options;
    onRefused?.(code);
    const fields = { code, address, stage: this.#stage.name };
    const line = `closing a link to an agent: ${message}`;
    if (this.#isKnown) logger.info(fields, line);
    else strangers.note(fields, line);
    this.#acks.flush();
    this.send({ type: 'error', code, message, fatal: true, retryInMs });
  }

  #goodbye(): void {
    this.saidGoodbye = true;
    this.#acks.flush();
    this.#close(1000);
  }

  #close(code: number): void {
    const { socket } = this.#options;
    clearTimeout(this.#deadline);
    this.#stage = { name: 'closed' };
    socket.close(code);
  }
}
