import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { everyClient } from '../../server/domain/scope.ts';
import { createApiKeys } from '../../server/platform/security/api-keys.ts';
import { loadIdentity } from '../../server/platform/security/identity.ts';
import { createPasswords } from '../../server/platform/security/passwords.ts';
import { createEnrolmentTokens } from '../../server/platform/security/tokens.ts';
import { openStore } from '../../server/platform/store/store.ts';
import { machineId, machineKey, rawPublicKey } from '../load/keys.ts';

/** A fresh data folder with enrolled machines, somebody who may log in, and a key for /metrics. */
export interface FleetFolder {
  readonly dataDir: string;
  /** Of machine 0, 1, 2 ... */
  readonly deviceIds: readonly string[];
  readonly email: string;
  readonly password: string;
  readonly metricsKey: string;
  /** Bytes of all its files. */
  sizeBytes(): number;
  remove(): void;
}

const DEVICES_PER_CLIENT = 100;
const DEVICES_PER_SITE = 20;
const DEVICES_PER_TRANSACTION = 500;

/**
 * Makes the folder through the server's own store, as its enrolment route does once a token is proved, only many at a time:
 * over HTTP each would be a transaction of its own and meet the limit of enrolments a minute.
 */
export async function makeFleetFolder(agents: number): Promise<FleetFolder> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigia-bench-'));
  const store = await openStore({ path: join(dataDir, 'state.db'), clock: Date.now });
  try {
    const identity = await loadIdentity(dataDir);
    const tokens = createEnrolmentTokens(identity, Date.now);
    const all = store.scoped(everyClient);
    const deviceIds: string[] = [];
    const places: { clientId: string; siteId: string; tokenId: string }[] = [];
    for (let first = 0; first < agents; first += DEVICES_PER_SITE) {
      const client = await all.clients.ensure(`Client ${Math.floor(first / DEVICES_PER_CLIENT) + 1}`);
      const site = await all.sites.ensure(client.id, `Site ${first / DEVICES_PER_SITE + 1}`);
      const { row } = await tokens.create(store.scoped(everyClient), {
        clientId: client.id,
        siteId: site.id,
        kind: 'server',
        uses: DEVICES_PER_SITE,
        expiresInMs: 3_600_000,
        createdBy: 'bench',
      });
      places.push({ clientId: client.id, siteId: site.id, tokenId: row.id });
    }
    for (let first = 0; first < agents; first += DEVICES_PER_TRANSACTION) {
      await store.transaction(async (handle) => {
        const { devices } = handle.scoped(everyClient);
        for (let index = first; index < Math.min(agents, first + DEVICES_PER_TRANSACTION); index += 1) {
          const place = places[Math.floor(index / DEVICES_PER_SITE)];
          if (place === undefined) throw new RangeError(`machine ${index} has no site`);
          const facts = { hostname: `host-${index}`, os: 'Linux 6.1', agentVersion: '0.1.0' };
          const publicKey = rawPublicKey(machineKey(index));
          const row = await devices.insert({
            ...place,
            ...facts,
            kind: 'server',
            publicKey,
            machineId: machineId(index),
          });
          deviceIds.push(row.id);
        }
      });
    }
    const email = 'bench@example.com';
    const password = randomBytes(18).toString('base64url');
    const passwordHash = await createPasswords().hash(password);
    await store.users.create({ email, name: 'Bench', role: 'admin', passwordHash });
    const keys = createApiKeys(store, Date.now);
    const { key } = await keys.create(store.scoped(everyClient), {
      name: 'bench',
      role: 'metrics',
      clientId: null,
      createdBy: 'bench',
    });
    return {
      dataDir,
      deviceIds,
      email,
      password,
      metricsKey: key,
      sizeBytes: () => sizeOf(dataDir),
      remove: () => rmSync(dataDir, { recursive: true, force: true }),
    };
  } catch (cause) {
    rmSync(dataDir, { recursive: true, force: true });
    throw cause;
  } finally {
    await store.close();
  }
}

/** Bytes of all files in a folder. */
export function sizeOf(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => {
      return sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0);
    }, 0);
}
