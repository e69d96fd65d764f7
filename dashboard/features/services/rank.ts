import type { Service } from '../../../protocol/api/service.ts';

const order = ['down', 'unknown', 'excluded', 'up'] as const satisfies readonly Service['state'][];

/** Worst first. */
export const rankOfService = (state: Service['state']): number => order.indexOf(state);
