/**
 * What the server shows: the documents of `/api/v1` and of `/live`. The server validates and serialises with these
 * schemas, OpenAPI is made from them, and the dashboard imports their types. Times are ISO 8601 UTC, durations are
 * milliseconds, ratios are 0..1, identifiers are stable.
 */

export * from './view/access.ts';
export * from './view/catalogue.ts';
export * from './view/device.ts';
export * from './view/incident.ts';
export * from './view/live.ts';
export * from './view/scrape-targets.ts';
export * from './view/series.ts';
export * from './view/server.ts';
export * from './view/storage.ts';
