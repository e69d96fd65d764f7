import { type MemberLedger, serviceLedger } from '../../domain/sla/service-ledger.ts';
import type { DeviceLedgerSource, ServiceSource, Stretch } from '../../domain/sla/sources.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { CheckBook } from './checks/check-book.ts';
import type { CheckSource } from './checks/check-source.ts';
import { type ServiceVersion, termsOf } from './definition.ts';
import type { ServiceBook } from './service-book.ts';

export interface ServiceSourceOptions {
  readonly services: ServiceBook;
  readonly checks: CheckBook;
  readonly fleet: Fleet;
  readonly checkSource: CheckSource;
  readonly devices: DeviceLedgerSource;
  readonly now: () => number;
}

/** Ledgers of services, from those of their devices and checks. */
export function createServiceSource(options: ServiceSourceOptions): ServiceSource {
  const { services, checks, fleet, checkSource, devices, now } = options;

  async function ledgerOf(
    version: ServiceVersion,
    start: number,
    end: number,
    withClauses: boolean,
  ): Promise<Stretch[]> {
    const { needed, deviceIds, checkIds } = version.terms;
    const ofDevice = async (id: string): Promise<MemberLedger> => {
      const record = fleet.devices.get(id);
      const ledger = await devices.ledger(id, start, end, withClauses);
      return { name: record?.info.name ?? 'a retired device', ledger };
    };
    const ofCheck = async (id: string): Promise<MemberLedger> => {
      const check = checks.ever(id);
      return {
        name: check?.name ?? 'a removed check',
        ledger: check ? await checkSource.ledger(check, start, end, withClauses) : [],
      };
    };
    const members = {
      needed,
      devices: needed > 0 ? await Promise.all(deviceIds.map(ofDevice)) : [],
      checks: await Promise.all(checkIds.map(ofCheck)),
    };
    return serviceLedger({ start, end }, members);
  }

  return {
    list: () =>
      [...services.present()].map((service) => {
        const { name, targetPpm } = termsOf(service);
        return { id: service.id, clientId: service.clientId, name, since: service.createdAt, targetPpm };
      }),
    async ledger(serviceId, from, to, withClauses = true) {
      const service = services.get(serviceId);
      if (!service) return [];
      const until = Math.min(to, now(), service.removedAt ?? Number.POSITIVE_INFINITY);
      const parts: Stretch[] = [];
      for (const [index, version] of service.versions.entries()) {
        const next = service.versions[index + 1];
        const start = Math.max(from, version.from);
        const end = Math.min(until, next?.from ?? Number.POSITIVE_INFINITY);
        if (end > start) parts.push(...(await ledgerOf(version, start, end, withClauses)));
      }
      return parts;
    },
  };
}
