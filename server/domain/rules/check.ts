import type { CheckTarget } from '../../../protocol/api/service.ts';
import type { Priority } from '../../../protocol/api/view.ts';
import { said } from '../../../protocol/said/said.ts';
import { speaksForMs } from '../check-ledger.ts';
import type { Observation } from '../check-result.ts';
import { sayObservation, sayTarget } from '../say-check.ts';
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
  const { name: check } = rule;
  const what = sayObservation(rule.target, seen);
  if (seen.up) {
    alarm.failingSince = null;
    alarm.failedAt = null;
    if (!alarm.isRaised) return [];
    alarm.isRaised = false;
    const { everyMs } = rule;
    return [
      {
        kind: 'clear',
        rule: 'check.failed',
        object,
        said: said('check.failed.over', { check, seen: what }),
        at,
        everyMs,
      },
    ];
  }
  const isUnbroken = alarm.failedAt !== null && seen.at - alarm.failedAt <= speaksForMs(rule.everyMs);
  const since = isUnbroken ? (alarm.failingSince ?? seen.at) : seen.at;
  alarm.failingSince = since;
  alarm.failedAt = seen.at;
  const failingMs = seen.at - since;
  if (alarm.isRaised || failingMs < rule.forMs) return [];
  alarm.isRaised = true;
  return [
    {
      kind: 'raise',
      rule: 'check.failed',
      object,
      priority: rule.priority,
      said: said('check.failed', { check, seen: what, since: failingMs > 0 ? since : null }),
      evidence: { metrics: [`check.up[${object}]`, `check.duration[${object}]`], threshold: null },
      onset: since,
      at,
      everyMs: rule.everyMs,
    },
  ];
}

function judgeCertificate(alarm: CheckAlarm, rule: CheckRule, seen: Observation, at: number): Verdict[] {
  const { target, id: object, name: check } = rule;
  const days = target.kind === 'http' ? target.certificateDays : undefined;
  const leftMs = seen.certificateEndsAt === null ? null : seen.certificateEndsAt - at;
  if (leftMs === null && days !== undefined) return [];
  const isShort = days !== undefined && leftMs !== null && leftMs < days * DAY_MS;
  const priority = !isShort ? null : leftMs < CERTIFICATE_HIGH_MS ? 'high' : 'medium';
  const before = alarm.certificate;
  if (priority === before) return [];
  alarm.certificate = priority;
  if (priority === null) {
    return [
      {
        kind: 'clear',
        rule: 'check.certificate',
        object,
        said: said('check.certificate.over', { check, target: sayTarget(target) }),
        at,
      },
    ];
  }
  return [
    {
      kind: before === null ? 'raise' : 'change',
      rule: 'check.certificate',
      object,
      priority,
      said: said('check.certificate', { check, target: sayTarget(target), endsAt: at + (leftMs ?? 0) }),
      evidence: {
        metrics: [`check.certificateLeft[${object}]`],
        threshold: { metric: `check.certificateLeft[${object}]`, value: ((days ?? 0) * DAY_MS) / 1000 },
      },
      onset: at,
      at,
    },
  ];
}
