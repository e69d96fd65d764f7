import type { Responsibility } from '../../../protocol/api/contract.ts';
import { isSame, said } from '../../../protocol/said/said.ts';
import type { Exclusion, Stretch } from './sources.ts';

/** What a person said of a stretch without evidence. Withdrawn ones are not given to {@link compose}. */
export interface Attested {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly verdict: 'up' | 'down';
  readonly why: string;
  readonly at: number;
  readonly by: string;
  /** Whose fault what was down is; null where nobody said. */
  readonly responsibility: Responsibility | null;
  readonly evidence: string;
  /** A clause of the contract takes it out of the figure. */
  readonly isExcluded: boolean;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Lays what was declared over the evidence: the exact partition of [from, to). Evidence always wins over attestations, which turn
 * `unknown` only (of several the newest counts) and may say whose fault a `down` is; exclusions cover everything. Nothing here depends on the order in which
 * evidence, attestations or exclusions came.
 */
export function compose(
  { from, to }: Range,
  evidence: readonly Stretch[],
  attestations: readonly Attested[],
  exclusions: readonly Exclusion[],
): Stretch[] {
  let stretches = fill(evidence, from, to);
  const spoken = attestations.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  for (const attested of spoken)
    stretches = paint(stretches, attested.from, attested.to, (over) => attest(over, attested));
  return joinNeighbours(cover(stretches, mergeExclusions(exclusions)));
}

/** Holes become `unknown`: what nobody ever heard of cannot be known. */
function fill(evidence: readonly Stretch[], from: number, to: number): Stretch[] {
  const filled: Stretch[] = [];
  let at = from;
  const unheard = (until: number): void => {
    if (until <= at) return;
    filled.push({
      start: at,
      end: until,
      state: 'unknown',
      reason: 'no_evidence',
      said: said('ledger.no-evidence', { from: at, to: until }),
      author: null,
      revised: false,
    });
    at = until;
  };
  for (const stretch of evidence.toSorted((a, b) => a.start - b.start)) {
    const end = Math.min(stretch.end, to);
    if (end <= at) continue;
    if (stretch.start >= to) break;
    unheard(stretch.start);
    filled.push({ ...stretch, start: at, end });
    at = end;
  }
  unheard(to);
  return filled;
}

/** Replaces what lies in [from, to) by what `change` makes of it. */
function paint(
  stretches: readonly Stretch[],
  from: number,
  to: number,
  change: (over: Stretch) => Stretch | null,
): Stretch[] {
  return stretches.flatMap((stretch) => {
    const start = Math.max(stretch.start, from);
    const end = Math.min(stretch.end, to);
    const changed = end > start ? change({ ...stretch, start, end }) : null;
    if (!changed) return [stretch];
    const parts = [{ ...stretch, end: start }, changed, { ...stretch, start: end }];
    return parts.filter((part) => part.end > part.start);
  });
}

function attest(over: Stretch, attested: Attested): Stretch | null {
  const { verdict, why, by, at, responsibility, evidence, isExcluded } = attested;
  const isFree = over.state === 'unknown' || over.reason === 'attested';
  // What evidence says is down stays so; whose fault it is can be said all the same.
  const isDown = over.state === 'down' || (over.responsibility ?? null) !== null;
  if (!isFree && !(responsibility !== null && isDown)) return null;
  const statement = { by, at, why, responsibility: responsibility ?? 'none', evidence, isExcluded } as const;
  const proven = over.responsibility ? (over.proven ?? over.said) : over.said;
  return {
    ...over,
    state: isExcluded ? 'excluded' : verdict,
    reason: isFree ? 'attested' : over.reason,
    said: isFree
      ? said('ledger.attested', { ...statement, verdict })
      : said('ledger.attributed', { ...statement, proven }),
    author: by,
    revised: true,
    responsibility,
    ...(isFree ? {} : { proven: over.proven ?? over.said }),
  };
}

/** An attestation in the parts that clauses of the contract exclude and those that they do not. `spans` without overlap. */
export function underClauses(
  attested: Attested,
  spans: readonly { readonly from: number; readonly until: number; readonly excludes: readonly Responsibility[] }[],
): Attested[] {
  const { responsibility, from, to } = attested;
  if (responsibility === null) return [attested];
  const parts: Attested[] = [];
  let at = from;
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    if (!span.excludes.includes(responsibility)) continue;
    const [start, end] = [Math.max(at, span.from), Math.min(to, span.until)];
    if (end <= start) continue;
    if (start > at) parts.push({ ...attested, from: at, to: start });
    parts.push({ ...attested, from: start, to: end, isExcluded: true });
    at = end;
  }
  return at < to ? [...parts, { ...attested, from: at, to }] : parts;
}

/** Exclusions of several kinds as one sorted list without overlap; where two overlap, maintenance is named. */
export function mergeExclusions(exclusions: readonly Exclusion[]): Exclusion[] {
  if (exclusions.length < 2) return [...exclusions];
  const rank = ({ reason }: Exclusion): number => (reason === 'maintenance' ? 0 : 1);
  const merged: Exclusion[] = [];
  const sorted = exclusions.toSorted(
    (a, b) => rank(a) - rank(b) || a.start - b.start || b.end - a.end || (sayingOf(a) < sayingOf(b) ? -1 : 1),
  );
  // The lower ranks fill what the higher ones left free: each list is sorted, so one walk suffices.
  for (const kind of ['maintenance', 'off_hours'] as const) {
    const taken = merged.toSorted((a, b) => a.start - b.start);
    let next = 0;
    let freeFrom = Number.NEGATIVE_INFINITY;
    for (const exclusion of sorted.filter(({ reason }) => reason === kind)) {
      let start = Math.max(exclusion.start, freeFrom);
      while (next < taken.length && (taken[next]?.end ?? 0) <= start) next += 1;
      for (let index = next; start < exclusion.end; index += 1) {
        const other = taken[index];
        const end = Math.min(exclusion.end, other?.start ?? exclusion.end);
        if (end > start) merged.push({ ...exclusion, start, end });
        start = Math.max(start, Math.min(exclusion.end, other?.end ?? exclusion.end));
      }
      freeFrom = Math.max(freeFrom, exclusion.end);
    }
  }
  return merged.sort((a, b) => a.start - b.start);
}

/** Any order will do, so long as it is the same whatever came first. */
function sayingOf({ author, said }: Exclusion): string {
  return author + JSON.stringify(said);
}

/** One walk over both sorted lists. */
function cover(stretches: readonly Stretch[], exclusions: readonly Exclusion[]): Stretch[] {
  if (exclusions.length === 0) return [...stretches];
  const covered: Stretch[] = [];
  let next = 0;
  for (const stretch of stretches) {
    let at = stretch.start;
    while (next < exclusions.length && (exclusions[next]?.end ?? 0) <= at) next += 1;
    for (let index = next; at < stretch.end; index += 1) {
      const exclusion = exclusions[index];
      const start = Math.min(stretch.end, Math.max(at, exclusion?.start ?? stretch.end));
      if (start > at) covered.push({ ...stretch, start: at, end: start });
      const end = Math.min(stretch.end, exclusion?.end ?? stretch.end);
      if (exclusion && end > start) covered.push(excluded(start, end, exclusion));
      at = Math.max(start, end);
    }
  }
  return covered;
}

function excluded(start: number, end: number, { reason, said, author }: Exclusion): Stretch {
  return { start, end, state: 'excluded', reason, said, author, revised: false };
}

function joinNeighbours(sorted: readonly Stretch[]): Stretch[] {
  const joined: { -readonly [K in keyof Stretch]: Stretch[K] }[] = [];
  for (const stretch of sorted) {
    const last = joined.at(-1);
    if (last && last.end === stretch.start && saysTheSame(last, stretch)) last.end = stretch.end;
    else joined.push({ ...stretch });
  }
  return joined;
}

function saysTheSame(a: Stretch, b: Stretch): boolean {
  return (
    a.state === b.state &&
    a.reason === b.reason &&
    a.author === b.author &&
    a.revised === b.revised &&
    (a.responsibility ?? null) === (b.responsibility ?? null) &&
    isSame(a.said, b.said)
  );
}
