import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Who is told what happens on a socket. */
export interface SocketOwner {
  /** Text comes as its bytes. They are valid until this returns. */
  onMessage(payload: Uint8Array, isBinary: boolean): void;
  /** The other end broke the rules of WebSockets, or the connection failed. `onClose` follows. */
  onFault(cause: Error): void;
  /** Once, at the end of every connection. */
  onClose(): void;
}

/** The server's end of an agent's WebSocket: all that a link knows of it, whoever made it. */
export interface MessageSocket {
  /** Begins to read. */
  listen(owner: SocketOwner): void;
  /** Reads nothing more for a while: what the peer sends waits at the peer. */
  rest(durationMs: number): void;
  /** From now on a message may have so many bytes; a larger one ends the connection with 1009. */
  allow(maxMessageBytes: number): void;
  readonly isOpen: boolean;
  /** Bytes that wait for the network. */
  readonly unsentBytes: number;
  /** Sends a binary message, if the connection is open. */
  send(payload: Uint8Array): void;
  /** Sends several in one piece, which wakes the other end once. */
  sendTogether(payloads: readonly Uint8Array[]): void;
  /** Asks whether the other end still reads; only an answer to this very question counts, and only the last question's. */
  askAlive(onAnswer: () => void): void;
  /** Begins the closing handshake; it ends within 2 s, one way or the other. */
  close(code: number): void;
  /** Ends the connection at once. */
  terminate(): void;
}

export interface SocketTerms {
  /** Agreed on if the client offers it. */
  readonly subprotocol: string;
  /** Until more is allowed. */
  readonly maxMessageBytes: number;
}

/** Takes a request for a WebSocket. Null if it was refused and answered: then the connection ends. */
export type AcceptSocket = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  terms: SocketTerms,
) => MessageSocket | null;

/** What a ping says, so that nobody can have answered it before it was sent. */
export const newQuestion = (): Buffer => randomBytes(8);

/** Pings of a peer that does not read the answers are answered up to here. */
export const MAX_UNSENT_PONGS_BYTES = 64 * 1024;
/** Control frames between two messages: no agent sends any, and each costs as much as a small message. */
export const MAX_CONTROLS = 100;
/** A peer that does not finish the closing handshake must not keep its socket. */
export const CLOSE_DEADLINE_MS = 2_000;
