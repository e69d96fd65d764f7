import { type Said, said } from '../../../protocol/said/said.ts';
import { policyId } from '../../domain/policies/policy.ts';
import { faultsOf } from '../../domain/policies/resolve.ts';
import type { AddRoutes } from '../../platform/http/http.ts';
import type { Store } from '../../platform/store/store.ts';
import { pruneVersions } from './policy-version-repository.ts';
import { policyRoutes, type SettingsRouteNeeds, settingsRoutes } from './routes.ts';

export interface SettingsOptions extends Omit<SettingsRouteNeeds, 'onChanged'> {
  readonly store: Store;
  /** Says what is wrong with what is stored; null: nothing is. */
  readonly tell: (fault: Said | null) => void;
}

/** Settings that differ by client, site, kind, tag or device. */
export function createSettings(options: SettingsOptions) {
  const { book, now, store, keepMs } = options;
  const tell = (): void => options.tell(sayFaults());
  /** An older version may have stored what this one cannot use. */
  function sayFaults(): Said | null {
    const [first, ...more] = faultsOf(book.shelf.standing(now()));
    if (!first) return null;
    return said('server.setting-ignored', { policy: policyId(first.policy), name: first.name, more: more.length });
  }
  tell();
  const needs = { ...options, onChanged: tell };
  const settings: AddRoutes = (http) => settingsRoutes(http, needs);
  const policies: AddRoutes = (http) => policyRoutes(http, needs);
  return {
    name: 'settings',
    routes: [settings, policies],
    daily: [
      {
        name: 'policies',
        async remove(certainNow: number) {
          const versions = await pruneVersions(store, certainNow - keepMs);
          book.prune(certainNow - keepMs);
          return { versions };
        },
      },
    ],
    async deviceChanged(deviceId: string, record: unknown): Promise<void> {
      if (record === null) book.forget(deviceId);
    },
  };
}
