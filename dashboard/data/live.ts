import type { LiveClientMessage, LiveServerMessage } from '../../protocol/api/view.ts';
import { backoffMs } from './backoff.ts';

const OPEN_DEADLINE_MS = 10_000;
/** The server's pings are invisible to a page, so a long silence is probed with a request. */
const SILENCE_MS = 30_000;

export type LiveLook = Omit<LiveClientMessage, 'type'>;

export interface LiveOptions {
  readonly url: string;
  readonly onMessage: (message: LiveServerMessage) => void;
  readonly onUp: () => void;
  /** The connection is gone; `retryAtMs` (browser clock) says when the next try starts. */
  readonly onDown: (retryAtMs: number) => void;
  /** Rejects when the server does not answer or the session is over. */
  readonly probe: () => Promise<unknown>;
  /** A connection that was begun before, and what it has brought. */
  readonly begun?: { readonly socket: WebSocket; readonly messages: readonly MessageEvent[] } | null;
}

/** Owns the WebSocket to `/live`: keeps it open for ever, with full-jitter backoff, until closed. */
export class LiveLink {
  #options: LiveOptions;
  #socket: WebSocket | null = null;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #look: LiveLook = { deviceId: null };

  constructor(options: LiveOptions) {
    this.#options = options;
    window.addEventListener('offline', this.#drop);
    window.addEventListener('online', this.retryNow);
    if (options.begun) this.#adopt(options.begun);
    else this.#connect();
  }

  /** Says what the page shows: only that is told live. */
  look(look: LiveLook): void {
    this.#look = look;
    this.#sayLook();
  }

  /** Tries at once when waiting. */
  retryNow = (): void => {
    if (this.#closed || this.#socket) return;
    this.#attempt = 0;
    this.#connect();
  };

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    window.removeEventListener('offline', this.#drop);
    window.removeEventListener('online', this.retryNow);
    this.#socket?.close();
    this.#socket = null;
  }

  #connect(): void {
    this.#follow(new WebSocket(this.#options.url));
  }

  /** The options' functions are not called before whoever made this has it. */
  #adopt({ socket, messages }: NonNullable<LiveOptions['begun']>): void {
    this.#follow(socket);
    queueMicrotask(() => {
      if (this.#socket !== socket || socket.readyState !== WebSocket.OPEN) return;
      this.#opened();
      for (const message of messages) this.#take(message);
    });
  }

  #follow(socket: WebSocket): void {
    clearTimeout(this.#timer);
    this.#socket = socket;
    this.#timer = setTimeout(this.#drop, OPEN_DEADLINE_MS);
    socket.onopen = this.#opened;
    socket.onmessage = this.#take;
    socket.onclose = this.#drop;
  }

  #opened = (): void => {
    this.#attempt = 0;
    this.#listenForSilence();
    this.#sayLook();
    this.#options.onUp();
  };

  #take = (event: MessageEvent): void => {
    this.#listenForSilence();
    this.#options.onMessage(JSON.parse(String(event.data)) as LiveServerMessage);
  };

  #drop = (): void => {
    const socket = this.#socket;
    if (!socket || this.#closed) return;
    this.#socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    clearTimeout(this.#timer);
    const waitMs = backoffMs(this.#attempt++);
    this.#timer = setTimeout(() => this.#connect(), waitMs);
    this.#options.onDown(Date.now() + waitMs);
  };

  #listenForSilence(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#options.probe().then(() => this.#socket && this.#listenForSilence(), this.#drop);
    }, SILENCE_MS);
  }

  #sayLook(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const message: LiveClientMessage = { type: 'watch', ...this.#look };
    this.#socket.send(JSON.stringify(message));
  }
}
