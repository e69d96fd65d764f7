/** @param ms since 1970 @returns ISO 8601 in UTC, to the millisecond */
export const iso = (ms: number): string => new Date(ms).toISOString();
