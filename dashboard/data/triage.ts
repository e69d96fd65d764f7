import type { Incident } from '../../protocol/api/view.ts';
import { countBy } from './count.ts';
import { byDeadline } from './deadline.ts';
import { compare } from './select.ts';

export interface Triage {
  /** Nobody has taken them yet. */
  readonly waiting: readonly Incident[];
  /** Acknowledged. */
  readonly inHand: readonly Incident[];
  /** Resolved lately, newest first. */
  readonly resolved: readonly Incident[];
}

/** What an open incident explains is part of that one and does not stand beside it. */
export function triage(incidents: Iterable<Incident>): Triage {
  const given = [...incidents];
  const open = new Set(given.filter(({ state }) => state !== 'resolved').map(({ id }) => id));
  const all = given.filter(({ parentId }) => parentId === null || !open.has(parentId)).sort(byDeadline);
  return {
    waiting: all.filter((incident) => incident.state === 'open'),
    inHand: all.filter((incident) => incident.state === 'acknowledged'),
    resolved: all
      .filter((incident) => incident.state === 'resolved')
      .sort((a, b) => compare(b.resolvedAt ?? '', a.resolvedAt ?? '')),
  };
}

/** Devices of which something comes and goes. */
export function flappingDevices(incidents: Iterable<Incident>): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { deviceId, state, isFlapping } of incidents)
    if (deviceId !== null && isFlapping && state !== 'resolved') ids.add(deviceId);
  return ids;
}

/** How many unresolved incidents each one explains, by its id. */
export function countExplained(incidents: Iterable<Incident>): ReadonlyMap<string, number> {
  const parents = [...incidents].flatMap(({ parentId, state }) =>
    parentId === null || state === 'resolved' ? [] : [parentId],
  );
  return countBy(parents, (id) => id);
}
