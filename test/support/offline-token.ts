import { join } from 'node:path';
import { everyClient } from '../../server/domain/scope.ts';
import { loadIdentity } from '../../server/platform/security/identity.ts';
import { createEnrolmentTokens } from '../../server/platform/security/tokens.ts';
import { openStore } from '../../server/platform/store/store.ts';

/** An enrolment token with many uses, made in the data folder of a server that does not run. */
export async function makeToken(dataDir: string): Promise<string> {
  const store = await openStore({ path: join(dataDir, 'state.db'), clock: Date.now });
  try {
    const all = store.scoped(everyClient);
    const client = await all.clients.ensure('Crash');
    const site = await all.sites.ensure(client.id, 'Lab');
    const tokens = createEnrolmentTokens(await loadIdentity(dataDir), Date.now);
    const { token } = await tokens.create(store.scoped(everyClient), {
      clientId: client.id,
      siteId: site.id,
      kind: 'server',
      uses: 1_000,
      expiresInMs: 3_600_000,
      createdBy: 'test',
    });
    return token;
  } finally {
    await store.close();
  }
}
