import { openMsBetween } from '../../domain/sla/calendar.ts';
import type { TermsSource } from '../../domain/sla/sources.ts';
import type { Row } from '../../platform/store/tables.ts';

/** After opening, a till or a reception has this long to be switched on. */
const SETTLE_MS = 15 * 60_000;

/**
 * Whether a workstation that is expected to run in service hours should be running now: its client's contract has been open for
 * a while, and is. Without a contract there are no hours to expect it in.
 */
export function createExpectedHours(terms: TermsSource): (info: Row<'device'>, now: number) => boolean {
  return ({ kind, expected_hours, client_id, site_id }, now) => {
    if (kind !== 'workstation' || expected_hours === 0) return false;
    const current = terms.at(client_id, now);
    if (!current) return false;
    return openMsBetween(terms.calendar(current.terms, site_id), now - SETTLE_MS, now + 1) > SETTLE_MS;
  };
}
