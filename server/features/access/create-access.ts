import type { AddRoutes, CertificateFacts } from '../../platform/http/http.ts';
import { createFirstRun } from '../../platform/security/first-run.ts';
import type { Identity } from '../../platform/security/identity.ts';
import { lateAudit } from '../../platform/security/late-audit.ts';
import { createPasswords } from '../../platform/security/passwords.ts';
import { createPeople } from '../../platform/security/people.ts';
import { createEnrolmentTokens } from '../../platform/security/tokens.ts';
import type { Store } from '../../platform/store/store.ts';
import type { ActOnStore, FollowCatalogue } from '../../platform/store/turn.ts';
import { apiKeyRoutes } from './api-key-routes.ts';
import { type EnrollRouteNeeds, enrollRoutes } from './enroll-routes.ts';
import { createInstallFiles } from './install-files.ts';
import { installRoutes } from './install-routes.ts';
import { passwordRoutes } from './password-routes.ts';
import { reportLinkRoutes } from './report-link-routes.ts';
import { createRuntimeMaker, makeRuntimeIn } from './runtime-maker.ts';
import { sessionRoutes } from './session-routes.ts';
import { tokenRoutes } from './token-routes.ts';
import { userRoutes } from './user-routes.ts';

export interface AccessOptions {
  readonly store: Store;
  readonly actOnStore: ActOnStore;
  readonly identity: Identity;
  readonly version: string;
  readonly now: () => number;
  readonly logger: { warn(fields: object, message: string): void };
  /** Of this server now; null on plain HTTP. */
  readonly certificate: () => CertificateFacts | null;
  readonly reportIntervalMs: { readonly server: number; readonly workstation: number };
  /** Follows what is enrolled and who may log in. */
  readonly fleet: EnrollRouteNeeds['fleet'] & { readonly followCatalogue: FollowCatalogue };
  /** The folder of the installation, for what new machines fetch. */
  readonly installationDir: string;
}

/** Who may come in: people with their sessions and passwords, keys of programs, tokens of new machines. */
export async function createAccess(options: AccessOptions) {
  const { store, actOnStore, identity, version, now, logger, installationDir } = options;
  const followCatalogue: FollowCatalogue = (turn, handle) => options.fleet.followCatalogue(turn, handle);
  const passwords = createPasswords();
  const people = await createPeople({ store, actOnStore, followCatalogue, passwords, clock: now, logger });
  const firstRun = createFirstRun(store, passwords, actOnStore, followCatalogue);
  const enrolmentTokens = createEnrolmentTokens(identity, now);
  const runtimes = createRuntimeMaker({ make: makeRuntimeIn(installationDir) });
  const installFiles = createInstallFiles(installationDir, version, runtimes);
  const loginAudit = lateAudit(store.audit, now);
  const needs = { ...options, ...people, state: store, clock: now, passwords, firstRun, enrolmentTokens, loginAudit };
  const routes: readonly AddRoutes[] = [
    (http, facts) => sessionRoutes(http, { ...needs, ...facts }),
    (http, facts) => passwordRoutes(http, { ...needs, ...facts }),
    (http) => reportLinkRoutes(http, needs),
    (http, facts) => tokenRoutes(http, { ...needs, ...facts }),
    (http) => userRoutes(http, needs),
    (http) => apiKeyRoutes(http, needs),
    (http, facts) => enrollRoutes(http, { ...needs, ...facts }),
    (http) => installRoutes(http, { installFiles }),
  ];
  /** `at` is null while nobody can say what time it is: then places stay known. */
  async function prune(at: number | null): Promise<Record<string, unknown>> {
    const pruned = await people.sessions.prune(at);
    return { pruned, places: at === null ? 0 : await people.places.prune(at) };
  }
  return {
    name: 'access',
    passwords,
    people,
    firstRun,
    enrolmentTokens,
    routes,
    daily: [{ name: 'sessions', run: prune }],
    close: () => people.close(),
  };
}
