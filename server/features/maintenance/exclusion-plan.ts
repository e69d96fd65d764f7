import { said } from '../../../protocol/said/said.ts';
import { covers } from '../../domain/sla/maintenance.ts';
import { type ExcludedPiece, excludedPieces, type NoticeAt } from '../../domain/sla/notice.ts';
import type { DeviceFacts, Exclusion } from '../../domain/sla/sources.ts';
import type { PlannedWindow } from './planned-window.ts';

/** Where a device was until then, and its tags. */
export interface Placement extends Pick<DeviceFacts, 'siteId' | 'tags'> {
  readonly until: number;
}

/**
 * What the windows of a client exclude in a stretch of time. Rules are expanded once for all devices, and devices that the same
 * windows cover share the result: a report asks for thousands of them.
 */
export class ExclusionPlan {
  readonly #pieces: readonly ExcludedPiece[];
  /** The pieces of each pair of documents that agree on something. */
  readonly #pairs: readonly (readonly ExcludedPiece[])[];
  readonly #shared = new Map<string, readonly Exclusion[]>();

  constructor(windows: readonly PlannedWindow[], noticeAt: NoticeAt, from: number, to: number) {
    this.#pieces = windows.flatMap(({ versions }) => excludedPieces(versions, noticeAt, from, to));
    const announced = Map.groupBy(this.#pieces, (piece) => piece.announced).values();
    this.#pairs = [...announced].flatMap((own) => [...Map.groupBy(own, ({ standing }) => standing).values()]);
  }

  /** Sorted, without overlap. `placements`: where the device was before, oldest first. */
  of(device: DeviceFacts, placements: readonly Placement[]): readonly Exclusion[] {
    if (placements.length > 0) return withoutOverlap(this.#moved(device, placements));
    const covered = this.#pairs.map(
      ([pair]) => pair !== undefined && covers(pair.announced.input, device) && covers(pair.standing.input, device),
    );
    const key = covered.map(Number).join('');
    let shared = this.#shared.get(key);
    if (!shared) {
      shared = withoutOverlap(this.#pairs.flatMap((pair, index) => (covered[index] ? pair.map(toExclusion) : [])));
      this.#shared.set(key, shared);
    }
    return shared;
  }

  /** A tag or a place of today does not rewrite what is past: each stretch is asked of the device as it was. */
  *#moved(device: DeviceFacts, placements: readonly Placement[]): Iterable<Exclusion> {
    const asOf = (at: number): DeviceFacts => {
      const placement = placements.find(({ until }) => at < until);
      return placement ? { ...device, siteId: placement.siteId, tags: placement.tags } : device;
    };
    for (const piece of this.#pieces) {
      if (!covers(piece.announced.input, asOf(piece.noticeDueAt))) continue;
      const cuts = placements.map(({ until }) => until).filter((cut) => cut > piece.start && cut < piece.end);
      const edges = [piece.start, ...cuts, piece.end];
      for (const [index, start] of edges.slice(0, -1).entries()) {
        const end = edges[index + 1] ?? piece.end;
        if (covers(piece.standing.input, asOf(start))) yield toExclusion({ ...piece, start, end });
      }
    }
  }
}

function toExclusion({ start, end, announced }: ExcludedPiece): Exclusion {
  const { input, by, since } = announced;
  const declared = said('ledger.maintenance', { title: input.title, by, declaredAt: since });
  return { start, end, reason: 'maintenance', said: declared, author: by };
}

/** Of several exclusions at once the one that began first stands. */
function withoutOverlap(found: Iterable<Exclusion>): Exclusion[] {
  const kept: Exclusion[] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const exclusion of [...found].toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (exclusion.end <= until) continue;
    kept.push(exclusion.start < until ? { ...exclusion, start: until } : exclusion);
    until = exclusion.end;
  }
  return kept;
}
