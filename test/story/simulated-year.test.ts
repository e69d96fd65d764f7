import t from 'tap';
import type { Calendar } from '../../protocol/api/contract.ts';
import { typed } from '../../protocol/said/said.ts';
import { type Interval, type LedgerState, openTail } from '../../server/domain/ledger.ts';
import { openIntervals } from '../../server/domain/sla/calendar.ts';
import { CompactLedger, type Span } from '../../server/domain/sla/compact-ledger.ts';
import { type Attested, compose } from '../../server/domain/sla/compose.ts';
import { figure, measure } from '../../server/domain/sla/figure.ts';
import { OpenTime } from '../../server/domain/sla/open-time.ts';
import type { Stretch as Composed, Exclusion } from '../../server/domain/sla/sources.ts';
import { partitionFault } from '../support/ledger-model.ts';
import { type Life, live, type Stretch, seeded, type Trouble, truthOf } from '../support/simulated-machine.ts';

/**
 * A year of 500 machines at 25 sites, lived and reported as agents do: reboots and crashes, links, sites and the server lost,
 * power cuts, maintenance, suspended laptops, virtual machines that their hosts stop, clocks that are hours off. Their ledger
 * must be the truth to the millisecond wherever evidence exists, and `unknown` elsewhere.
 */

const SEED = 20_260_101;
const DEVICES = 500;
const SITES = 25;
const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;
const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2027, 0, 1);
const random = seeded(SEED);
const between = (low: number, high: number): number => Math.floor(low + random() * (high - low));
const overlaps = (a: Stretch, b: Stretch): boolean => a.start <= b.end && b.start <= a.end;

const hours: Calendar = {
  timeZone: 'America/New_York',
  weekly: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '08:00', to: '17:00' })),
  exceptions: [],
};
const serviceHours = new OpenTime(openIntervals(hours, FROM - 7 * DAY, TO + 7 * DAY));

/** Up to `count` stretches, none of which touches another or any of `taken`. */
function scatter(count: number, [shortest, longest]: [number, number], taken: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = [];
  for (let tries = 0; tries < count; tries += 1) {
    const start = between(FROM + DAY, TO - 2 * DAY);
    const stretch = { start, end: start + between(shortest, longest) };
    const wide = { start: stretch.start - MIN, end: stretch.end + MIN };
    if (![...taken, ...found].some((other) => overlaps(wide, other))) found.push(stretch);
  }
  return found;
}

const byStart = (a: Stretch, b: Stretch): number => a.start - b.start;

/** As one list without overlap. */
function union(stretches: readonly Stretch[]): Stretch[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of stretches.toSorted(byStart)) {
    const last = joined.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

interface Site {
  readonly powerCuts: readonly Stretch[];
  readonly lineCuts: readonly Stretch[];
  readonly windows: readonly Exclusion[];
}

const serverOutages = scatter(12, [MIN, 6 * HOUR], []);
const sites: Site[] = Array.from({ length: SITES }, () => ({
  powerCuts: scatter(2, [10 * MIN, 8 * HOUR], []),
  lineCuts: scatter(6, [MIN, 12 * HOUR], []),
  windows: Array.from({ length: 12 }, (_, month): Exclusion => {
    const start = Date.UTC(2026, month, 4, 2) + between(0, DAY);
    return { start, end: start + 2 * HOUR, reason: 'maintenance', said: typed('Updates'), author: 'Bob' };
  }),
}));

interface Device {
  readonly life: Life;
  readonly exclusions: readonly Exclusion[];
  readonly attestations: readonly Attested[];
}

/** What a laptop or a till does at night: sleeps, or is shut down. */
function nights(kind: 'down' | 'sleep', taken: readonly Stretch[]): Trouble[] {
  const closed = serviceHours.closed(FROM + DAY, TO - DAY).map(({ start, end }) => ({
    start: start + between(MIN, 40 * MIN),
    end: end - between(MIN, 20 * MIN),
  }));
  const free = closed.filter((one) => !taken.some((other) => overlaps(one, other)));
  return free.map((stretch) => ({ ...stretch, kind, announced: random() < 0.7 }));
}

function makeDevice(index: number): Device {
  const site = sites[index % SITES]!;
  const isWorkstation = index % 5 === 0;
  const links = scatter(isWorkstation ? 20 : 8, [10_000, 20 * HOUR], []);
  const unheard = union([...serverOutages, ...site.lineCuts, ...site.powerCuts, ...links]);
  const troubles: Trouble[] = site.powerCuts.map((cut) => ({ ...union([cut])[0]!, kind: 'down', announced: false }));
  const add = (
    kind: Trouble['kind'],
    count: number,
    length: [number, number],
    taken: readonly Stretch[] = [],
  ): void => {
    const free = scatter(count, length, [...troubles, ...taken]);
    for (const stretch of free) troubles.push({ ...stretch, kind, announced: random() < 0.5 });
  };
  if (index % 50 === 7)
    troubles.push({ start: between(FROM + 200 * DAY, TO - 2 * DAY), end: TO, kind: 'gone', announced: false });
  add('down', 8, [30_000, 10 * MIN]);
  add('down', 3, [5 * MIN, 5 * HOUR]);
  // What its host did while nobody heard of it cannot be told apart from a wrong clock, so it is heard before and after.
  add('pause', 2, [5 * MIN, HOUR], unheard);
  if (isWorkstation) troubles.push(...nights(index % 10 === 0 ? 'down' : 'sleep', troubles));
  const gone = troubles.find(({ kind }) => kind === 'gone');
  const kept = troubles.filter((one) => one === gone || !gone || one.end < gone.start).sort(byStart);
  const expected = isWorkstation && index % 10 === 0;
  const offHours = expected
    ? serviceHours.closed(FROM, TO).map((stretch): Exclusion => {
        return { ...stretch, reason: 'off_hours', said: typed('Closed'), author: 'contract' };
      })
    : [];
  const life: Life = {
    from: FROM + between(1, HOUR),
    to: TO,
    troubles: kept,
    unheard,
    skewMs: random() < 0.3 ? between(-2 * HOUR, 2 * HOUR) : 0,
    reportEveryMs: 8 * HOUR,
  };
  return { life, exclusions: [...site.windows, ...offHours], attestations: attest(kept) };
}

/** People who remember some of what nobody can prove, and err at its edges. */
function attest(troubles: readonly Trouble[]): Attested[] {
  const forgotten = troubles.filter(({ kind }) => kind === 'pause' || kind === 'gone');
  return forgotten
    .filter(() => random() < 0.5)
    .map(({ start, end }, index): Attested => {
      const [from, to] = [start - between(-2 * MIN, HOUR), Math.min(TO, end) - between(-HOUR, 2 * MIN)];
      const verdict = random() < 0.5 ? 'up' : 'down';
      const said = { verdict, why: 'remembered', responsibility: null, evidence: '', isExcluded: false } as const;
      return { id: `a${index}`, from, to: Math.max(from + 1, to), at: index, by: 'Ann', ...said };
    });
}

/** What the finished ledger must say, worked out edge by edge from the truth. */
function expectedOf({ life, exclusions, attestations }: Device): Span[] {
  const truth = truthOf(life);
  const edges = [FROM, TO, ...[...truth, ...exclusions].flatMap(({ start, end }) => [start, end])];
  for (const { from, to } of attestations) edges.push(from, to);
  const cuts = [...new Set(edges)].filter((at) => at >= FROM && at <= TO).sort((a, b) => a - b);
  const spans: Span[] = [];
  // Each list is sorted (attestations are few): one walk along all of them.
  const excluded = union(exclusions);
  let [inTruth, inExcluded] = [0, 0];
  for (const [index, start] of cuts.slice(0, -1).entries()) {
    while (inTruth < truth.length && truth[inTruth]!.end <= start) inTruth += 1;
    while (inExcluded < excluded.length && excluded[inExcluded]!.end <= start) inExcluded += 1;
    const proven = truth[inTruth] && truth[inTruth]!.start <= start ? truth[inTruth]!.state : 'unknown';
    const said = attestations.findLast(({ from, to }) => from <= start && start < to)?.verdict;
    const evident: LedgerState = proven === 'unknown' ? (said ?? 'unknown') : proven;
    const isExcluded = (excluded[inExcluded]?.start ?? Number.POSITIVE_INFINITY) <= start;
    spans.push({ start, end: cuts[index + 1]!, state: isExcluded ? 'excluded' : evident });
  }
  return joined(spans);
}

function joined(spans: readonly Span[]): Span[] {
  const found: { start: number; end: number; state: LedgerState }[] = [];
  for (const { start, end, state } of spans) {
    const last = found.at(-1);
    if (last?.state === state && last.end === start) last.end = end;
    else found.push({ start, end, state });
  }
  return found;
}

const toStretch = ({ start, end, state, reason }: Interval): Composed => {
  return { start, end, state, reason, said: typed(''), author: null, revised: false };
};
const say = ({ start, end, state }: Span): string =>
  `${state} ${new Date(start).toISOString()} ${new Date(end).toISOString()}`;

t.test(`a year of ${DEVICES} machines: the ledger is the truth wherever evidence exists`, async (t) => {
  const faults: string[] = [];
  const totals = { up: 0, down: 0, excluded: 0, unknown: 0 };
  let revisedMs = 0;
  for (let index = 0; index < DEVICES; index += 1) {
    const device = makeDevice(index);
    const { ledger, memory } = live(device.life, random);
    const last = memory.last!;
    const run = {
      start: memory.upFrom!,
      end: last.at,
      state: 'up',
      reason: 'reported',
      evidence: ledger.rows[0]!.evidence,
    };
    const tail = openTail(last, memory.announced, TO);
    const evidence = [...ledger.rows, ...(last.at > run.start ? [run as Interval] : []), ...tail];
    const fault = partitionFault(evidence, device.life.from, TO);
    if (fault) faults.push(`device ${index}: ${fault}`);

    const whole = { from: FROM, to: TO };
    const composed = compose(whole, evidence.map(toStretch), device.attestations, device.exclusions);
    const [got, want] = [joined(composed).map(say), expectedOf(device).map(say)];
    const at = want.findIndex((line, position) => line !== got[position]);
    if (at >= 0 || got.length !== want.length) faults.push(`device ${index}: ${got[at]}, not ${want[at]}`);

    // The figure of the year is the sum of the twelve months, in the zone of nobody in particular.
    const compact = CompactLedger.of(composed);
    const subject = { ledger: compact, from: FROM, until: TO, end: Number.POSITIVE_INFINITY };
    const targets = [{ from: 0, until: Number.POSITIVE_INFINITY, targetPpm: 999_000 }];
    const of = (period: { from: number; to: number }) => figure(measure(subject, period, targets));
    const year = of(whole);
    const months = Array.from({ length: 12 }, (_, month) => {
      return of({ from: Date.UTC(2026, month), to: Date.UTC(2026, month + 1) });
    });
    for (const state of ['up', 'down', 'excluded', 'unknown'] as const) {
      const sum = months.reduce((total, month) => total + month[`${state}Ms`], 0);
      if (sum !== year[`${state}Ms`]) faults.push(`device ${index}: ${state} of the months is not that of the year`);
      totals[state] += year[`${state}Ms`];
    }
    revisedMs += composed.filter(({ revised }) => revised).reduce((sum, { start, end }) => sum + end - start, 0);
  }
  t.same(faults.slice(0, 10), [], `seed ${SEED}`);
  t.equal(totals.up + totals.down + totals.excluded + totals.unknown, DEVICES * (TO - FROM), 'nothing is lost');
  for (const [state, ms] of Object.entries(totals)) t.ok(ms > DEVICES * HOUR, `${state} did happen`);
  t.ok(revisedMs > 0, 'people attested some of it');
});
