import type { Priority } from '../../../protocol/api/view.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { FillMemory } from '../forecast/fill-memory.ts';
import { type LevelState, quietLevel, stepLevel } from '../hysteresis.ts';
import { FORGOTTEN_MS, isMissed, type MountMemory, noteMounts } from '../mounts.ts';
import type { Reading } from '../reading.ts';
import { readValue } from '../reading.ts';
import { findingOf } from './condition.ts';
import { diskUnmounted } from './disk-unmounted.ts';
import { conditionsOf } from './index.ts';
import type { QuietDevice } from './quiet-device.ts';
import { ReportContext, type Surroundings } from './report-context.ts';
import type { Evidence, Finding, RuleContext, RuleName } from './rule.ts';

/**
 * What detection remembers of a device between two reports; see detection-json.ts for how it is kept. Maps, because objects are
 * named by the machine, and a mount point may be called `__proto__`.
 */
export interface DetectionState extends MountMemory {
  /** Levels that are not quiet, by `rule|priority|object`. */
  readonly levels: Map<string, LevelState>;
  /** What is raised at present, by `rule|object`. */
  readonly raised: Map<string, Raised>;
  /** What stood already at the device's first report and has not been over since. */
  readonly onboarding: Map<string, OnboardingFinding>;
  firstReportAt: number | null;
  swappedAt: number | null;
  swapBytes: number | null;
  /** How file systems fill and are emptied, by mount point. */
  readonly fills: Map<string, FillMemory>;
}

export interface OnboardingFinding {
  readonly rule: RuleName;
  readonly object: string;
  readonly said: Said;
  readonly foundAt: number;
}

export interface Raised {
  readonly rule: RuleName;
  readonly object: string;
  readonly priority: Priority;
  readonly lastSeen: number;
  /** See {@link Finding.since}. */
  readonly since?: number;
}

export const freshDetection = (): DetectionState => ({
  levels: new Map(),
  raised: new Map(),
  onboarding: new Map(),
  firstReportAt: null,
  swappedAt: null,
  swapBytes: null,
  fills: new Map(),
  mounts: new Map(),
  comparedMounts: null,
});

/** What must happen to an incident. `onset` is when the condition began, `at` when it was established. */
export type Verdict =
  | {
      /** `repeat`: it happened once more while the last occurrence was still raised. */
      readonly kind: 'raise' | 'change' | 'repeat';
      readonly rule: RuleName;
      readonly object: string;
      readonly priority: Priority;
      readonly said: Said;
      readonly evidence: Evidence;
      readonly onset: number;
      readonly at: number;
      /** How often the rule looks at the object, if that is known, ms. */
      readonly everyMs?: number;
    }
  | {
      readonly kind: 'clear';
      readonly rule: RuleName;
      readonly object: string;
      readonly said: Said;
      readonly at: number;
      readonly everyMs?: number;
      /** It cannot come back: what it was about is gone. */
      readonly isFinal?: boolean;
    };

const ranks: Record<Priority, number> = { emergency: 3, high: 2, medium: 1, normal: 0 };
const priorities = Object.keys(ranks) as Priority[];

const levelId = (rule: RuleName, priority: Priority, object: string): string => `${rule}|${priority}|${object}`;

/** The object of `rule|priority|object`, which may itself contain the bar. */
const objectOfLevel = (id: string): string => id.split('|').slice(2).join('|');

const nothing: readonly Verdict[] = [];

/**
 * Judges one live reading and steps `state` in place. Calling it again for the same readings in the same order from the same
 * state gives the same verdicts: that is what makes a replay after a crash exact. `quiet` goes with `state`; without it every
 * condition is asked, with the same outcome.
 */
export function judgeReading(
  state: DetectionState,
  reading: Reading,
  surroundings: Surroundings,
  quiet?: QuietDevice,
): readonly Verdict[] {
  noticeSwapping(state, reading);
  const { vanishedAfterMs } = surroundings.settings;
  const isMountMissed = noteMounts(state, reading, vanishedAfterMs);
  const context = new ReportContext(surroundings, state);
  const isFirst = state.firstReportAt === null;
  state.firstReportAt ??= reading.at;
  if (quiet && !isMountMissed && isQuiet(state) && !quiet.isBroken(reading, context)) return nothing;
  quiet?.forget();
  const verdicts = judgeFindings(state, findingsOf(state, reading, context), reading.at, isFirst);
  verdicts.push(...retireVanished(state, reading, vanishedAfterMs));
  return verdicts;
}

/** Steps the levels of what was found at `at`: all levels of each rule and object together. @returns what follows for incidents */
export function judgeFindings(
  state: DetectionState,
  findings: Iterable<Finding>,
  at: number,
  isFirst = false,
): Verdict[] {
  const groups = new Map<string, { finding: Finding; level: LevelState }[]>();
  for (const finding of findings) {
    const level = stepFinding(state, finding, at, isFirst);
    const key = `${finding.rule}|${finding.object}`;
    const group = groups.get(key);
    if (group) group.push({ finding, level });
    else groups.set(key, [{ finding, level }]);
  }
  const verdicts: Verdict[] = [];
  for (const [key, group] of groups) {
    const verdict = settle(state, key, group, at);
    if (verdict) verdicts.push(verdict);
  }
  return verdicts;
}

/**
 * What has to be looked at more closely: a condition that holds, or one that something is remembered of. Nearly every report of
 * nearly every machine says nothing of the kind.
 */
function* findingsOf(state: DetectionState, reading: Reading, context: RuleContext): Iterable<Finding> {
  for (const { condition, levelId, key } of conditionsOf(reading.schema, context.settings)) {
    const signal = condition.signal(reading, context);
    if (signal === null) continue;
    if (signal !== 'raise' && !state.levels.has(levelId) && !state.raised.has(key)) continue;
    yield findingOf(condition, signal, reading, context);
  }
  const told = new Set<string>();
  for (const id of state.levels.keys()) if (id.startsWith('disk.unmounted|')) told.add(objectOfLevel(id));
  yield* diskUnmounted(state.mounts, told, reading.at, context.settings);
}

/** Nothing is raised, pending or remembered from onboarding. */
function isQuiet({ levels, raised, onboarding }: DetectionState): boolean {
  return levels.size === 0 && raised.size === 0 && onboarding.size === 0;
}

function noticeSwapping(state: DetectionState, reading: Reading): void {
  const inBytes = readValue(reading, 'swap.inBytes');
  const outBytes = readValue(reading, 'swap.outBytes');
  if (inBytes === null || outBytes === null) return;
  const total = inBytes + outBytes;
  if (state.swapBytes !== null && total > state.swapBytes) state.swappedAt = reading.at;
  state.swapBytes = total;
}

function stepFinding(state: DetectionState, finding: Finding, at: number, isFirst: boolean): LevelState {
  const id = levelId(finding.rule, finding.priority, finding.object);
  const before = state.levels.get(id) ?? quietLevel;
  const onboardingId = `${finding.rule}|${finding.object}`;
  if (isFirst && finding.standing && finding.signal === 'raise') {
    const found = { ...before, foundAtOnboarding: true, lastSeen: at };
    state.levels.set(id, found);
    if (!state.onboarding.has(onboardingId)) {
      const { rule, object } = finding;
      state.onboarding.set(onboardingId, { rule, object, said: finding.said(), foundAt: at });
    }
    return found;
  }
  const { state: after } = stepLevel(before, finding.signal, at, finding.timing, finding.standing);
  const isQuiet = !after.active && after.changingSince === null && !after.foundAtOnboarding;
  if (isQuiet) state.levels.delete(id);
  else state.levels.set(id, after);
  return after;
}

/** An entry leaves the onboarding list when the last of its levels is over. */
function forgetOnboarding(state: DetectionState, onboardingId: string): void {
  const entry = state.onboarding.get(onboardingId);
  if (!entry) return;
  const stands = priorities.some(
    (priority) => state.levels.get(levelId(entry.rule, priority, entry.object))?.foundAtOnboarding,
  );
  if (!stands) state.onboarding.delete(onboardingId);
}

/** Compares the highest active level of a rule and object with what is raised. */
function settle(
  state: DetectionState,
  key: string,
  group: readonly { finding: Finding; level: LevelState }[],
  at: number,
): Verdict | null {
  const active = group
    .filter(({ level }) => level.active)
    .sort((a, b) => ranks[b.finding.priority] - ranks[a.finding.priority])[0];
  const raised = state.raised.get(key);
  if (!active) {
    const first = group[0];
    if (!raised || !first) return null;
    state.raised.delete(key);
    return { kind: 'clear', rule: raised.rule, object: raised.object, said: recoveryOf(first.finding), at };
  }
  const { finding, level } = active;
  const { rule, object, priority, since } = finding;
  state.raised.set(key, { rule, object, priority, lastSeen: at, ...(since === undefined ? {} : { since }) });
  const isRepeat = raised !== undefined && raised.since !== since;
  if (raised?.priority === priority && !isRepeat) return null;
  return {
    kind: isRepeat ? 'repeat' : raised ? 'change' : 'raise',
    rule,
    object,
    priority,
    said: finding.said(),
    evidence: finding.evidence,
    onset: since ?? level.onset ?? at,
    at,
  };
}

const recoveries: Partial<Record<RuleName, (object: string) => Said>> = {
  contact: () => said('contact.over', { how: 'back' }),
  'disk.space': (mountpoint) => said('disk.space.over', { mountpoint }),
  'disk.inodes': (mountpoint) => said('disk.inodes.over', { mountpoint }),
  'disk.read-only': (mountpoint) => said('disk.read-only.over', { mountpoint }),
  'disk.unreadable': (mountpoint) => said('disk.unreadable.over', { mountpoint }),
  'cpu.busy': () => said('cpu.busy.over'),
  'memory.exhausted': () => said('memory.exhausted.over'),
  'reboot.unexpected': () => said('reboot.unexpected.over'),
  'clock.skew': () => said('clock.skew.over'),
};

function recoveryOf(finding: Finding): Said {
  const { rule, object } = finding;
  return finding.recovery?.() ?? recoveries[rule]?.(object) ?? said('over', { rule });
}

/** Ends what stands on an object that is no longer reported, such as a file system that was unmounted for good. */
function retireVanished(state: DetectionState, reading: Reading, afterMs: number): Verdict[] {
  const { at } = reading;
  const isGone = (object: string, lastSeen: number): boolean =>
    at - lastSeen >= afterMs && !isStillReported(reading, object) && !isExpected(state, object, at);
  for (const [id, { lastSeen }] of state.levels) {
    if (isGone(objectOfLevel(id), lastSeen)) state.levels.delete(id);
  }
  for (const id of state.onboarding.keys()) forgetOnboarding(state, id);
  const verdicts: Verdict[] = [];
  for (const [key, { rule, object, lastSeen }] of state.raised) {
    if (!isGone(object, lastSeen)) continue;
    state.raised.delete(key);
    verdicts.push({
      kind: 'clear',
      rule,
      object,
      said: said('not-reported', { object }),
      at,
    });
  }
  return verdicts;
}

/** What is wrong with a file system of long standing is not over because it is gone too. */
function isExpected({ mounts }: DetectionState, object: string, at: number): boolean {
  const known = mounts.get(object);
  return isMissed(known) && at - known.goneAt <= FORGOTTEN_MS;
}

/** A value that cannot be read at the moment (a hung network mount) is still reported: its schema names it. */
function isStillReported(reading: Reading, object: string): boolean {
  if (object === '') return true;
  for (const instances of reading.schema.instances.values()) if (instances.includes(object)) return true;
  return false;
}
