import type { Responsibility } from '../../../protocol/api/contract.ts';
import { isolated } from '../../../protocol/bidi.ts';
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
  /** Why, in one sentence with the names of what is to blame. */
  readonly sentence: string;
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
    return { state: 'unknown', reason: 'no_members', sentence: 'Nothing says when this service is up.' };
  }
  const isDevicesExcluded = hasDevices && up + unknown < needed && up + unknown + excluded >= needed;
  const isChecksExcluded = !hasDevices && checks.every(({ state }) => state === 'excluded');
  if (isDevicesExcluded || isChecksExcluded) {
    const members = isDevicesExcluded ? devices : checks;
    return {
      state: 'excluded',
      reason: 'devices_excluded',
      sentence: excludedSentence(members),
    };
  }
  if (hasDevices && up + unknown + excluded < needed) {
    const sentence = `${up} of ${devices.length} devices up, ${needed} needed: ${named(devices, 'down')} down.`;
    return { state: 'down', reason: 'devices_down', sentence };
  }
  if (checks.some(({ state }) => state === 'down')) {
    return { state: 'down', reason: 'check_down', sentence: `${named(checks, 'down')} fails.` };
  }
  const isUnsure = (hasDevices && up < needed) || checks.some(({ state }) => state === 'unknown');
  if (isUnsure) {
    const members = [...(hasDevices && up < needed ? devices : []), ...checks];
    return {
      state: 'unknown',
      reason: 'members_unknown',
      sentence: `Nothing is known of ${named(members, 'unknown')}.`,
    };
  }
  const parts = [
    ...(hasDevices ? [`${up} of ${devices.length} devices up, ${needed} needed`] : []),
    ...(checks.length > 0 ? [`every check passes`] : []),
  ];
  return { state: 'up', reason: 'members_up', sentence: `${capitalised(parts.join('; '))}.` };
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
      const { state, reason, sentence } = verdict;
      const authors = new Set(stretches.map((stretch) => stretch?.author ?? null).filter((author) => author !== null));
      const author = state === 'excluded' ? [...authors].sort().join(', ') || null : null;
      const revised = stretches.some((stretch) => stretch?.revised);
      const blamed = state === 'excluded' ? members.filter((member) => member.state === 'excluded') : [];
      const whose = new Set(blamed.map(({ responsibility }) => responsibility ?? null));
      const [only = null] = whose.size === 1 ? whose : [];
      const responsibility = only === null ? {} : { responsibility: only };
      return { start: from, end: to, state, reason, sentence, author, revised, ...responsibility };
    },
  );
}

function excludedSentence(members: readonly Member[]): string {
  const of = (isByClause: boolean): string =>
    named(
      members.filter(({ responsibility = null }) => (responsibility !== null) === isByClause),
      'excluded',
    );
  const [planned, byClause] = [of(false), of(true)];
  const parts = [
    ...(planned ? [`planned time of ${planned}`] : []),
    ...(byClause ? [`time of ${byClause} that the contract excludes`] : []),
  ];
  return `${capitalised(parts.join('; '))}.`;
}

const MAX_NAMED = 5;

function named(members: readonly Member[], state: LedgerState): string {
  const names = members.filter((member) => member.state === state).map(({ name }) => isolated(name));
  const shown = names.slice(0, MAX_NAMED);
  const more = names.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
