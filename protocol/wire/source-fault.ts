/**
 * What is wrong with where backups come from, as the machine or its tool says. `not_configured`: the machine knows no source of that
 * name; `misconfigured`: the machine's own file of sources, or what it names, cannot be used.
 */
export const sourceFaults = [
  'not_configured',
  'misconfigured',
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
