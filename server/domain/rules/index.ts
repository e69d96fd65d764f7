import { diskInodes, diskReadOnly, diskSpace } from './disk.ts';
import { clockSkew, cpuBusy, memoryExhausted, rebootUnexpected } from './machine.ts';
import type { Rule } from './rule.ts';

/** What each live report of a server is judged by. */
export const reportRules: readonly Rule[] = [
  diskSpace,
  diskInodes,
  diskReadOnly,
  cpuBusy,
  memoryExhausted,
  rebootUnexpected,
  clockSkew,
];
