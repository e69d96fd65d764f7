import type { MaintenanceInput } from '../../../protocol/api/maintenance.ts';
import type { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import { formatInstant } from '../wording.ts';
import { type Recurrence, readRecurrence } from './recurrence.ts';
import { readRule, requireSound } from './recurrence-rule.ts';
import type { DeviceFacts } from './sources.ts';

/** When planned work is: the windows of a document, as instants. Local starts come first, the zone's clock changes last. */

/** Half-open, in ms since 1970. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const CHUNK_DAYS = 366;
const CHUNK_MS = CHUNK_DAYS * DAY_MS;
const FIRST_LOOK_DAYS = 8;
/** More windows in a year than this is a schedule, not planned work. */
const MAX_A_YEAR = 1_000;
const CHECKED_YEARS = 5;
const OFTEN_A_YEAR = 60;
/** The rarest rule that is meant occurs once in eight years: 29 February around 2100. */
const RAREST_YEARS = 12;
const MAX_AHEAD_YEARS = 10;

interface Plan {
  readonly startsAt: Temporal.PlainDateTime;
  readonly recurrence: Recurrence | null;
  readonly durationMs: number;
}

const plans = new WeakMap<MaintenanceInput, Plan>();

function planOf(input: MaintenanceInput): Plan {
  const known = plans.get(input);
  if (known) return known;
  const startsAt = readStart(input.startsAt);
  requireZone(input.timeZone);
  const plan: Plan = {
    startsAt,
    recurrence: input.rrule === null ? null : readRecurrence(input.rrule, startsAt, input.timeZone),
    durationMs: input.durationMinutes * MINUTE_MS,
  };
  plans.set(input, plan);
  return plan;
}

/**
 * The windows that overlap [from, to), sorted by start. A local start that a clock change skips happens as much later as the
 * clock was put forward; one that happens twice counts once, the first time. Durations are real time.
 * @throws VigiaError validation_failed for a document that {@link checkMaintenance} would refuse
 */
export function occurrences(input: MaintenanceInput, from: number, to: number): Span[] {
  const { startsAt, recurrence, durationMs } = planOf(input);
  const starts = recurrence
    ? localStarts(recurrence, localMs(startsAt), from - durationMs - DAY_MS, to + DAY_MS).map((local) =>
        instantOf(Temporal.Instant.fromEpochMilliseconds(local).toZonedDateTimeISO('UTC').toPlainDateTime(), input),
      )
    : [instantOf(startsAt, input)];
  // Two local starts may fall into one gap of the clock.
  return [...new Set(starts)]
    .toSorted((a, b) => a - b)
    .map((start) => ({ start, end: start + durationMs }))
    .filter(({ start, end }) => start < to && end > from);
}

function instantOf(local: Temporal.PlainDateTime, { timeZone }: MaintenanceInput): number {
  return local.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds;
}

function localMs(local: Temporal.PlainDateTime): number {
  return local.toZonedDateTime('UTC').epochMilliseconds;
}

/** In pieces of a year, so that no rule expands without bound at once. */
function localStarts(recurrence: Recurrence, startsAt: number, from: number, to: number): number[] {
  const starts: number[] = [];
  for (let lower = Math.max(from, startsAt); lower <= to; lower += CHUNK_MS) {
    const upper = Math.min(lower + CHUNK_MS - 1, to);
    // Twice what is allowed: enough to see that it is too much.
    for (const start of recurrence(lower, upper).slice(0, 2 * MAX_A_YEAR)) starts.push(start);
  }
  return starts;
}

/** The first window that starts after `at`; null if none does. */
export function nextOccurrence(input: MaintenanceInput, at: number): Span | null {
  // Most rules have one within days: a year is expanded only where it has to be.
  let from = at;
  for (let days = FIRST_LOOK_DAYS; from < at + RAREST_YEARS * CHUNK_MS; days = Math.min(4 * days, CHUNK_DAYS)) {
    const to = from + days * DAY_MS;
    const next = occurrences(input, from, to).find(({ start }) => start > at);
    if (next) return next;
    from = to;
  }
  return null;
}

/**
 * Looks at a document before it is accepted at `now`. Returns what should be looked at though it is accepted.
 * @throws VigiaError validation_failed: no such zone or date, never happens, happens too often, overlaps itself, is over
 */
export function checkMaintenance(input: MaintenanceInput, now: number): string[] {
  const { target } = input;
  if (target.kind !== 'client' && !target.id) throw bad(said('refused.window.target', { kind: target.kind }));
  const { startsAt, recurrence } = planOf(input);
  if (input.rrule !== null) requireSound(readRule(input.rrule));
  const warnings: string[] = [];
  const first = firstWindow(input);
  if (first.start > now + MAX_AHEAD_YEARS * 365.25 * DAY_MS) {
    throw bad(said('refused.window.ahead', { years: MAX_AHEAD_YEARS }));
  }
  if (first.start < now - MAX_AHEAD_YEARS * 365.25 * DAY_MS) {
    throw bad(said('refused.window.ago', { years: MAX_AHEAD_YEARS }));
  }
  const asked = startsAt.toZonedDateTime(input.timeZone, { disambiguation: 'compatible' });
  if (!asked.toPlainDateTime().equals(startsAt)) {
    warnings.push(
      `On ${startsAt.toPlainDate()} the clock in ${input.timeZone} skips ${input.startsAt.slice(11)}: the window starts at ${asked.toPlainTime().toString({ smallestUnit: 'minute' })}.`,
    );
  }
  if (recurrence === null) {
    if (first.end <= now) throw bad(said('refused.window.ended', { at: first.end }));
  } else {
    checkRhythm(input, first);
    if (first.start !== asked.epochMilliseconds) {
      warnings.push(`The rule leaves out the start that is given: the first window is ${formatInstant(first.start)}.`);
    }
    if (first.end <= now && nextOccurrence(input, now) === null && occurrences(input, now, now + 1).length === 0) {
      throw bad(said('refused.window.last-over'));
    }
  }
  if (first.start < now) warnings.push('It starts in the past: what was before now is neither silenced nor excluded.');
  return warnings;
}

function firstWindow(input: MaintenanceInput): Span {
  const { startsAt } = planOf(input);
  const from = startsAt.toZonedDateTime(input.timeZone).epochMilliseconds;
  const first = occurrences(input, from, from + 1)[0] ?? nextOccurrence(input, from - 1);
  if (first) return first;
  throw bad(said('refused.window.never'));
}

/** @throws VigiaError if windows touch one another or come too often to be meant */
function checkRhythm(input: MaintenanceInput, first: Span): void {
  const durationMs = first.end - first.start;
  const upTo = (years: number): Span[] =>
    occurrences(input, first.start, first.start + Math.round(years * 365.25 * DAY_MS));
  // A rule that comes far too often is found out early; one that comes often shows all its faces in little more than a year.
  const early = upTo(1 / 8);
  const year = early.length > MAX_A_YEAR ? early : upTo(1.05);
  const windows = year.length > OFTEN_A_YEAR ? year : upTo(CHECKED_YEARS);
  windows.forEach((window, index) => {
    const next = windows[index + 1];
    if (next && next.start <= window.end) {
      throw bad(
        said('refused.window.touch', { lastsMs: durationMs, afterMs: next.start - window.start, at: window.start }),
      );
    }
    const oneYearLater = windows[index + MAX_A_YEAR];
    if (oneYearLater && oneYearLater.start - window.start <= 365 * DAY_MS) {
      throw bad(said('refused.window.often', { most: MAX_A_YEAR }));
    }
  });
}

function readStart(text: string): Temporal.PlainDateTime {
  try {
    return Temporal.PlainDateTime.from(text, { overflow: 'reject' });
  } catch {
    throw bad(said('refused.window.time', { time: text.replace('T', ' ') }));
  }
}

/** @throws VigiaError validation_failed unless it is a zone of the IANA list, such as `America/Costa_Rica` */
export function requireZone(timeZone: string): void {
  try {
    if (/^[A-Za-z]/.test(timeZone)) {
      new Intl.DateTimeFormat('en', { timeZone });
      return;
    }
  } catch {
    // Falls through to the one sentence about zones.
  }
  throw bad(said('refused.zone', { zone: timeZone, of: 'window' }));
}

/** True if a window with this target covers the device. */
export function covers(
  { clientId, target }: Pick<MaintenanceInput, 'clientId' | 'target'>,
  device: Pick<DeviceFacts, 'id' | 'clientId' | 'siteId' | 'tags'>,
): boolean {
  if (device.clientId !== clientId) return false;
  switch (target.kind) {
    case 'client':
      return true;
    case 'site':
      return device.siteId === target.id;
    case 'device':
      return device.id === target.id;
    case 'tag':
      return target.id !== null && device.tags.includes(target.id);
  }
}

function bad(fact: Said): VigiaError {
  return refused('validation_failed', fact);
}
