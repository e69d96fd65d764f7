import { type Said, said } from '../../../../protocol/said/said.ts';
import { type CheckEvidence, type CheckInterval, intervalsOf } from '../../../domain/check-ledger.ts';
import { sayObservation } from '../../../domain/say-check.ts';
import { everyClient } from '../../../domain/scope.ts';
import { overlayHost } from '../../../domain/sla/overlay-host.ts';
import type { DeviceLedgerSource, ExclusionSource, Stretch } from '../../../domain/sla/sources.ts';
import type { Fleet } from '../../../fleet/fleet.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { CheckBook } from './check-book.ts';
import { type CheckDefinition, isOfItsHost } from './definition.ts';

export interface CheckSourceOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly checks: CheckBook;
  readonly devices: DeviceLedgerSource;
  readonly exclusions: ExclusionSource;
  readonly now: () => number;
}

/** Ledgers of checks, with what is known of their hosts laid over them. */
export interface CheckSource {
  /** The exact partition of [from, to), clipped to the check's life and now. Without clauses, what they exclude is down. */
  ledger(check: CheckDefinition, from: number, to: number, withClauses?: boolean): Promise<readonly Stretch[]>;
}

/** Closer to now than this many intervals, no result is missing yet: the last one still stands. */
const FRESH_INTERVALS = 1.5;
/** More than these are not marked; every one is kept. */
const MAX_REVISIONS = 1_000;

export function createCheckSource(options: CheckSourceOptions): CheckSource {
  const { store, fleet, checks, devices, exclusions, now } = options;

  /** What results prove, with the end that is still open. */
  async function evidence(check: CheckDefinition, from: number, to: number): Promise<Stretch[]> {
    // Read before the rows: an edge meanwhile moves nothing that this copy holds.
    const history = checks.memoryOf(check)?.history ?? null;
    const known = history ? intervalsOf(history) : [];
    const firstKnown = known[0]?.start ?? history?.runs[0]?.from ?? Number.POSITIVE_INFINITY;
    const last = history?.runs.at(-1);
    const { checks: repository, ledgerRevisions } = store.scoped(everyClient);
    const rows = from < firstKnown ? await repository.intervals(check.id, from, Math.min(to, firstKnown)) : [];
    const revisions = await ledgerRevisions.between(check.id, from, to, MAX_REVISIONS);
    const isRevised = ({ start, end }: CheckInterval): boolean =>
      revisions.some(({ from_ms, to_ms }) => from_ms < end && start < to_ms);
    const older = rows.map((row) => ({
      start: row.start_ms,
      end: Math.min(row.end_ms, firstKnown),
      state: row.state,
      reason: row.reason as CheckInterval['reason'],
      evidence: JSON.parse(row.evidence_json) as CheckEvidence,
    }));
    const freshUntil = last ? Math.min(now(), last.to + FRESH_INTERVALS * checks.everyMs(check)) : 0;
    const open: CheckInterval[] =
      last && freshUntil > last.to
        ? [
            {
              start: last.to,
              end: freshUntil,
              state: last.up ? 'up' : 'down',
              reason: last.up ? 'passed' : 'failed',
              evidence: { before: last.to, after: null, failure: last.up ? null : last.first, uncertaintyMs: 0 },
            },
          ]
        : [];
    return [...older, ...known, ...open].map((interval) => ({
      start: interval.start,
      end: interval.end,
      state: interval.state,
      reason: interval.reason,
      said: sayInterval(check, interval),
      author: null,
      revised: isRevised(interval),
    }));
  }

  /** What the server runs itself has no machine: work that was planned for the whole client counts. */
  function plannedFor({ clientId }: CheckDefinition, start: number, end: number): Stretch[] {
    const nobody = { id: '', clientId, siteId: '', kind: 'server', tags: [] } as const;
    return exclusions
      .exclusions(nobody, start, end)
      .map((exclusion) => ({ ...exclusion, state: 'excluded', revised: false }));
  }

  return {
    async ledger(check, from, to, withClauses = true) {
      const start = Math.max(from, check.createdAt);
      const end = Math.min(to, now(), check.removedAt ?? Number.POSITIVE_INFINITY);
      if (end <= start) return [];
      const own = await evidence(check, start, end);
      const { deviceId } = check;
      if (deviceId === null) {
        return overlayHost({ start, end }, own, plannedFor(check, start, end), { name: '', fallsWithHost: false });
      }
      const info = fleet.devices.get(deviceId)?.info ?? { name: 'Its machine', hostname: '' };
      const host = await devices.ledger(deviceId, start, end, withClauses);
      return overlayHost({ start, end }, own, host, { ...info, fallsWithHost: isOfItsHost(check.target, info) });
    },
  };
}

function sayInterval({ name, target }: CheckDefinition, { reason, start, end, evidence }: CheckInterval): Said {
  const span = { check: name, from: start, to: end };
  const { failure, uncertaintyMs } = evidence;
  if (reason === 'no_result') return said('ledger.check-silent', span);
  if (failure === null) return said('ledger.check-passed', span);
  return said('ledger.check-failed', {
    check: name,
    seen: sayObservation(target, { ...failure, up: false }),
    at: failure.at,
    unwatchedMs: uncertaintyMs > 0 ? uncertaintyMs : null,
  });
}
