import type { CheckTarget } from '../../../protocol/api/service.ts';
import type { Priority } from '../../../protocol/api/view.ts';
import { isolated } from '../../../protocol/bidi.ts';
import { speaksForMs } from '../check-ledger.ts';
import type { Observation } from '../check-result.ts';
import { describeObservation, describeTarget } from '../check-wording.ts';
import { formatDuration } from '../wording.ts';
import type { Verdict } from './detection.ts';

/** What is remembered of a check between two live results. Plain data, kept as JSON. */
export interface CheckAlarm {
  /** The newest result that was judged. */
  judgedAt: number | null;
  /** The first of the failures that stand, and the newest. */
  failingSince: number | null;
  failedAt: number | null;
  isRaised: boolean;
  certificate: Priority | null;
}

export const freshAlarm = (): CheckAlarm => ({
  judgedAt: null,
  failingSince: null,
  failedAt: null,
  isRaised: false,
  certificate: null,
});

/** What a check asks of its judge. */
export interface CheckRule {
  readonly id: string;
  readonly name: string;
  readonly target: CheckTarget;
  readonly forMs: number;
  readonly priority: 'high' | 'medium' | 'normal';
  readonly everyMs: number;
}

const DAY_MS = 86_400_000;
const CERTIFICATE_HIGH_MS = 3 * DAY_MS;

/**
 * Judges a live result and steps `alarm` in place: raised when it has failed for as long as the check says, cleared by the first
 * result that passes. A result that proves nothing changes nothing. `at` is now.
 */
export function judgeCheck(alarm: CheckAlarm, rule: CheckRule, seen: Observation, at: number): Verdict[] {
  if (alarm.judgedAt !== null && seen.at < alarm.judgedAt) return [];
  alarm.judgedAt = seen.at;
  return [...judgeState(alarm, rule, seen, at), ...judgeCertificate(alarm, rule, seen, at)];
}

function judgeState(alarm: CheckAlarm, rule: CheckRule, seen: Observation, at: number): Verdict[] {
  const { id: object } = rule;
  if (seen.up === null) return [];
  const sentence = describeObservation(rule.target, seen);
  if (seen.up) {
    alarm.failingSince = null;
    alarm.failedAt = null;
    if (!alarm.isRaised) return [];
    alarm.isRaised = false;
    const { everyMs } = rule;
    return [
      { kind: 'clear', rule: 'check.failed', object, sentence: `${isolated(rule.name)}: ${sentence}`, at, everyMs },
    ];
  }
  const isUnbroken = alarm.failedAt !== null && seen.at - alarm.failedAt <= speaksForMs(rule.everyMs);
  const since = isUnbroken ? (alarm.failingSince ?? seen.at) : seen.at;
  alarm.failingSince = since;
  alarm.failedAt = seen.at;
  const failingMs = seen.at - since;
  if (alarm.isRaised || failingMs < rule.forMs) return [];
  alarm.isRaised = true;
  const lasting = failingMs > 0 ? `, for ${formatDuration(failingMs)}` : '';
  return [
    {
      kind: 'raise',
      rule: 'check.failed',
      object,
      priority: rule.priority,
      sentence: `${isolated(rule.name)}: ${sentence}${lasting}`,
      evidence: { metrics: [`check.up[${object}]`, `check.duration[${object}]`], threshold: null },
      onset: since,
      at,
      everyMs: rule.everyMs,
    },
  ];
}

function judgeCertificate(alarm: CheckAlarm, rule: CheckRule, seen: Observation, at: number): Verdict[] {
  const { target, id: object, name } = rule;
  const days = target.kind === 'http' ? target.certificateDays : undefined;
  const leftMs = seen.certificateEndsAt === null ? null : seen.certificateEndsAt - at;
  if (leftMs === null && days !== undefined) return [];
  const isShort = days !== undefined && leftMs !== null && leftMs < days * DAY_MS;
  const priority = !isShort ? null : leftMs < CERTIFICATE_HIGH_MS ? 'high' : 'medium';
  const before = alarm.certificate;
  if (priority === before) return [];
  alarm.certificate = priority;
  const what = describeTarget(target);
  if (priority === null) {
    return [
      {
        kind: 'clear',
        rule: 'check.certificate',
        object,
        sentence: `${isolated(name)}: ${what} has a new certificate`,
        at,
      },
    ];
  }
  const left = leftMs ?? 0;
  const when = left > 0 ? `ends in ${formatDuration(left)}` : `ended ${formatDuration(-left)} ago`;
  return [
    {
      kind: before === null ? 'raise' : 'change',
      rule: 'check.certificate',
      object,
      priority,
      sentence: `${isolated(name)}: the certificate of ${what} ${when}`,
      evidence: {
        metrics: [`check.certificateLeft[${object}]`],
        threshold: { metric: `check.certificateLeft[${object}]`, value: ((days ?? 0) * DAY_MS) / 1000 },
      },
      onset: at,
      at,
    },
  ];
}
