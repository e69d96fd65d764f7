import type { MaintenanceInput } from '../../../protocol/api/maintenance.ts';
import { isolated } from '../../../protocol/bidi.ts';
import { noSuch } from '../../../protocol/said/refused.ts';
import type { Scope } from '../../domain/scope.ts';
import { checkMaintenance } from '../../domain/sla/maintenance.ts';
import type { Store } from '../../platform/store/store.ts';

/** What is worth a warning in a window that can be made. @throws VigiaError not_found, validation_failed */
export async function checkWindow(store: Store, scope: Scope, input: MaintenanceInput, at: number): Promise<string[]> {
  const { clients, sites, devices } = store.scoped(scope);
  const { clientId, target } = input;
  if ((await clients.get(clientId)) === null) throw noSuch('client');
  const warnings = checkMaintenance(input, at);
  if (target.kind === 'site' && (await sites.get(target.id ?? ''))?.client_id !== clientId) {
    throw noSuch('client-site');
  }
  if (target.kind === 'device' && (await devices.get(target.id ?? ''))?.client_id !== clientId) {
    throw noSuch('client-device');
  }
  if (target.kind === 'tag') {
    const own = (await devices.all()).filter((device) => device.client_id === clientId);
    const isKnown = own.some((device) => (JSON.parse(device.tags_json) as string[]).includes(target.id ?? ''));
    if (!isKnown)
      warnings.push(
        `No device of this client has the tag "${isolated(target.id ?? '')}": the window covers nothing yet.`,
      );
  }
  return warnings;
}
