import type { Responsibility } from '../../../protocol/api/contract.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { LedgerState } from '../ledger.ts';
import type { Stretch } from './sources.ts';
import { segments } from './sweep.ts';

/** What a service is made of, with what its members were or are. */
export interface ServiceMembers<Of> {
  /** Of the devices at least so many must be up. 0: they do not matter. */
  readonly needed: number;
  readonly devices: readonly Of[];
  /** Every one must be up. */
  readonly checks: readonly Of[];
}

export interface Member {
  readonly name: string;
  readonly state: LedgerState;
  /** Excluded by a clause of the contract, not because it was planned: whose fault it was. */
  readonly responsibility?: Responsibility | null;
}

export interface ServiceVerdict {
  readonly state: LedgerState;
  readonly reason: 'members_up' | 'check_down' | 'devices_down' | 'devices_excluded' | 'members_unknown' | 'no_members';
  /** Why, with the names of what is to blame. */
  readonly said: Said;
}

/**
 * What a service is, from what its members are, in this order:
 * - excluded, if planned time of its devices leaves fewer than are needed; without devices, if planned time covers every check;
 * - down, if a check that counts is down or too many devices are down for the rest to suffice, whatever the unknown ones are;
 * - up, if enough devices and every check that counts are up;
 * - else unknown. A check in planned time does not count.
 */
export function judgeService({ needed, devices, checks }: ServiceMembers<Member>): ServiceVerdict {
  const hasDevices = needed > 0 && devices.length > 0;
  const count = (state: LedgerState): number => devices.filter((member) => member.state === state).length;
  const [up, excluded, unknown] = [count('up'), count('excluded'), count('unknown')];
  if (!hasDevices && checks.length === 0) {
    return { state: 'unknown', reason: 'no_members', said: said('service.no-members') };
  }
  const isDevicesExcluded = hasDevices && up + unknown < needed && up + unknown + excluded >= needed;
  const isChecksExcluded = !hasDevices && checks.every(({ state }) => state === 'excluded');
  if (isDevicesExcluded || isChecksExcluded) {
    const members = isDevicesExcluded ? devices : checks;
    return {
      state: 'excluded',
      reason: 'devices_excluded',
      said: sayExcluded(members),
    };
  }
  if (hasDevices && up + unknown + excluded < needed) {
    const about = { up, total: devices.length, needed, down: named(devices, 'down') };
    return { state: 'down', reason: 'devices_down', said: said('service.devices-down', about) };
  }
  if (checks.some(({ state }) => state === 'down')) {
    return { state: 'down', reason: 'check_down', said: said('service.check-down', { checks: named(checks, 'down') }) };
  }
  const isUnsure = (hasDevices && up < needed) || checks.some(({ state }) => state === 'unknown');
  if (isUnsure) {
    const members = [...(hasDevices && up < needed ? devices : []), ...checks];
    return {
      state: 'unknown',
      reason: 'members_unknown',
      said: said('service.unknown', { members: named(members, 'unknown') }),
    };
  }
  const about = { up: hasDevices ? up : null, total: devices.length, needed, hasChecks: checks.length > 0 };
  return { state: 'up', reason: 'members_up', said: said('service.up', about) };
}

export interface MemberLedger {
  readonly name: string;
  readonly ledger: readonly Stretch[];
}

/** The exact partition of [start, end) for one version of a service. */
export function serviceLedger(
  { start, end }: { readonly start: number; readonly end: number },
  { needed, devices, checks }: ServiceMembers<MemberLedger>,
): Stretch[] {
  const all = [...devices, ...checks];
  return segments(
    start,
    end,
    all.map(({ ledger }) => ledger),
    (from, to, stretches) => {
      const members = all.map(({ name }, index): Member => {
        const { state = 'unknown', responsibility = null } = stretches[index] ?? {};
        return { name, state, responsibility };
      });
      const split = devices.length;
      const verdict = judgeService({ needed, devices: members.slice(0, split), checks: members.slice(split) });
      const { state, reason } = verdict;
      const authors = new Set(stretches.map((stretch) => stretch?.author ?? null).filter((author) => author !== null));
      const author = state === 'excluded' ? [...authors].sort().join(', ') || null : null;
      const revised = stretches.some((stretch) => stretch?.revised);
      const blamed = state === 'excluded' ? members.filter((member) => member.state === 'excluded') : [];
      const whose = new Set(blamed.map(({ responsibility }) => responsibility ?? null));
      const [only = null] = whose.size === 1 ? whose : [];
      const responsibility = only === null ? {} : { responsibility: only };
      return { start: from, end: to, state, reason, said: verdict.said, author, revised, ...responsibility };
    },
  );
}

function sayExcluded(members: readonly Member[]): Said {
  const of = (isByClause: boolean): readonly string[] =>
    named(
      members.filter(({ responsibility = null }) => (responsibility !== null) === isByClause),
      'excluded',
    );
  return said('service.excluded', { planned: of(false), byClause: of(true) });
}

function named(members: readonly Member[], state: LedgerState): readonly string[] {
  return members.filter((member) => member.state === state).map(({ name }) => name);
}
