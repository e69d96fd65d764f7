/** Why a restore that was tried proved nothing. */
export const drillFailures = ['mismatch', 'missing', 'wrong_password', 'no_room', 'cut_off', 'failed'] as const;
export type DrillFailure = (typeof drillFailures)[number];
