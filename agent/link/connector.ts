import type { Log } from '../log/log.ts';
import { onceAMinute } from '../log/once-a-minute.ts';
import { createBackoff } from './backoff.ts';
import type { Link, LinkEnd } from './link.ts';
import { reconnectDelayMs } from './reconnect.ts';

export interface ConnectorOptions {
  /** Dials once. `useAuthorities` as in LinkOptions. */
  readonly dial: (useAuthorities: boolean) => Link;
  /** Called with each link that was welcomed. */
  readonly onOpen: (link: Link) => Promise<void>;
  /** Called with the end of each link that was not wanted. */
  readonly onEnd?: (end: LinkEnd) => void;
  readonly random: () => number;
  /** A full garbage collection; none if it is left out. */
  readonly sweepMemory?: (() => void) | undefined;
  readonly log: Log;
}

/**
 * A link that ended is old garbage with all that hangs on it: V8 takes a function that is assigned to a property for one that
 * lives long, and each stream of Node assigns one. A process this quiet hardly ever sweeps the old on its own, so an agent
 * whose server is away would grow by the hour. A sweep is 15 ms.
 */
const LINKS_PER_SWEEP = 32;

export interface Connector {
  /** The link of the moment, open or not. */
  readonly link: Link;
  /** Dials now if it is waiting, such as after a sleep. */
  hurry(): void;
  stop(): void;
}

/** Keeps one link to the server, for ever. */
export function startConnector({ dial, onOpen, onEnd, random, sweepMemory, log }: ConnectorOptions): Connector {
  const backoff = createBackoff(random);
  let useAuthorities = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let lastComplaint = '';
  const mayComplain = onceAMinute();
  let ended = 0;
  let link = connect();

  function connect(): Link {
    timer = undefined;
    const next = dial(useAuthorities);
    next.welcomed
      .then(() => {
        lastComplaint = '';
        return onOpen(next);
      })
      // Whatever kept it from opening, `closed` tells.
      .catch(() => undefined);
    next.closed
      .then((end) => {
        if (isStopped) return;
        onEnd?.(end);
        wait(end);
        ended += 1;
        if (ended % LINKS_PER_SWEEP === 0) sweepMemory?.();
      })
      .catch((error: unknown) => log.error('the link could not be renewed', { reason: String(error) }));
    return next;
  }

  function wait(end: LinkEnd): void {
    const delayMs = reconnectDelayMs(end, backoff, random);
    // A certificate that the server did not sign may be that of a TLS proxy, which only the authorities can judge, and back.
    if (end.code === 'server_identity_mismatch') useAuthorities = !useAuthorities;
    // Once a minute for hours would bury everything else: the same complaint is made once. A server that refuses what it has
    // just welcomed, or with other words each time, is told of once a minute.
    const complaint = `${end.code} ${end.message}`;
    const leftOut = complaint === lastComplaint ? null : mayComplain(end.code);
    const level = leftOut === null ? 'debug' : 'warn';
    lastComplaint = complaint;
    log[level]('not connected; reports wait in the spool', {
      code: end.code,
      reason: end.message,
      retryInMs: Math.round(delayMs),
      ...(leftOut !== null && leftOut > 0 && { leftOut }),
    });
    timer = setTimeout(() => {
      link = connect();
    }, delayMs);
  }

  return {
    get link() {
      return link;
    },
    hurry() {
      if (timer === undefined || isStopped) return;
      clearTimeout(timer);
      link = connect();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
