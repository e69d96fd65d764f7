import { createHash, randomBytes } from 'node:crypto';
import { VigiaError } from '../../../protocol/error.ts';
import type { Store } from '../store/store.ts';
import type { Row } from '../store/tables.ts';

/** By what a login is known before its password is looked at; null for a stranger. */
export type Familiarity = { readonly kind: 'browser' | 'address'; readonly id: string } | null;

/** Where somebody logs in from: the secret of a browser's own cookie, and a group of addresses that counts as one. */
export interface Place {
  readonly browser: string | null;
  readonly address: string;
}

/**
 * From where the owner of each account has logged in before. A known browser, or a known address, is no proof of anything; it
 * only has a counter of its own, so that guesses of strangers never keep the owner out.
 */
export interface KnownPlaces {
  load(): Promise<void>;
  familiarity(account: string, place: Place): Familiarity;
  /** After a login. Returns the browser's secret, a new one if it has none. */
  remember(user: Pick<Row<'user'>, 'id' | 'email'>, place: Place): Promise<string>;
  /** After a new password: who knew the old one is a stranger again. The caller has removed the rows. */
  forget(userId: string): void;
  /** Drops those that nobody came from for long before `now`, ms: call it once a day. Returns how many. */
  prune(now: number): Promise<number>;
}

/** How long a browser or an address stays known without a login. */
export const KNOWN_FOR_MS = 180 * 86_400_000;
/** Of each kind, of each person; the one not seen for longest goes. */
const MAX_PLACES = 20;
const SECRET_PATTERN = /^[A-Za-z0-9_-]{43}$/;

type Known = Row<'known_place'>;

export function createKnownPlaces(store: Store, clock: () => number): KnownPlaces {
  const places = new Map<string, Known>();

  function find(kind: Known['kind'], account: string, value: string): { id: string; hash: Buffer } {
    const hash = createHash('sha256')
      .update(JSON.stringify([kind, account.trim().toLowerCase(), value]))
      .digest();
    return { id: hash.toString('base64url'), hash };
  }

  function isKnown(id: string): boolean {
    const known = places.get(id);
    return known !== undefined && clock() - known.last_seen_at < KNOWN_FOR_MS;
  }

  async function save(place: Known): Promise<void> {
    try {
      await store.knownPlaces.save(place, MAX_PLACES);
    } catch (error) {
      // A login must not fail because this cannot be kept: it is known until the next start.
      if (!(error instanceof VigiaError)) throw error;
    }
  }

  async function note(kind: Known['kind'], user: Pick<Row<'user'>, 'id' | 'email'>, value: string): Promise<void> {
    const { id, hash } = find(kind, user.email, value);
    const place: Known = { hash, user_id: user.id, kind, last_seen_at: clock() };
    await save(place);
    places.set(id, place);
    const others = [...places].filter(([, one]) => one.user_id === user.id && one.kind === kind);
    for (const [oldest] of others.toSorted(([, a], [, b]) => b.last_seen_at - a.last_seen_at).slice(MAX_PLACES)) {
      places.delete(oldest);
    }
  }

  return {
    async load() {
      for (const row of await store.knownPlaces.all()) {
        places.set(Buffer.from(row.hash).toString('base64url'), row);
      }
    },

    familiarity(account, { browser, address }) {
      if (browser !== null && SECRET_PATTERN.test(browser)) {
        const { id } = find('browser', account, browser);
        if (isKnown(id)) return { kind: 'browser', id };
      }
      const { id } = find('address', account, address);
      return isKnown(id) ? { kind: 'address', id } : null;
    },

    async remember(user, { browser, address }) {
      const isUsable = browser !== null && SECRET_PATTERN.test(browser);
      const secret = isUsable ? browser : randomBytes(32).toString('base64url');
      await note('browser', user, secret);
      await note('address', user, address);
      return secret;
    },

    forget(userId) {
      for (const [id, place] of places) if (place.user_id === userId) places.delete(id);
    },

    async prune(now) {
      const before = now - KNOWN_FOR_MS;
      const removed = await store.knownPlaces.removeBefore(before);
      for (const [id, place] of places) if (place.last_seen_at < before) places.delete(id);
      return removed;
    },
  };
}
