import type { Clocks } from '../../protocol/wire/frame.ts';
import { type Dating, dateClocks, learnDating } from '../../server/domain/dating.ts';
import type { LedgerState } from '../../server/domain/ledger.ts';
import { freshPresence, type PresenceMemory, takeProof } from '../../server/domain/presence.ts';
import { LedgerModel } from './ledger-model.ts';

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** What a machine does that is not running. `pause`: its host stops it, and all its clocks with it. */
export interface Trouble extends Stretch {
  readonly kind: 'down' | 'sleep' | 'pause' | 'gone';
  /** The agent says goodbye before it, if anybody hears it. */
  readonly announced: boolean;
}

export interface Life {
  readonly from: number;
  readonly to: number;
  /** Sorted, without overlap, with running time between them. */
  readonly troubles: readonly Trouble[];
  /** When nobody hears it: its link, its site or the server is lost. Sorted, without overlap. */
  readonly unheard: readonly Stretch[];
  /** Its time of day is off by this much. */
  readonly skewMs: number;
  readonly reportEveryMs: number;
}

interface Report {
  readonly at: number;
  readonly bootId: string;
  readonly clocks: Clocks;
}

/** What the ledger must say of a life: the truth where there is evidence, `unknown` where there is none. */
export function truthOf({ from, to, troubles }: Life): { start: number; end: number; state: LedgerState }[] {
  const states = { down: 'down', sleep: 'excluded', pause: 'unknown', gone: 'unknown' } as const;
  const truth: { start: number; end: number; state: LedgerState }[] = [];
  let at = from;
  for (const { kind, start, end } of troubles) {
    if (start > at) truth.push({ start: at, end: start, state: 'up' });
    truth.push({ start, end, state: states[kind] });
    at = end;
  }
  if (to > at) truth.push({ start: at, end: to, state: 'up' });
  return truth;
}

/** Every report that the machine makes in its life: at the edges of each run and now and then between. */
function* reportsOf(life: Life): Generator<Report & { readonly goodbye: Trouble | null }> {
  let [boot, bootedAt, stoppedMs, sleptMs, runFrom] = [1, life.from - 3_600_000, 0, 0, life.from];
  const report = (at: number): Report => {
    const bootMs = at - bootedAt - stoppedMs;
    return { at, bootId: `b${boot}`, clocks: { wallMs: at + life.skewMs, bootMs, monotonicMs: bootMs - sleptMs } };
  };
  for (const trouble of [...life.troubles, null]) {
    const runTo = trouble?.start ?? life.to;
    for (let at = runFrom; at < runTo; at += life.reportEveryMs) yield { ...report(at), goodbye: null };
    yield { ...report(runTo), goodbye: trouble };
    if (!trouble || trouble.kind === 'gone') return;
    if (trouble.kind === 'down') [boot, bootedAt, stoppedMs, sleptMs] = [boot + 1, trouble.end, 0, 0];
    if (trouble.kind === 'pause') stoppedMs += trouble.end - trouble.start;
    if (trouble.kind === 'sleep') sleptMs += trouble.end - trouble.start;
    runFrom = trouble.end;
  }
}

/** Lives a life and reports it as an agent does: live while it is heard, afterwards the backlog, in any order, some twice. */
export function live(life: Life, random: () => number): { ledger: LedgerModel; memory: PresenceMemory } {
  const memory = freshPresence();
  const ledger = new LedgerModel();
  let dating: Dating | null = null;
  let backlog: Report[] = [];
  const take = ({ bootId, clocks }: Report, receivedAt: number): void => {
    dating ??= learnDating(null, bootId, clocks, receivedAt);
    const at = dateClocks(dating, bootId, clocks, receivedAt);
    const proof = { at, bootId, bootMs: clocks.bootMs, monotonicMs: clocks.monotonicMs };
    for (const change of takeProof(memory, proof)) ledger.apply(change);
  };
  let unheard = 0;
  for (const { goodbye, ...report } of reportsOf(life)) {
    while ((life.unheard[unheard]?.end ?? Number.POSITIVE_INFINITY) <= report.at) unheard += 1;
    if ((life.unheard[unheard]?.start ?? Number.POSITIVE_INFINITY) <= report.at) {
      backlog.push(report);
      continue;
    }
    dating = learnDating(dating, report.bootId, report.clocks, report.at);
    take(report, report.at);
    const again = backlog.filter(() => random() < 0.1);
    for (const late of shuffle([...backlog, ...again], random)) take(late, report.at);
    backlog = [];
    if (goodbye?.announced && (goodbye.kind === 'down' || goodbye.kind === 'sleep')) {
      memory.announced = { reason: goodbye.kind === 'down' ? 'reboot' : 'sleep', at: report.at };
    }
  }
  return { ledger, memory };
}

function shuffle<T>(list: T[], random: () => number): T[] {
  for (let index = list.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [list[index], list[other]] = [list[other] as T, list[index] as T];
  }
  return list;
}

/** A small generator with a seed: a year that failed can be lived again. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
