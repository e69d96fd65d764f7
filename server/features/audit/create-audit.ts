import type { AddRoutes } from '../../platform/http/http.ts';
import type { Store } from '../../platform/store/store.ts';
import { AuditHeads, type AuditHeadsOptions } from './heads.ts';
import { auditRoutes } from './routes.ts';

export interface AuditOptions extends AuditHeadsOptions {
  readonly store: Store;
  /** All that is kept in it, with the words in which people read them. */
  readonly actions: Readonly<Record<string, string>>;
}

/** The audit log: searched by people, its head told outside. */
export function createAudit(options: AuditOptions) {
  const heads = new AuditHeads(options);
  const routes: AddRoutes = (http) =>
    auditRoutes(http, { state: options.store, actions: options.actions, clock: options.now });
  return { name: 'audit', routes: [routes], start: () => heads.start(), stop: () => heads.stop() };
}
