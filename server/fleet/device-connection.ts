import { said } from '../../protocol/said/said.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import type { Liveness } from '../domain/liveness.ts';

/** An agent that can be sent frames. */
export interface Peer {
  readonly send: (frame: Frame) => void;
  /** What it asked for, as bits (`Feature`). */
  readonly features: number;
}

/** Why a link was closed because of what its agent sent. */
export interface LinkRefusal {
  readonly code: string;
  readonly sentence: string;
  readonly at: number;
}

interface Fields {
  isConnected: boolean;
  /** Its connection, while it has one. */
  peer: Peer | null;
  /** The remote address of its newest connection. */
  remoteAddress: string | null;
  /** When its newest connection was made; null before the first to this run of the server. */
  linkedAt: number | null;
  linkLostAt: number | null;
  /** Any frame counts. */
  lastHeardAt: number | null;
  /** At which its agent reports, as it said. */
  intervalMs: number | null;
  /** Null once a report was taken again. */
  refusal: LinkRefusal | null;
  /** True while its return to `up` waits to be judged. */
  isReturning: boolean;
  /** What its silence, or the lack of it, was judged to be. */
  liveness: Liveness;
  /** When the present state began. */
  stateSince: number;
}

/** How a device is tied to this run of the server, and what its silence means. Instants in ms. Only the functions of this file write it. */
export type DeviceConnection = Readonly<Fields>;

export function freshConnection(enrolledAt: number, lastHeardAt: number | null): DeviceConnection {
  return {
    isConnected: false,
    peer: null,
    remoteAddress: null,
    linkedAt: null,
    linkLostAt: null,
    lastHeardAt,
    intervalMs: null,
    refusal: null,
    isReturning: false,
    liveness: { state: 'pending', since: enrolledAt, reason: said('presence.pending'), loss: null },
    stateSince: enrolledAt,
  };
}

/** Its agent has said hello. */
export function linkOpened(
  connection: DeviceConnection,
  { peer, remoteAddress, intervalMs }: Pick<Fields, 'peer' | 'remoteAddress' | 'intervalMs'>,
  now: number,
): void {
  const own: Fields = connection;
  own.isConnected = true;
  own.linkLostAt = null;
  own.linkedAt = now;
  own.remoteAddress = remoteAddress;
  own.peer = peer;
  own.intervalMs = intervalMs;
}

/** @param lostAt null if its agent had said goodbye */
export function linkClosed(connection: DeviceConnection, lostAt: number | null): void {
  const own: Fields = connection;
  own.isConnected = false;
  own.peer = null;
  if (lostAt !== null) own.linkLostAt = lostAt;
}

/** A frame came just now: the newest sign, whatever a clock that was ahead has noted before. */
export function heard(connection: DeviceConnection, now: number): void {
  const own: Fields = connection;
  own.lastHeardAt = now;
}

/** A report is judged that was received then; others may have been heard since. */
export function heardBy(connection: DeviceConnection, receivedAt: number): void {
  const own: Fields = connection;
  own.lastHeardAt = Math.max(own.lastHeardAt ?? 0, receivedAt);
}

/** Its link is closed because of what its agent sent; null: a report was taken again. */
export function refused(connection: DeviceConnection, refusal: LinkRefusal | null): void {
  const own: Fields = connection;
  own.refusal = refusal;
}

export function returning(connection: DeviceConnection, isReturning: boolean): void {
  const own: Fields = connection;
  own.isReturning = isReturning;
}

/** Takes what was judged. */
export function judged(connection: DeviceConnection, liveness: Liveness): void {
  const own: Fields = connection;
  own.liveness = liveness;
}

export function stateBegan(connection: DeviceConnection, at: number): void {
  const own: Fields = connection;
  own.stateSince = at;
}

/** The server's clock was set by `sizeMs`. @param now after the step, ms */
export function redateConnection(connection: DeviceConnection, sizeMs: number, now: number): void {
  const own: Fields = connection;
  if (own.lastHeardAt !== null) own.lastHeardAt = Math.min(now, own.lastHeardAt + sizeMs);
  if (own.linkLostAt !== null) own.linkLostAt += sizeMs;
  if (own.linkedAt !== null) own.linkedAt += sizeMs;
  if (own.refusal) own.refusal = { ...own.refusal, at: Math.min(now, own.refusal.at + sizeMs) };
  own.stateSince = Math.min(now, own.stateSince);
}
