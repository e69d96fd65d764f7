import { VigiaError } from '../../protocol/error.ts';
import type { Device, DeviceSummary, PresenceInterval, Series, ServerHealth } from '../../protocol/view.ts';
import { inScope, type Scope } from '../domain/scope.ts';
import type { FleetPort, SeriesPort, SeriesQuery } from '../http/ports.ts';
import type { IncidentBook } from '../incidents/incident-book.ts';
import type { SeriesStore } from '../series/series-store.ts';
import type { Store } from '../store/store.ts';
import type { DeviceRecord } from './device-record.ts';
import type { Fleet } from './fleet.ts';
import { ledgerView } from './presence-view.ts';
import { detail, iso, summarise } from './summary.ts';

export interface FleetPortOptions {
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly store: Store;
  readonly now: () => number;
  readonly health: () => ServerHealth;
  readonly ready: () => boolean;
  /** The device's row changed: its link and the screens follow. `record` is null once it is retired. */
  readonly onDeviceChanged: (deviceId: string, record: DeviceRecord | null, wasKnown: DeviceRecord | undefined) => void;
  readonly onCatalogueChanged: () => void;
}

/** The fleet as the HTTP side asks for it. */
export function createFleetPort(options: FleetPortOptions): FleetPort {
  const { fleet, book, store, now } = options;
  return {
    health: options.health,
    ready: options.ready,
    summaries: (scope): DeviceSummary[] => visible(fleet, scope).map((record) => summarise(record, book)),
    async device(scope, deviceId): Promise<Device | null> {
      const record = find(fleet, scope, deviceId);
      return record ? detail(record, book, fleet) : null;
    },
    async presence(scope, deviceId, from, to): Promise<PresenceInterval[]> {
      const record = require(fleet, scope, deviceId);
      const rows = await store.scoped(scope).presence.between(deviceId, from, to);
      return ledgerView(record, rows, { from, to, now: now() });
    },
    async deviceChanged(deviceId) {
      const before = fleet.devices.get(deviceId);
      const record = await fleet.reload(deviceId);
      // An enrolment may be the first sign of a client that the command line made.
      if (record && !(fleet.clients.has(record.info.client_id) && fleet.sites.has(record.info.site_id))) {
        await fleet.loadCatalogue();
        options.onCatalogueChanged();
      }
      options.onDeviceChanged(deviceId, record, before);
    },
    async catalogueChanged() {
      await fleet.loadCatalogue();
      options.onCatalogueChanged();
    },
  };
}

export function createSeriesPort(fleet: Fleet, series: SeriesStore): SeriesPort {
  return {
    async query(scope: Scope, query: SeriesQuery): Promise<Series> {
      const record = require(fleet, scope, query.deviceId);
      const results = await series.query(query);
      const steps = Math.ceil((query.toMs - query.fromMs) / query.stepMs);
      const items = query.metrics.map((name) => {
        const found = results.find((result) => result.metric === name);
        if (found) {
          const { unit, kind } = found.descriptor;
          return { metric: name, unit, kind, values: [...found.values] };
        }
        // Known now but silent in the range is an empty series; a name that never was is a mistake of the caller.
        const position = record.latest?.schema.position.get(name);
        const descriptor = position === undefined ? undefined : record.latest?.schema.metrics[position];
        if (!descriptor) throw unknownMetric(name, record);
        const values = new Array<number | null>(steps).fill(null);
        return { metric: name, unit: descriptor.unit, kind: descriptor.kind, values };
      });
      return { from: iso(query.fromMs), to: iso(query.toMs), stepMs: query.stepMs, items };
    },
  };
}

function unknownMetric(name: string, record: DeviceRecord): VigiaError {
  const family = name.split('[')[0]?.split('.')[0] ?? '';
  const near = [...(record.latest?.schema.position.keys() ?? [])]
    .filter((known) => known.startsWith(family))
    .slice(0, 8);
  const hint = near.length > 0 ? ` It reports ${near.join(', ')}.` : '';
  return new VigiaError('metric_unknown', `${record.info.name} reports no metric "${name}".${hint}`, { metric: name });
}

export function visible(fleet: Fleet, scope: Scope): DeviceRecord[] {
  return [...fleet.devices.values()].filter((record) => inScope(scope, record.info.client_id));
}

function find(fleet: Fleet, scope: Scope, deviceId: string): DeviceRecord | null {
  const record = fleet.devices.get(deviceId);
  return record && inScope(scope, record.info.client_id) ? record : null;
}

function require(fleet: Fleet, scope: Scope, deviceId: string): DeviceRecord {
  const record = find(fleet, scope, deviceId);
  if (!record) throw new VigiaError('not_found', 'There is no such device.');
  return record;
}
