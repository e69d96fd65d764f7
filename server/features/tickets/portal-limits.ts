import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';

/** Counts what comes by each link, and from each address by it. */
export interface PortalLimits {
  /** @throws VigiaError rate_limited */
  count(linkId: string, address: string, at: number): void;
}

const WINDOW_MS = 3_600_000;
/** A whole office that reports one outage behind one address stays below. */
const MAX_OF_ADDRESS = 30;
/** From here on the link is busy: whoever has reported a little can go on, whoever has reported much waits. */
const BUSY_FROM = 60;
const MAX_OF_ADDRESS_WHEN_BUSY = 3;
/** Whatever comes, and from however many addresses. */
const MAX_OF_LINK = 300;

interface Taken {
  readonly at: number;
  readonly address: string;
}

/** Somebody who has the link and floods it uses up their own addresses first, and never those of the people it is for. */
export function createPortalLimits(): PortalLimits {
  const links = new Map<string, readonly Taken[]>();

  function forget(at: number): void {
    for (const [linkId, taken] of links) {
      // What lies in the future was counted by a clock that was ahead: it would count until then.
      const recent = taken.filter((one) => one.at <= at && at - one.at < WINDOW_MS);
      if (recent.length === 0) links.delete(linkId);
      else links.set(linkId, recent);
    }
  }

  return {
    count(linkId, address, at) {
      forget(at);
      const taken = links.get(linkId) ?? [];
      const own = taken.filter((one) => one.address === address);
      const limit = taken.length >= BUSY_FROM ? MAX_OF_ADDRESS_WHEN_BUSY : MAX_OF_ADDRESS;
      if (own.length >= limit || taken.length >= MAX_OF_LINK) {
        const [oldest] = own.length >= limit ? own : taken;
        throw refused('rate_limited', said('refused.portal.many'), {
          retryAfterMs: (oldest?.at ?? at) + WINDOW_MS - at,
        });
      }
      links.set(linkId, [...taken, { at, address }]);
    },
  };
}
