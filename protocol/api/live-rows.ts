/** Rows of devices that a page may look at, and be told the readings of, at a time. */
export const MAX_LIVE_ROWS = 200;
