import pino from 'pino';
import type { Test } from 'tap';
import type { ResolveHost } from '../../protocol/check/outcome.ts';
import { checkReasons } from '../../protocol/check-reason.ts';
import { scaleValues } from '../../protocol/wire/report.ts';
import type { ChangeSet } from '../../server/core/incidents/change-set.ts';
import { IncidentBook } from '../../server/core/incidents/incident-book.ts';
import { TaskDesk } from '../../server/core/tasks/desk.ts';
import { defaultSettings } from '../../server/domain/settings.ts';
import type { DeviceLedgerSource, ExclusionSource, Stretch } from '../../server/domain/sla/sources.ts';
import { createServices, type Services } from '../../server/features/services/create-services.ts';
import { everywhere } from '../../server/fleet/effective-settings.ts';
import { Fleet } from '../../server/fleet/fleet.ts';
import { Health } from '../../server/platform/health/health.ts';
import type { StoredReport } from '../../server/platform/series/series-store.ts';
import type { Store } from '../../server/platform/store/store.ts';
import { FlapJudge } from '../../server/watch/flap-judge.ts';
import { Watch } from '../../server/watch/watch.ts';
import { metricsOf, type Values } from './reading.ts';
import type { TestClock } from './store.ts';
import { storedReport } from './stored-report.ts';

/** Checks and services on a real store and watch, as the server wires them, with ledgers of devices that a test makes up. */
export interface TestServices extends Services {
  readonly watch: Watch;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  /** The ledger of each device. */
  readonly deviceLedgers: Map<string, Stretch[]>;
  /** Incidents that were written, as `rule state`. */
  readonly written: string[];
}

export interface TestServicesOptions {
  readonly store: Store;
  readonly clock: TestClock;
  readonly resolve?: ResolveHost;
}

export async function startServices(
  t: Pick<Test, 'teardown'>,
  { store, clock, resolve }: TestServicesOptions,
): Promise<TestServices> {
  const now = () => clock.nowMs;
  const logger = pino({ level: 'silent' });
  const fleet = new Fleet(store);
  await fleet.load();
  const book = new IncidentBook(store, defaultSettings.reopenWindowMs);
  await book.load(now());
  const deviceLedgers = new Map<string, Stretch[]>();
  const written: string[] = [];
  const devices: DeviceLedgerSource = { ledger: async (id) => deviceLedgers.get(id) ?? [] };
  const exclusions: ExclusionSource = { exclusions: () => [] };
  const services = await createServices({
    store,
    fleet,
    book,
    reportIntervalMs: { server: 10_000, workstation: 60_000 },
    devices: () => devices,
    exclusions,
    act: (actor, action, scope, work) => watch.act(actor, action, scope, work),
    follow: (work) => watch.follow(work),
    now,
    logger,
    onServiceChanged: () => undefined,
    tasks: new TaskDesk({ logger, onDropped: () => undefined }),
    ...(resolve && { resolve }),
  });
  for (const policy of services.policies) book.addPolicy(policy);
  const publish = (changes: ChangeSet): void => {
    for (const { record } of changes.incidents) written.push(`${record.rule} ${record.state}`);
  };
  const watch: Watch = new Watch({
    clock: { now, driftMs: () => 0 },
    store,
    fleet,
    book,
    health: new Health(),
    settings: everywhere(defaultSettings),
    logger,
    checks: services.checks,
    judges: [...services.judges, new FlapJudge(book)],
    publish,
  });
  t.teardown(() => watch.stop());
  return { ...services, watch, fleet, book, deviceLedgers, written };
}

interface ReportedResult {
  readonly at: number;
  readonly up: boolean;
  readonly ageMs?: number;
  readonly backfill?: boolean;
  /** In seconds. */
  readonly certificateLeft?: number;
}

/** A report of a device that tells one result of one check. */
export function checkReport(
  deviceId: string,
  checkId: string,
  { at, up, ageMs = 0, backfill = false, certificateLeft }: ReportedResult,
): StoredReport {
  const values: Values = {
    [`check.up[${checkId}]`]: Number(up),
    [`check.reason[${checkId}]`]: checkReasons.indexOf(up ? 'ok' : 'not_running'),
    [`check.duration[${checkId}]`]: 0.02,
    [`check.age[${checkId}]`]: ageMs / 1000,
    ...(certificateLeft === undefined ? {} : { [`check.certificateLeft[${checkId}]`]: certificateLeft }),
  };
  const metrics = metricsOf(values);
  const clocks = { wallMs: at, monotonicMs: at - 1_700_000_000_000, bootMs: at - 1_700_000_000_000 };
  const scaled = scaleValues(metrics, Object.values(values));
  return storedReport({ deviceId, at, backfill, metrics, scaled, clocks, sequence: Math.floor(at / 1000) });
}
