/** What is wrong with where backups come from, as the machine or its tool says. */
export const sourceFaults = [
  'tool_missing',
  'not_permitted',
  'wrong_password',
  'repository_missing',
  'repository_locked',
  'repository_full',
  'repository_damaged',
  'unreachable',
  'timeout',
  'unknown_version',
  'unreadable',
  'failed',
] as const;
export type SourceFault = (typeof sourceFaults)[number];
