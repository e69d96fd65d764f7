/** What somebody else says of a host whose agent is silent: a peer at its site, or the server itself for a public address. */

/** The same answer from the first to the latest time it was given; between two edges nothing else was heard. */
export interface Opinion {
  readonly from: number;
  readonly to: number;
  readonly host: 'up' | 'down';
  /** Who said so. */
  readonly by: string;
  /** What answered or not, in one sentence. */
  readonly detail: string;
  /** The newest times at which it was given, oldest first. */
  readonly seen: readonly number[];
}

/** While a host is lost it is asked about again this often. */
export const OPINION_EVERY_MS = 60_000;
/** Two observations further apart say nothing of the time between them: nobody could be asked. */
export const OPINION_HOLDS_MS = 150_000;
const MAX_OPINIONS = 32;
const MAX_SEEN = 64;

/** `opinions` with one more answer, which only an edge or a pause makes a new entry. The oldest of too many go. */
export function addOpinion(
  opinions: readonly Opinion[],
  answer: Pick<Opinion, 'host' | 'by' | 'detail'> & { readonly at: number },
): { readonly opinions: Opinion[]; readonly isEdge: boolean } {
  const { at, ...said } = answer;
  const last = opinions.at(-1);
  if (last && at < last.to) return { opinions: [...opinions], isEdge: false };
  if (last?.host === said.host && at - last.to <= OPINION_HOLDS_MS) {
    return {
      opinions: [...opinions.slice(0, -1), { ...last, ...said, to: at, seen: [...last.seen, at].slice(-MAX_SEEN) }],
      isEdge: false,
    };
  }
  return { opinions: [...opinions, { ...said, from: at, to: at, seen: [at] }].slice(-MAX_OPINIONS), isEdge: true };
}

/**
 * What is left of each opinion inside (from, to]: it reaches from the first to the last answer in there, since an answer outside
 * says nothing of the inside.
 */
export function clipOpinions(opinions: readonly Opinion[], from: number, to: number): Opinion[] {
  return opinions.flatMap((opinion) => {
    if (opinion.from > from && opinion.to <= to) return [opinion];
    const seen = opinion.seen.filter((at) => at > from && at <= to);
    // Answers before those that are still known are taken to have come all the time.
    const knownFrom = opinion.seen[0] ?? opinion.to;
    const start = opinion.from > from ? opinion.from : knownFrom > from && opinion.from < from ? from : seen[0];
    const end = opinion.to <= to ? opinion.to : (seen.at(-1) ?? (knownFrom > to && opinion.from < to ? to : undefined));
    if (start === undefined || end === undefined || start > end || start > to || end <= from) return [];
    return [{ ...opinion, from: start, to: end, seen }];
  });
}

/** A stretch of observed time; `by` is the opinion that proves it, null where nobody could say. */
export interface Observed {
  readonly start: number;
  readonly end: number;
  readonly host: 'up' | 'down' | 'unknown';
  readonly by: Opinion | null;
}

/**
 * Partitions [start, end) by what was observed: a proof of life at `start` and the opinions, whose last one holds for a while.
 * Between two observations that are close the host was up only if it was up at both; without an opinion nothing is known.
 */
export function observe(start: number, end: number, opinions: readonly Opinion[]): Observed[] {
  const inside = clipOpinions(opinions, start, end);
  const first = inside[0];
  const last = inside.at(-1);
  if (!first || !last) return end > start ? [{ start, end, host: 'unknown', by: null }] : [];
  const pieces: Observed[] = [];
  const add = (from: number, to: number, host: Observed['host'], by: Opinion | null): void => {
    const last = pieces.at(-1);
    if (last && last.host === host && last.by === by)
      pieces[pieces.length - 1] = { ...last, end: Math.max(last.end, to) };
    else if (to > from) pieces.push({ start: from, end: to, host, by });
  };
  const between = (from: number, to: number, isUp: boolean, by: Opinion): void => {
    if (to - from > OPINION_HOLDS_MS) add(from, to, 'unknown', null);
    else add(from, to, isUp ? 'up' : 'down', by);
  };
  between(start, first.from, first.host === 'up', first);
  for (const [index, opinion] of inside.entries()) {
    add(opinion.from, opinion.to, opinion.host, opinion);
    const next = inside[index + 1];
    if (next)
      between(opinion.to, next.from, opinion.host === 'up' && next.host === 'up', next.host === 'up' ? opinion : next);
  }
  between(last.to, end, last.host === 'up', last);
  return pieces;
}
