import type { CompiledQuery } from 'kysely';
import type { Said } from '../../protocol/said/said.ts';
import type { BlindStretch } from '../domain/ledger.ts';
import type { SetBack } from '../domain/moved-back.ts';
import { BLIND_AHEAD_MS } from '../platform/store/heal-future.ts';
import type { Store } from '../platform/store/store.ts';
import { blindnessRepository } from './blindness-repository.ts';

/** Further back nobody asks why a device was not seen. */
const REMEMBERED_MS = 400 * 86_400_000;

interface Stretch extends BlindStretch {
  to: number;
  /** Null: the server itself. */
  readonly siteId: string | null;
}

/** When we could not see: the server itself, or one site. In memory, with the statements that keep it. */
export class Blindness {
  readonly #bySite = new Map<string | null, Stretch[]>();

  /** Reads what is kept. True if a crash left the server's own stretch open: the start ends it and notes its own. */
  async load(store: Store, now: number): Promise<boolean> {
    const kept = await blindnessRepository(store).since(now - REMEMBERED_MS);
    for (const { siteId, from, to, why } of kept) this.#add(siteId, from, to ?? Number.POSITIVE_INFINITY, why);
    return kept.some(({ siteId, to }) => siteId === null && to === null);
  }

  /** What hid a device of this site in [from, to), oldest first. */
  over(siteId: string, from: number, to: number): BlindStretch[] {
    const all = [...(this.#bySite.get(null) ?? []), ...(this.#bySite.get(siteId) ?? [])];
    return all.filter((stretch) => stretch.from < to && stretch.to > from).sort((a, b) => a.from - b.from);
  }

  /** Notes a stretch that is over. */
  note(store: Store, from: number, to: number, reason: string, why: Said): CompiledQuery {
    this.#add(null, from, to, why);
    return blindnessRepository(store).add(null, { from, to, reason, why });
  }

  /** A stretch begins; `site` null for the server itself. */
  begin(
    store: Store,
    site: { readonly id: string; readonly clientId: string } | null,
    from: number,
    reason: string,
    why: Said,
  ): CompiledQuery {
    this.#add(site?.id ?? null, from, Number.POSITIVE_INFINITY, why);
    return blindnessRepository(store).add(site, { from, to: null, reason, why });
  }

  /** Ends what lasts. */
  end(store: Store, siteId: string | null, at: number): CompiledQuery {
    for (const stretch of this.#bySite.get(siteId) ?? []) if (stretch.to > at) stretch.to = at;
    return blindnessRepository(store).end(siteId, at);
  }

  /** Does what the database does to stretches that a clock which was ahead has noted. @param now after the step, ms */
  redate(now: number, { sizeMs, since }: SetBack): void {
    for (const [siteId, stretches] of this.#bySite) {
      const redated = stretches.map((one) => {
        const back = one.from >= since ? sizeMs : 0;
        const from = Math.min(now, one.from + back);
        const to = one.to + back;
        const isTooFar = Number.isFinite(to) && to > now + BLIND_AHEAD_MS;
        return { ...one, from, to: isTooFar ? Math.max(from, now) : Math.max(from, to) };
      });
      this.#bySite.set(siteId, redated);
    }
  }

  #add(siteId: string | null, from: number, to: number, why: Said): void {
    const stretches = this.#bySite.get(siteId) ?? [];
    stretches.push({ siteId, from, to, reason: siteId === null ? 'server_blind' : 'site_lost', why });
    this.#bySite.set(siteId, stretches);
  }
}
