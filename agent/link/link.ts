import { AGENT_SUBPROTOCOL } from '../../protocol/api/enrolment.ts';
import { type ErrorCode, ProtocolError, SentenceError } from '../../protocol/error.ts';
import { decodeFrame, encodeFrame } from '../../protocol/wire/codec.ts';
import type {
  Clocks,
  ErrorFrame,
  Frame,
  GoodbyeFrame,
  HelloFrame,
  OpenServerFrame,
  WelcomeFrame,
} from '../../protocol/wire/frame.ts';
import { Feature, MAX_FRAME_BYTES, MAX_FRAME_BYTES_BEFORE_AUTH } from '../../protocol/wire/frame.ts';
import type { Identity } from '../identity/identity.ts';
import { type Channel, channelOf, connectionFault, unproven } from './channel.ts';
import { answerChallenge } from './handshake.ts';
import { WebSocketClient } from './socket/web-socket.ts';

export interface LinkDeadlines {
  /** From the dial to the welcome. */
  readonly handshakeMs: number;
  /** Without a byte from the server, the agent asks whether it is there ... */
  readonly silenceMs: number;
  /** ... and gives the link up after this long without an answer. */
  readonly answerMs: number;
}

export const linkDeadlines: LinkDeadlines = { handshakeMs: 15_000, silenceMs: 20_000, answerMs: 10_000 };

export interface LinkOptions {
  readonly url: URL;
  readonly hello: HelloFrame;
  readonly identity: Identity;
  /** The raw key pinned at enrolment. */
  readonly pinnedKey: Uint8Array;
  readonly clocks: () => Clocks;
  /** Whether the machine's certificate authorities are asked. Loading them costs memory; a pinned certificate needs none. */
  readonly useAuthorities: boolean;
  readonly deadlines?: LinkDeadlines;
  /** Acknowledgements, what the server asks for and non-fatal errors, from the welcome on. */
  readonly onFrame: (frame: OpenServerFrame | ErrorFrame) => void;
}

/** Why a link is no more. */
export interface LinkEnd {
  /** A code of the server or of the agent's own; `going_away` if the server said when to return. */
  readonly code: ErrorCode | 'closed';
  readonly message: string;
  /** When the server wants to see the agent again, if it said so. */
  readonly returnInMs: number | undefined;
  /** How long the link stood after its welcome; 0 if it got none. */
  readonly connectedForMs: number;
}

/** More than this unsent means that the network takes nothing: the link is given up. */
const MAX_UNSENT_BYTES = 4 * 2 ** 20;
/** A wish to be left alone counts for no more than this, and only once the server has proved its key. */
const MAX_AWAY_MS = 3_600_000;

/** A server that heard the clocks in a report dates well by them for longer than this. */
const CLOCKS_EVERY_MS = 60_000;

/** One connection's life: handshake, liveness, end. Every wait in it has a deadline. */
export class Link {
  readonly #options: LinkOptions;
  readonly #deadlines: LinkDeadlines;
  readonly #socket: WebSocketClient;
  readonly #welcomed = Promise.withResolvers<WelcomeFrame>();
  readonly #closed = Promise.withResolvers<LinkEnd>();
  readonly #pongs = new Map<number, () => void>();
  #channel: Channel | undefined;
  #stage: 'challenge' | 'welcome' | 'open' = 'challenge';
  #welcomedAtMs: number | undefined;
  #heardAtMs = performance.now();
  #mayPongBriefly = false;
  #toldClocksAtMs = Number.NEGATIVE_INFINITY;
  #askedAtMs: number | undefined;
  #pingId = 0;
  #timer: NodeJS.Timeout;
  #cause: Pick<LinkEnd, 'code' | 'message' | 'returnInMs'> | undefined;

  /** Dials. {@link welcomed} and {@link closed} say how it goes. */
  constructor(options: LinkOptions) {
    this.#options = options;
    this.#deadlines = options.deadlines ?? linkDeadlines;
    this.#timer = setTimeout(() => {
      this.#end({ code: 'server_unreachable', message: 'The server did not complete the handshake in time.' });
    }, this.#deadlines.handshakeMs);
    // Nobody is obliged to await the welcome: `closed` tells every end.
    this.#welcomed.promise.catch(() => undefined);
    this.#socket = new WebSocketClient({
      url: options.url,
      subprotocol: AGENT_SUBPROTOCOL,
      maxMessageBytes: MAX_FRAME_BYTES_BEFORE_AUTH,
      useAuthorities: options.useAuthorities,
      onConnect: (socket) => {
        this.#guard(() => {
          this.#channel = channelOf(socket);
        });
      },
      onOpen: () => this.#transmit(options.hello),
      onMessage: (data, isBinary) => this.#guard(() => this.#receive(data, isBinary)),
      onError: (error) => {
        const { code, message } = connectionFault(error, options.url);
        this.#end({ code, message });
      },
      onClose: () => this.#settle(),
    });
  }

  /** The server's welcome; rejects if the link ends before it. */
  get welcomed(): Promise<WelcomeFrame> {
    return this.#welcomed.promise;
  }

  /** Resolves when the link is no more. Never rejects. */
  get closed(): Promise<LinkEnd> {
    return this.#closed.promise;
  }

  get isOpen(): boolean {
    return this.#stage === 'open' && this.#socket.isOpen;
  }

  /** Bytes that wait for the network. */
  get unsentBytes(): number {
    return this.#socket.unsentBytes;
  }

  /** Sends a frame, if the link is open. */
  send(frame: Frame): void {
    if (this.isOpen) this.#transmit(frame);
  }

  /** Asks the server; `onTaken` is called when its answer shows that it has taken all that was sent before. */
  confirm(onTaken: () => void): void {
    if (this.isOpen) this.#pongs.set(this.#ask(), onTaken);
  }

  /** Asks now whether the server is still there, such as after a sleep. */
  check(): void {
    if (!this.isOpen || this.#askedAtMs !== undefined) return;
    this.#ask();
    this.#watch();
  }

  /** Ends this link so that the next one can begin. */
  renew(): void {
    this.#end({ code: 'closed', message: 'The agent renews the connection.' });
  }

  /** Says goodbye if the link is open, and closes. Resolves when the socket is closed or after `deadlineMs`. */
  async close(goodbye: GoodbyeFrame, deadlineMs: number): Promise<void> {
    this.send(goodbye);
    this.#cause ??= { code: 'closed', message: 'The agent left.', returnInMs: undefined };
    const deadline = setTimeout(() => this.#socket.terminate(), deadlineMs);
    if (this.isOpen) this.#socket.close(1000);
    else this.#socket.terminate();
    await this.closed;
    clearTimeout(deadline);
  }

  #transmit(frame: Frame): void {
    if (this.#socket.unsentBytes > MAX_UNSENT_BYTES) {
      this.#end({ code: 'server_unreachable', message: 'The network has taken nothing for too long.' });
      return;
    }
    this.#socket.send(encodeFrame(frame));
    const isReport = frame.type === 'report' || frame.type === 'report_delta';
    if (isReport && !frame.backfill) this.#toldClocksAtMs = performance.now();
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      const { code, message } = connectionFault(error, this.#options.url);
      // Tell the other end what was wrong with its bytes, in case somebody looks into its log.
      if (error instanceof ProtocolError && this.#socket.isOpen) {
        this.#transmit({ type: 'error', code, message, fatal: true, retryInMs: 0 });
      }
      this.#end({ code, message });
    }
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (!isBinary) throw new ProtocolError('frame_malformed', 'A frame is binary, and this is text.');
    const frame = decodeFrame(data);
    this.#heardAtMs = performance.now();
    this.#askedAtMs = undefined;
    if (frame.type === 'error' && (frame.fatal || this.#stage !== 'open')) {
      this.#onLeave(frame.code, frame.message, frame.retryInMs);
    } else if (frame.type === 'goodbye') {
      this.#onLeave('going_away', 'The server leaves.', frame.returnInMs);
    } else if (this.#stage === 'open') {
      this.#receiveOpen(frame);
    } else if (this.#stage === 'challenge' && frame.type === 'challenge' && this.#channel !== undefined) {
      const { pinnedKey, identity, hello } = this.#options;
      const state = { channel: this.#channel, pinnedKey, identity, agentNonce: hello.nonce, runId: hello.runId };
      this.#transmit(answerChallenge(frame, state));
      this.#stage = 'welcome';
    } else if (this.#stage === 'welcome' && frame.type === 'welcome') {
      this.#stage = 'open';
      this.#socket.allow(MAX_FRAME_BYTES);
      this.#welcomedAtMs = performance.now();
      this.#mayPongBriefly = (frame.features & Feature.briefPongs) !== 0;
      this.#watch();
      this.#welcomed.resolve(frame);
    } else {
      throw new ProtocolError('frame_unexpected', `A ${frame.type} is not expected here.`);
    }
  }

  #receiveOpen(frame: Frame): void {
    switch (frame.type) {
      case 'ack':
      case 'plan':
      case 'probe':
      case 'task':
      case 'task_taken':
      case 'error':
        this.#options.onFrame(frame);
        break;
      case 'ping':
        this.#transmit({ type: 'pong', id: frame.id, clocks: this.#clocksIfDue() });
        break;
      case 'pong':
        this.#pongs.get(frame.id)?.();
        this.#pongs.delete(frame.id);
        break;
      default:
        throw new ProtocolError('frame_unexpected', `A ${frame.type} is not expected here.`);
    }
  }

  /** Ten times as long as the rest of a pong: not told again while reports tell them. */
  #clocksIfDue(): Clocks | null {
    const isTold = performance.now() - this.#toldClocksAtMs < CLOCKS_EVERY_MS;
    return this.#mayPongBriefly && isTold ? null : this.#options.clocks();
  }

  #onLeave(code: ErrorCode, message: string, awayMs: number): void {
    const returnInMs = awayMs > 0 ? Math.min(awayMs, MAX_AWAY_MS) : undefined;
    const isProved = this.#stage !== 'challenge';
    this.#end(isProved ? { code, message, returnInMs } : unproven(this.#options.url, code, message));
  }

  #watch(): void {
    clearTimeout(this.#timer);
    const { silenceMs, answerMs } = this.#deadlines;
    const nowMs = performance.now();
    const lastsMs = this.#askedAtMs === undefined ? silenceMs : answerMs;
    const leftMs = lastsMs - (nowMs - (this.#askedAtMs ?? this.#heardAtMs));
    if (leftMs > 0) {
      this.#timer = setTimeout(() => this.#watch(), leftMs);
    } else if (this.#askedAtMs === undefined) {
      this.#ask();
      this.#timer = setTimeout(() => this.#watch(), answerMs);
    } else {
      this.#end({ code: 'server_unreachable', message: 'The server fell silent.' });
    }
  }

  #ask(): number {
    this.#pingId += 1;
    this.#askedAtMs ??= performance.now();
    this.send({ type: 'ping', id: this.#pingId });
    return this.#pingId;
  }

  #end({
    code,
    message,
    returnInMs,
  }: {
    code: LinkEnd['code'];
    message: string;
    returnInMs?: number | undefined;
  }): void {
    this.#cause ??= { code, message, returnInMs };
    this.#socket.close();
    // A peer that does not close in its turn is not waited for.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#socket.terminate(), 1_000);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#pongs.clear();
    const cause = this.#cause ?? {
      code: 'closed' as const,
      message: 'The connection was lost.',
      returnInMs: undefined,
    };
    const connectedForMs = this.#welcomedAtMs === undefined ? 0 : performance.now() - this.#welcomedAtMs;
    this.#closed.resolve({ ...cause, connectedForMs });
    const code = cause.code === 'closed' ? 'server_unreachable' : cause.code;
    this.#welcomed.reject(new SentenceError(code, cause.message));
  }
}
