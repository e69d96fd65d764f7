/** What an asset may lack for the day it fails. */
export const continuityItems = ['backup', 'spare', 'runbook', 'owner', 'warranty', 'contact'] as const;
export type ContinuityItem = (typeof continuityItems)[number];
