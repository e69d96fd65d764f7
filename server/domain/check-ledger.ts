import type { CheckReason } from '../../protocol/check-reason.ts';
import type { LedgerState } from './ledger.ts';

/**
 * The ledger of a check: what its results prove, and nothing else. Two results at most three intervals apart decide the time
 * between them: `up` if both passed, `down` if one failed; a longer silence is `unknown`. So a failure counts from the last
 * result that passed until the next one that does, whatever the order in which results arrive.
 */

/** One result of a check, dated by the server. */
export interface CheckResult {
  readonly at: number;
  readonly up: boolean;
  readonly reason: CheckReason;
  readonly httpStatus: number | null;
  readonly durationMs: number;
  /** How often results come: the pace of the check or of the reports that carry it, whichever is slower. */
  readonly everyMs: number;
}

/** Results that say the same and between which none is missing. */
export interface CheckRun {
  readonly from: number;
  readonly to: number;
  readonly up: boolean;
  /** The first of them, that says why. */
  readonly first: CheckResult;
  readonly everyMs: number;
}

/** What is remembered of a check's results. Plain data, kept as JSON. */
export interface CheckHistory {
  /** Oldest first. */
  runs: CheckRun[];
  /** The interval that leads to the oldest of them, once older ones were forgotten: what comes from before is too late. */
  head: CheckInterval | null;
}

export interface CheckEvidence {
  /** Results at both ends. Null at an end that is still open. */
  readonly before: number;
  readonly after: number | null;
  /** The first failure inside. */
  readonly failure: Omit<CheckResult, 'everyMs'> | null;
  /** By how much the interval may be too long: nobody looked between two results. */
  readonly uncertaintyMs: number;
}

export interface CheckInterval {
  readonly start: number;
  readonly end: number;
  readonly state: LedgerState;
  readonly reason: 'passed' | 'failed' | 'no_result';
  readonly evidence: CheckEvidence;
}

/** What the ledger gains: rows from `from` on give way to `intervals`. */
export interface CheckLedgerChange {
  readonly from: number;
  readonly intervals: readonly CheckInterval[];
  /** What was written before of time that was up or down and is now something else; empty if nothing was. */
  readonly replaced: readonly CheckInterval[];
  /** What stands in its place, the open end included. */
  readonly replacement: readonly CheckInterval[];
}

export const freshHistory = (): CheckHistory => ({ runs: [], head: null });

const MAX_RUNS = 100;
/** Further apart than this many intervals, two results prove nothing about the time between. */
const PROOF_INTERVALS = 3;
/** Closer than this many, no run was due between two results. */
const DENSE_INTERVALS = 1.5;

/** Takes in a result, early or late, stepping `history` in place. Null if the written ledger stays as it is. */
export function takeResult(history: CheckHistory, result: CheckResult): CheckLedgerChange | null {
  const { runs } = history;
  const last = runs.at(-1);
  const isMore = last !== undefined && last.up === result.up && result.at >= last.to && isDense(last, result);
  if (isMore) {
    runs[runs.length - 1] = { ...last, to: result.at, everyMs: result.everyMs };
    return null;
  }
  const oldest = runs[0];
  if (oldest && history.head && result.at < oldest.from) return null;
  const before = written(history);
  insert(history, result);
  const whole = intervalsOf(history);
  const after = written(history);
  forget(history);
  return difference(before, after, whole);
}

/** The exact partition of the time that results prove or fail to, up to the last one. */
export function intervalsOf({ runs, head }: CheckHistory): CheckInterval[] {
  const intervals: CheckInterval[] = [];
  const push = (start: number, end: number, state: LedgerState, evidence: CheckEvidence): void => {
    const last = intervals.at(-1);
    if (end <= start) return;
    if (last?.state !== state || state === 'unknown') {
      const reason = state === 'up' ? 'passed' : state === 'down' ? 'failed' : 'no_result';
      intervals.push({ start, end, state, reason, evidence });
      return;
    }
    intervals[intervals.length - 1] = { ...last, end, evidence: join(last.evidence, evidence) };
  };
  if (head) push(head.start, head.end, head.state, head.evidence);
  runs.forEach((run, index) => {
    const next = runs[index + 1];
    const failure = run.up ? null : failureOf(run.first);
    push(run.from, run.to, run.up ? 'up' : 'down', { before: run.from, after: run.to, failure, uncertaintyMs: 0 });
    if (next === undefined) return;
    const gapMs = next.from - run.to;
    const isProof = gapMs <= PROOF_INTERVALS * Math.max(run.everyMs, next.everyMs);
    const state = !isProof ? 'unknown' : run.up && next.up ? 'up' : 'down';
    push(run.to, next.from, state, {
      before: run.to,
      after: next.from,
      failure: state !== 'down' ? null : (failure ?? failureOf(next.first)),
      uncertaintyMs: state === 'down' && run.up !== next.up ? gapMs : 0,
    });
  });
  return intervals;
}

/** How long the newest result speaks for the present. */
export function speaksForMs(everyMs: number): number {
  return PROOF_INTERVALS * everyMs;
}

/** Everything but the last interval if it still goes on. */
function written(history: CheckHistory): CheckInterval[] {
  const intervals = intervalsOf(history);
  const last = history.runs.at(-1);
  const tail = intervals.at(-1);
  const goesOn = last !== undefined && tail?.end === last.to && tail.state === (last.up ? 'up' : 'down');
  return goesOn ? intervals.slice(0, -1) : intervals;
}

function insert(history: CheckHistory, result: CheckResult): void {
  const { runs } = history;
  const made: CheckRun = {
    from: result.at,
    to: result.at,
    up: result.up,
    first: result,
    everyMs: result.everyMs,
  };
  const inside = runs.findIndex((run) => run.from <= result.at && result.at <= run.to);
  const around = runs[inside];
  if (around !== undefined) {
    // A failure among results that were never far apart: those next to it are at most one interval away.
    const split =
      around.up && !result.up
        ? [
            ...(around.from < result.at ? [{ ...around, to: Math.max(around.from, result.at - around.everyMs) }] : []),
            made,
            ...(around.to > result.at ? [{ ...around, from: Math.min(around.to, result.at + around.everyMs) }] : []),
          ]
        : [around];
    history.runs = runs.toSpliced(inside, 1, ...split);
    return;
  }
  const position = runs.findIndex((run) => run.from > result.at);
  const at = position < 0 ? runs.length : position;
  const left = runs[at - 1];
  const right = runs[at];
  const joinsLeft = left !== undefined && left.up === result.up && isDense(left, result);
  const joinsRight =
    right !== undefined && right.up === result.up && right.from - result.at <= DENSE_INTERVALS * denser(right, result);
  const joined: CheckRun = {
    ...(joinsLeft ? left : made),
    to: joinsRight ? right.to : result.at,
    everyMs: joinsRight ? right.everyMs : result.everyMs,
  };
  history.runs = runs.toSpliced(at - (joinsLeft ? 1 : 0), Number(joinsLeft) + Number(joinsRight), joined);
}

function isDense(run: CheckRun, result: CheckResult): boolean {
  return result.at - run.to <= DENSE_INTERVALS * denser(run, result);
}

function denser(run: CheckRun, result: CheckResult): number {
  return Math.min(run.everyMs, result.everyMs);
}

/** Lets go of the oldest runs; what they were part of is written. */
function forget(history: CheckHistory): void {
  while (history.runs.length > MAX_RUNS) {
    const next = history.runs[1];
    if (next === undefined) return;
    const lead = intervalsOf(history).find(({ start, end }) => start < next.from && end >= next.from);
    history.head = lead ? { ...lead, end: next.from } : history.head;
    history.runs = history.runs.slice(1);
  }
}

function difference(
  before: readonly CheckInterval[],
  after: readonly CheckInterval[],
  whole: readonly CheckInterval[],
): CheckLedgerChange | null {
  const same = after.findIndex((interval, index) => !isSame(interval, before[index]));
  const firstNew = same < 0 ? after.length : same;
  const old = before.slice(firstNew);
  const intervals = after.slice(firstNew);
  const from = Math.min(old[0]?.start ?? Number.POSITIVE_INFINITY, intervals[0]?.start ?? Number.POSITIVE_INFINITY);
  if (from === Number.POSITIVE_INFINITY) return null;
  const replaced = old.filter(
    ({ start, end, state }) =>
      state !== 'unknown' && whole.some((one) => one.start < end && start < one.end && one.state !== state),
  );
  const [first] = replaced;
  const last = replaced.at(-1);
  const replacement = whole.filter(({ start, end }) => first && last && start < last.end && first.start < end);
  return { from, intervals, replaced, replacement };
}

function isSame(a: CheckInterval, b: CheckInterval | undefined): boolean {
  return b !== undefined && a.start === b.start && a.end === b.end && a.state === b.state;
}

function join(a: CheckEvidence, b: CheckEvidence): CheckEvidence {
  return {
    before: a.before,
    after: b.after,
    failure: a.failure ?? b.failure,
    uncertaintyMs: a.uncertaintyMs + b.uncertaintyMs,
  };
}

function failureOf({ everyMs: _, ...result }: CheckResult): CheckEvidence['failure'] {
  return result;
}
