import { BlockList, isIPv6 } from 'node:net';
import { setImmediate as breathe } from 'node:timers/promises';
import type { ScrapeTargets } from '../../../protocol/api/view.ts';
import { isUnserved } from '../../../protocol/check/address-kind.ts';
import type { Scope } from '../../domain/scope.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { bareAddress, hostAddresses, inventoryOf } from '../../fleet/inventory.ts';
import { visible } from '../../fleet/visible.ts';

/** Inventories are parsed for it, each within a tenth of a millisecond. */
const AT_ONCE = 64;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * The machines in the scope as `http_sd` of Prometheus wants them: each by the address at which its neighbours reach it, without
 * a port. Who has told no address is left out.
 */
export async function scrapeTargets(fleet: Fleet, scope: Scope): Promise<ScrapeTargets> {
  const found: ScrapeTargets = [];
  for (const [index, record] of visible(fleet, scope).entries()) {
    const target = scrapeTarget(record, fleet);
    if (target) found.push(target);
    if (index % AT_ONCE === AT_ONCE - 1) await breathe();
  }
  return found;
}

function scrapeTarget({ info, connection }: DeviceRecord, fleet: Fleet): ScrapeTargets[number] | null {
  const inventory = inventoryOf(info);
  const addresses = inventory ? hostAddresses(inventory).filter(isOfAnotherMachine) : [];
  // The one of several that leads to this server leads to others too. A router in front of the machine is none of them.
  const cameFrom = bareAddress(connection.remoteAddress ?? '');
  const address = addresses.includes(cameFrom) ? cameFrom : addresses[0];
  if (address === undefined) return null;
  return {
    targets: [isIPv6(address) ? `[${address}]` : address],
    labels: {
      client: fleet.clients.get(info.client_id)?.slug ?? '',
      site: fleet.sites.get(info.site_id)?.slug ?? '',
      device: info.slug,
      __meta_vigia_name: info.name,
      __meta_vigia_kind: info.kind,
      __meta_vigia_os: info.os,
      __meta_vigia_platform: inventory?.platform ?? '',
      __meta_vigia_hostname: info.hostname,
      __meta_vigia_tags: enclosed(JSON.parse(info.tags_json) as string[]),
      __meta_vigia_addresses: enclosed(addresses),
    },
  };
}

/** Agents say what they like: whoever scrapes is not sent to itself, or to a cloud for its secrets. */
const isOfAnotherMachine = (address: string): boolean =>
  !isUnserved(address) && !loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

/** As Prometheus' own discoveries write lists, so that `.*,this,.*` finds one of them. */
const enclosed = (texts: readonly string[]): string => (texts.length === 0 ? '' : `,${texts.join(',')},`);
