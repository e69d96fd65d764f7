import { dirname } from 'node:path';
import { type CompiledQuery, Kysely } from 'kysely';
import type { Scope } from '../../domain/scope.ts';
import { loadKeyFile } from '../files/key-file.ts';
import { chainKeyOf } from './audit/chain.ts';
import { type AuditLog, auditLog } from './audit/log.ts';
import { workerDialect } from './dialect.ts';
import { Mutex } from './mutex.ts';
import type { Migration } from './open-database.ts';
import { type ApiKeyRepository, apiKeyRepository } from './repo/api-key.ts';
import { type AttestationRepository, attestationRepository } from './repo/attestation.ts';
import { type CheckRepository, checkRepository } from './repo/check.ts';
import { type ClientRepository, clientRepository } from './repo/client.ts';
import { type ContractRepository, contractRepository } from './repo/contract.ts';
import { type DeliveryRepository, deliveryRepository } from './repo/delivery.ts';
import { type DeviceRepository, deviceRepository } from './repo/device.ts';
import { type DeviceStateRepository, deviceStateRepository } from './repo/device-state.ts';
import { type IncidentRepository, incidentRepository } from './repo/incident.ts';
import { type KnownPlaceRepository, knownPlaceRepository } from './repo/known-place.ts';
import { type LedgerRevisionRepository, ledgerRevisionRepository } from './repo/ledger-revision.ts';
import { type MaintenanceRepository, maintenanceRepository } from './repo/maintenance.ts';
import { type OutboxRepository, outboxRepository } from './repo/outbox.ts';
import { type PasswordResetRepository, passwordResetRepository } from './repo/password-reset.ts';
import { type PersonReportRepository, personReportRepository } from './repo/person-report.ts';
import { type PolicyRepository, policyRepository } from './repo/policy.ts';
import { type PresenceRepository, presenceRepository } from './repo/presence.ts';
import { type ReceiverRepository, receiverRepository } from './repo/receiver.ts';
import { type RecoveryDrillRepository, recoveryDrillRepository } from './repo/recovery-drill.ts';
import { type RecoveryPlanRepository, recoveryPlanRepository } from './repo/recovery-plan.ts';
import { type RecoveryPointRepository, recoveryPointRepository } from './repo/recovery-point.ts';
import { type RecoveryRunRepository, recoveryRunRepository } from './repo/recovery-run.ts';
import { type ServiceRepository, serviceRepository } from './repo/service.ts';
import { type SessionRepository, sessionRepository } from './repo/session.ts';
import { type SiteRepository, siteRepository } from './repo/site.ts';
import { type TokenRepository, tokenRepository } from './repo/token.ts';
import { type UserRepository, userRepository } from './repo/user.ts';
import type { RepositoryContext } from './scoping.ts';
import { type Settings, settings } from './settings.ts';
import type { Tables } from './tables.ts';
import { WorkerClient } from './worker-client.ts';

export { isDiskFull, readOnlyFault } from './sqlite-error.ts';

/** Everything that belongs to clients, bound to a scope: no method reads or writes outside it. */
export interface ScopedStore {
  readonly scope: Scope;
  readonly clients: ClientRepository;
  readonly sites: SiteRepository;
  readonly devices: DeviceRepository;
  readonly deviceStates: DeviceStateRepository;
  readonly tokens: TokenRepository;
  readonly incidents: IncidentRepository;
  readonly presence: PresenceRepository;
  readonly attestations: AttestationRepository;
  readonly ledgerRevisions: LedgerRevisionRepository;
  readonly apiKeys: ApiKeyRepository;
  readonly receivers: ReceiverRepository;
  readonly contracts: ContractRepository;
  readonly checks: CheckRepository;
  readonly services: ServiceRepository;
  readonly maintenance: MaintenanceRepository;
  readonly personReports: PersonReportRepository;
  readonly policies: PolicyRepository;
  readonly recoveryPlans: RecoveryPlanRepository;
  readonly recoveryPoints: RecoveryPointRepository;
  readonly recoveryDrills: RecoveryDrillRepository;
  readonly recoveryRuns: RecoveryRunRepository;
}

/** What can be read and written, alone or inside a transaction. */
export interface StoreHandle {
  /** The query builder itself, for what no repository offers; it knows no scope. Also compiles statements for `commit`. */
  readonly db: Kysely<Tables>;
  scoped(scope: Scope): ScopedStore;
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly knownPlaces: KnownPlaceRepository;
  readonly passwordResets: PasswordResetRepository;
  readonly settings: Settings;
  readonly audit: AuditLog;
  readonly outbox: OutboxRepository;
  readonly deliveries: DeliveryRepository;
}

/**
 * The state database. Every method may throw VigiaError `unavailable` (disk full or failing, closed, deadline passed; see
 * {@link isDiskFull}), `overloaded` (too many callers wait) and `conflict` (a unique or foreign key forbids it).
 */
export interface Store extends StoreHandle {
  /** All of these or none, in one transaction and one message to the worker; durable when it resolves. */
  commit(statements: readonly CompiledQuery[]): Promise<void>;
  /** Runs `work` in a transaction, alone; it rolls back when `work` throws. Inside, use only the handle given. */
  transaction<T>(work: (handle: StoreHandle) => Promise<T>): Promise<T>;
  /** Ends the worker after what is under way. Later calls throw `unavailable`. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** The database file; made if it does not exist, as is the key file beside it. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Of features. */
  readonly migrations?: readonly Migration[];
  /** Called if the thread dies: nothing can be written any more, so the process must not go on. */
  readonly onFatal?: (cause: Error) => void;
  readonly logger?: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
}

/** How long a caller waits for the connection, and how many may wait. */
const CONNECTION_WAIT_MS = 10_000;
const MAX_WAITING = 2_000;

/**
 * Opens the database, checks it and brings its tables up to this build.
 * @throws VigiaError database_newer, database_damaged, unavailable, secrets_unreadable
 */
export async function openStore({ path, clock, migrations = [], logger, onFatal }: StoreOptions): Promise<Store> {
  const { key, isNew, keep } = await loadKeyFile(dirname(path));
  const chainKey = chainKeyOf(key);
  const worker = await WorkerClient.open({ path, chainKey, migrations }, (error) => {
    logger?.error({ err: error }, 'the database thread failed');
    onFatal?.(error instanceof Error ? error : new Error(String(error)));
  });
  const mutex = new Mutex(CONNECTION_WAIT_MS, MAX_WAITING);
  const db = new Kysely<Tables>({ dialect: workerDialect(worker, mutex) });
  const handle = storeHandle({ db, clock, chainKey });
  if (isNew) {
    try {
      // What other keys have chained can be proven as of now only; and a key that is kept has done so, whenever the process ends.
      await handle.audit.seal();
      await keep();
    } catch (cause) {
      await worker.close();
      throw cause;
    }
  }
  return {
    ...handle,
    async commit(statements) {
      await mutex.acquire();
      try {
        const plain = statements.map(({ sql, parameters }) => ({ sql, parameters }));
        await worker.request({ kind: 'batch', statements: plain });
      } finally {
        mutex.release();
      }
    },
    transaction: (work) => db.transaction().execute((tx) => work(storeHandle({ db: tx, clock, chainKey }))),
    // Through Kysely as every query, so that those asked for earlier go first.
    close: () => db.connection().execute(() => worker.close()),
  };
}

function storeHandle(context: RepositoryContext): StoreHandle {
  return {
    db: context.db,
    scoped: (scope) => scopedStore(context, scope),
    users: userRepository(context),
    sessions: sessionRepository(context),
    knownPlaces: knownPlaceRepository(context),
    passwordResets: passwordResetRepository(context),
    settings: settings(context),
    audit: auditLog(context),
    outbox: outboxRepository(context),
    deliveries: deliveryRepository(context),
  };
}

function scopedStore(context: RepositoryContext, scope: Scope): ScopedStore {
  const bound = { ...context, scope };
  return {
    scope,
    clients: clientRepository(bound),
    sites: siteRepository(bound),
    devices: deviceRepository(bound),
    deviceStates: deviceStateRepository(bound),
    tokens: tokenRepository(bound),
    incidents: incidentRepository(bound),
    presence: presenceRepository(bound),
    attestations: attestationRepository(bound),
    ledgerRevisions: ledgerRevisionRepository(bound),
    apiKeys: apiKeyRepository(bound),
    receivers: receiverRepository(bound),
    contracts: contractRepository(bound),
    checks: checkRepository(bound),
    services: serviceRepository(bound),
    maintenance: maintenanceRepository(bound),
    personReports: personReportRepository(bound),
    policies: policyRepository(bound),
    recoveryPlans: recoveryPlanRepository(bound),
    recoveryPoints: recoveryPointRepository(bound),
    recoveryDrills: recoveryDrillRepository(bound),
    recoveryRuns: recoveryRunRepository(bound),
  };
}
