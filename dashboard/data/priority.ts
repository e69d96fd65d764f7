import type { Priority } from '../../protocol/api/view.ts';

/** Worst first: the order in which priorities are told. */
export const priorities = ['emergency', 'high', 'medium', 'normal'] as const satisfies readonly Priority[];

/** Those that a contract has hours for and that a check may raise: an emergency is what the rules alone make one. */
export const plainPriorities = ['high', 'medium', 'normal'] as const satisfies readonly Priority[];

const rank = new Map<Priority, number>(priorities.map((priority, place) => [priority, place]));

/** 0 for the worst. */
export const rankOfPriority = (priority: Priority): number => rank.get(priority) ?? 0;

/** The worst of those that are there; undefined where none is. */
export function worstPriority(items: Iterable<{ readonly priority: Priority }>): Priority | undefined {
  const there = new Set([...items].map(({ priority }) => priority));
  return priorities.find((priority) => there.has(priority));
}
