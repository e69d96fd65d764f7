import type { ServiceInput } from '../../../protocol/api/service.ts';

/** What a service was made of from an instant on. */
export interface ServiceVersion {
  readonly from: number;
  readonly terms: ServiceInput;
}

/** A service as the server holds it in memory. Removed ones stay: their past does. */
export interface ServiceDefinition {
  readonly id: string;
  readonly clientId: string;
  readonly slug: string;
  readonly createdAt: number;
  readonly removedAt: number | null;
  /** Oldest first, at least one. */
  readonly versions: readonly ServiceVersion[];
}

/** What it is made of now. */
export function termsOf({ versions }: ServiceDefinition): ServiceInput {
  const newest = versions.at(-1);
  if (newest === undefined) throw new RangeError('A service has a version.');
  return newest.terms;
}
