import { userInfo } from 'node:os';
import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { MaintenanceWindow } from '../../protocol/api/maintenance.ts';
import {
  type ApiKey,
  DeviceKind,
  type EnrolmentToken,
  Role,
  type ServerHealth,
  type User,
} from '../../protocol/api/view.ts';
import { VigiaError } from '../../protocol/error.ts';
import { refused } from '../../protocol/said/refused.ts';
import { said } from '../../protocol/said/said.ts';
import type { Actor } from '../domain/actor.ts';
import { everyClient } from '../domain/scope.ts';
import { type InstallCommands, installCommands } from '../features/access/install-command.ts';
import { findMakers, justMadeBy } from '../features/access/makers.ts';
import { resetUrl } from '../features/access/reset-url.ts';
import { apiKeyView, tokenView, userView } from '../features/access/views.ts';
import type { MaintenancePort } from '../features/maintenance/port.ts';
import type { CreatedBackup } from '../platform/backup/create-backup.ts';
import { Email, Id, Name, NewPassword, strict } from '../platform/http/fields.ts';
import { mapPage } from '../platform/http/paging.ts';
import { faultOf } from '../platform/http/validation.ts';
import type { ApiKeys } from '../platform/security/api-keys.ts';
import type { Credentials } from '../platform/security/credentials.ts';
import type { Passwords } from '../platform/security/passwords.ts';
import type { TlsMaterial } from '../platform/security/tls.ts';
import type { EnrolmentTokens } from '../platform/security/tokens.ts';
import { readTold } from '../platform/store/audit/told.ts';
import type { Store } from '../platform/store/store.ts';
import type { ActOnStore, FollowCatalogue } from '../platform/store/turn.ts';
import { HeadsToVerify, type VerifiedAudit, verifyAudit } from './audit-operation.ts';
import { listPlanned, PlannedByName, planByName } from './maintenance-operations.ts';

/** What the operations of the command line need, inside the running server or, when none runs, on the store itself. */
export interface OperationContext {
  readonly store: Store;
  readonly actOnStore: ActOnStore;
  readonly followCatalogue: FollowCatalogue;
  readonly passwords: Passwords;
  readonly apiKeys: ApiKeys;
  readonly credentials: Credentials;
  readonly enrolmentTokens: EnrolmentTokens;
  readonly maintenance: MaintenancePort;
  /** Writes a backup to a file that does not exist. */
  readonly backup: (file: string) => Promise<CreatedBackup>;
  readonly tls: TlsMaterial | null;
  /** Where agents and people reach the server, or null if it cannot be known. */
  readonly publicAddress: string | null;
  /** The running server; null when the store is opened without one. */
  readonly running: { readonly address: string; health(): ServerHealth } | null;
}

interface Operation<I extends TSchema, R> {
  readonly input: I;
  run(context: OperationContext, input: Static<I>): Promise<R>;
}

function operation<I extends TSchema, R>(
  input: I,
  run: (context: OperationContext, input: Static<I>) => Promise<R>,
): Operation<I, R> {
  return { input, run };
}

const LIST_LIMIT = 500;

/** Everything that the command line can ask of a server. Whoever may open the data folder is an administrator. */
export const operations = {
  'token.create': operation(
    Type.Object(
      {
        clientName: Name,
        siteName: Name,
        kind: DeviceKind,
        uses: Type.Integer({ minimum: 1, maximum: 10_000 }),
        expiresInMs: Type.Integer({ minimum: 1000, maximum: 366 * 86_400_000 }),
      },
      strict,
    ),
    async (context, { clientName, siteName, ...rest }): Promise<CreatedToken> => {
      const { row, token } = await context.actOnStore(
        commandLine(),
        'token.create',
        everyClient,
        async (turn, scoped, handle) => {
          const client = await scoped.clients.ensure(clientName);
          const site = await scoped.sites.ensure(client.id, siteName);
          const place = { clientId: client.id, siteId: site.id, createdBy: 'cli' };
          const made = await context.enrolmentTokens.create(scoped, { ...place, ...rest });
          turn.record(made.row.id, { clientName, siteName, ...rest });
          await context.followCatalogue(turn, handle);
          return made;
        },
      );
      const { publicAddress, tls } = context;
      const commands = publicAddress === null ? null : installCommands(publicAddress, token, tls);
      return { ...tokenView(row, justMadeBy({ id: 'cli', name: 'cli' }, everyClient)), token, commands };
    },
  ),
  'token.list': operation(Type.Object({}, strict), async ({ store }): Promise<EnrolmentToken[]> => {
    const page = await store.scoped(everyClient).tokens.list({ limit: LIST_LIMIT });
    const makers = await findMakers(store, everyClient, page.items);
    return mapPage(page, (row) => tokenView(row, makers)).items;
  }),
  'token.revoke': operation(Type.Object({ id: Id }, strict), async (context, { id }): Promise<{ id: string }> => {
    await context.actOnStore(commandLine(), 'token.revoke', everyClient, (turn, { tokens }) => {
      turn.record(id);
      return tokens.revoke(id);
    });
    return { id };
  }),
  'user.create': operation(
    Type.Object(
      { email: Email, name: Name, role: Type.Enum(['admin', 'technician', 'viewer']), password: NewPassword },
      strict,
    ),
    async (context, { email, name, role, password }): Promise<User> => {
      const passwordHash = await context.passwords.hash(password, [name, email]);
      const user = await context.actOnStore(
        commandLine(),
        'user.create',
        everyClient,
        async (turn, _scoped, handle) => {
          const made = await handle.users.create({ email, name, role, passwordHash });
          turn.record(made.id, { role });
          await context.followCatalogue(turn, handle);
          return made;
        },
      );
      return userView(user);
    },
  ),
  'user.reset-link': operation(
    Type.Object({ email: Email }, strict),
    async (context, { email }): Promise<{ url: string; expiresAt: string }> => {
      const { store, credentials, publicAddress } = context;
      if (publicAddress === null) {
        throw new VigiaError(
          'usage',
          'The address of the server is not known: set VIGIA_PUBLIC_URL, or start the server first.',
        );
      }
      const user = await store.users.byEmail(email);
      if (user === null) throw refused('not_found', said('refused.cli.no-account', { email }));
      const { secret, expiresAt } = await credentials.makeLink(user.id, 'cli', { ...commandLine(), id: 'cli' });
      return { url: resetUrl(publicAddress, secret), expiresAt: new Date(expiresAt).toISOString() };
    },
  ),
  'api-key.create': operation(
    Type.Object({ name: Name, role: Role, clientName: Type.Union([Name, Type.Null()]) }, strict),
    async (context, { name, role, clientName }): Promise<CreatedApiKey> => {
      const clientId = clientName === null ? null : await findClient(context, clientName);
      const { row, key } = await context.actOnStore(
        commandLine(),
        'api-key.create',
        everyClient,
        async (turn, scoped) => {
          const made = await context.apiKeys.create(scoped, { name, role, clientId, createdBy: 'cli' });
          turn.record(made.row.id, { role, clientId });
          return made;
        },
      );
      return { ...apiKeyView(row, justMadeBy({ id: 'cli', name: 'cli' }, everyClient)), key };
    },
  ),
  'maintenance.create': operation(
    PlannedByName,
    ({ store, maintenance }, input): Promise<MaintenanceWindow> => planByName(store, maintenance, input, commandLine()),
  ),
  'maintenance.list': operation(
    Type.Object({ clientName: Type.Union([Name, Type.Null()]) }, strict),
    ({ store, maintenance }, { clientName }): Promise<MaintenanceWindow[]> =>
      listPlanned(store, maintenance, clientName),
  ),
  'maintenance.cancel': operation(
    Type.Object({ id: Id }, strict),
    ({ maintenance }, { id }): Promise<MaintenanceWindow> => maintenance.cancel(everyClient, id, commandLine()),
  ),
  'backup.create': operation(
    Type.Object({ file: Type.String({ minLength: 1, maxLength: 4096 }) }, strict),
    async (context, { file }): Promise<CreatedBackup> => {
      const created = await context.backup(file);
      await context.actOnStore(commandLine(), 'backup.create', everyClient, async (turn) =>
        turn.record(file, { bytes: created.bytes }),
      );
      return created;
    },
  ),
  'audit.verify': operation(HeadsToVerify, ({ store }, input): Promise<VerifiedAudit> => verifyAudit(store, input)),
  status: operation(Type.Object({}, strict), async ({ running, store }): Promise<ServerStatus> => {
    const told = await readTold(store.settings);
    const audit = await store.audit.verify(told === null ? [] : [told]);
    return {
      server: running === null ? null : { address: running.address, health: running.health() },
      users: await store.users.count(),
      auditIntact: audit.ok,
      auditFault: audit.ok ? null : audit.sentence,
    };
  }),
} as const;

export interface CreatedToken extends EnrolmentToken {
  readonly token: string;
  /** Null when no server runs and VIGIA_PUBLIC_URL is not set: then the address is not known. */
  readonly commands: InstallCommands | null;
}

export interface CreatedApiKey extends ApiKey {
  readonly key: string;
}

export interface ServerStatus {
  readonly server: { readonly address: string; readonly health: ServerHealth } | null;
  readonly users: number;
  readonly auditIntact: boolean;
  /** What is wrong with it, in one sentence, or null. */
  readonly auditFault: string | null;
}

export type Operations = typeof operations;
export type OperationName = keyof Operations;
export type InputOf<N extends OperationName> = Static<Operations[N]['input']>;
export type ResultOf<N extends OperationName> = Awaited<ReturnType<Operations[N]['run']>>;

/** Runs an operation, here or in the running server. */
export type Perform = <N extends OperationName>(name: N, input: InputOf<N>) => Promise<ResultOf<N>>;

/**
 * Runs an operation whose name and input came from outside.
 * @throws VigiaError bad_request, validation_failed, and what the operation throws
 */
export async function perform(context: OperationContext, name: string, input: unknown): Promise<unknown> {
  if (!Object.hasOwn(operations, name)) throw refused('bad_request', said('refused.cli.no-operation', { name }));
  const { input: schema, run } = operations[name as OperationName];
  const faults = Value.Errors(schema, input);
  if (faults.length > 0) throw refused('validation_failed', faultOf(faults, 'value', input));
  return (run as (context: OperationContext, input: unknown) => Promise<unknown>)(context, input);
}

/** Whoever may open the data folder acts in the name of the server; the log says which account of the machine it was. */
function commandLine(): Actor {
  return { id: 'server', name: 'command line', audited: { commandLineOf: userInfo().username } };
}

async function findClient({ store }: OperationContext, name: string): Promise<string> {
  const client = await store.scoped(everyClient).clients.byName(name);
  if (client === null) throw refused('not_found', said('refused.cli.no-client', { name }));
  return client.id;
}
