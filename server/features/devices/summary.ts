import type { Device, DeviceSummary, FileSystem, Priority } from '../../../protocol/api/view.ts';
import { plain } from '../../../protocol/said/plain.ts';
import type { Incidents } from '../../core/incidents/incident-index.ts';
import { iso } from '../../domain/iso.ts';
import { lowDriveBytes } from '../../domain/low-drives.ts';
import { sharersOf } from '../../domain/pools.ts';
import { type Reading, readValue, type SchemaIndex, valueAt } from '../../domain/reading.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { remoteLink } from '../../fleet/remote-link.ts';
import { stateSince } from '../../fleet/state-since.ts';

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/** A device in memory as the documents that screens show. */

const ranks: Record<Priority, number> = { emergency: 3, high: 2, medium: 1, normal: 0 };

export function summarise(record: DeviceRecord, book: Incidents, now: number): DeviceSummary {
  const { info, latest } = record;
  const { liveness } = record.connection;
  let openIncidents = 0;
  let worstPriority: Priority | null = null;
  for (const incident of book.openOf(info.id)) {
    openIncidents += 1;
    if (worstPriority === null || ranks[incident.priority] > ranks[worstPriority]) worstPriority = incident.priority;
  }
  return {
    id: info.id,
    slug: info.slug,
    name: info.name,
    clientId: info.client_id,
    siteId: info.site_id,
    kind: info.kind,
    os: info.os || null,
    agentVersion: info.agent_version || null,
    state: liveness.state,
    stateReason: plain(liveness.reason, now),
    stateSaid: liveness.reason,
    stateSince: iso(stateSince(record)),
    lastReportAt: isoOrNull(latest?.at ?? null),
    bootAt: isoOrNull(bootTime(record)),
    cpuBusyRatio: latest && readValue(latest, 'cpu.busy'),
    memoryUsedRatio: latest && memoryUsedRatio(latest),
    fullestDisk: latest && fullestDisk(latest),
    lowDriveBytes: lowDriveBytes(info.kind, record.memory.systemDrive),
    openIncidents,
    worstPriority,
    tags: JSON.parse(info.tags_json) as string[],
    inMaintenance: record.inMaintenance,
  };
}

/** When the machine started, ms; null before the first report. */
export function bootTime({ latest, latestBootMs }: DeviceRecord): number | null {
  // To the second: the two clocks it is the difference of are read a moment apart, and a boot time must not flicker.
  return latest === null || latestBootMs === null ? null : Math.round((latest.at - latestBootMs) / 1000) * 1000;
}

export function detail(
  record: DeviceRecord,
  book: Incidents,
  fleet: Pick<Fleet, 'clients' | 'sites'>,
  now: number,
): Device {
  const { info, latest, memory, processes } = record;
  return {
    ...summarise(record, book, now),
    hostname: info.hostname || null,
    enrolledAt: iso(info.enrolled_at),
    bootId: memory.presence.last?.bootId ?? null,
    clockOffsetMs: memory.dating?.clockOffsetMs ?? null,
    reportIntervalMs: record.connection.intervalMs,
    fileSystems: latest
      ? fileSystems(latest).map((system) => ({ ...system, forecast: forecastOf(record, system.mountpoint, now) }))
      : [],
    latest: latest
      ? latest.schema.metrics.map((metric, index) => ({
          metric: metric.name,
          unit: metric.unit,
          kind: metric.kind,
          value: valueAt(latest, index),
        }))
      : [],
    processes: processes && { at: iso(processes.at), items: [...processes.items] },
    onboarding: [...memory.detection.onboarding.values()].map(({ foundAt, ...found }) => {
      return { ...found, sentence: plain(found.said, foundAt), foundAt: iso(foundAt) };
    }),
    leftOut: latest ? leftOut(latest) : { count: 0, items: [] },
    refusal: record.connection.refusal && { ...record.connection.refusal, at: iso(record.connection.refusal.at) },
    lostHistory: record.lostHistory.map(({ kind, fromMs, toMs, foundAt }) => {
      return { kind, from: isoOrNull(fromMs), to: isoOrNull(toMs), foundAt: iso(foundAt) };
    }),
    inventory:
      info.inventory_json !== null && info.inventory_at !== null
        ? { at: iso(info.inventory_at), document: JSON.parse(info.inventory_json) as Record<string, unknown> }
        : null,
    remoteUrl: info.remote_url,
    remoteLink: remoteLink(info, fleet.clients.get(info.client_id), fleet.sites.get(info.site_id)),
    expectedHours: info.expected_hours === 1,
  };
}

/** Null while nothing is known. */
function forecastOf(
  { diskForecasts }: DeviceRecord,
  mountpoint: string,
  now: number,
): NonNullable<FileSystem['forecast']> | null {
  const figures = diskForecasts.get(mountpoint);
  if (!figures) return null;
  const { fullAtMs, bytesPerHour, quality, said } = figures;
  return { fullAt: isoOrNull(fullAtMs), bytesPerHour, quality, sentence: plain(said, now), said };
}

function memoryUsedRatio(reading: Reading): number | null {
  const size = readValue(reading, 'memory.size');
  const available = readValue(reading, 'memory.available');
  return size === null || available === null || size <= 0 ? null : 1 - available / size;
}

export function fileSystems(reading: Reading): FileSystem[] {
  const value = (index: number | undefined): number | null => (index === undefined ? null : valueAt(reading, index));
  return placesOf(reading.schema).map(({ mountpoint, size, available, inodes, inodesFree, readOnly, readable }) => ({
    mountpoint,
    sizeBytes: value(size),
    availableBytes: value(available),
    inodes: value(inodes),
    inodesFree: value(inodesFree),
    readOnly: value(readOnly) === 1,
    readable: readable === undefined || value(readable) === null ? null : value(readable) === 1,
    ...sharersIn(reading, mountpoint),
  }));
}

function sharersIn(reading: Reading, mountpoint: string): Pick<FileSystem, 'sharesWith'> {
  const sharesWith = [...sharersOf(reading, mountpoint)];
  return sharesWith.length === 0 ? {} : { sharesWith };
}

/** What is mounted but not watched, as its agent found too many file systems. */
function leftOut(reading: Reading): Device['leftOut'] {
  const items = (reading.schema.instances.get('fs.leftOut') ?? []).map((mountpoint) => {
    return { mountpoint, sizeBytes: readValue(reading, `fs.leftOut[${mountpoint}]`) || null };
  });
  return { count: readValue(reading, 'fs.leftOutCount') ?? items.length, items };
}

/** Where in a report the numbers of a file system stand. */
interface Places
  extends Readonly<
    Record<'size' | 'available' | 'inodes' | 'inodesFree' | 'readOnly' | 'readable', number | undefined>
  > {
  readonly mountpoint: string;
}

// Looked up once per schema: pages and scrapes ask for every device of the fleet.
const places = new WeakMap<SchemaIndex, readonly Places[]>();

function placesOf(schema: SchemaIndex): readonly Places[] {
  let known = places.get(schema);
  if (!known) {
    known = (schema.instances.get('fs.size') ?? []).map((mountpoint) => {
      const at = (family: string): number | undefined => schema.position.get(`fs.${family}[${mountpoint}]`);
      return {
        mountpoint,
        size: at('size'),
        available: at('available'),
        inodes: at('inodes'),
        inodesFree: at('inodesFree'),
        readOnly: at('readOnly'),
        readable: at('readable'),
      };
    });
    places.set(schema, known);
  }
  return known;
}

function fullestDisk(reading: Reading): DeviceSummary['fullestDisk'] {
  let fullest: DeviceSummary['fullestDisk'] = null;
  for (const { mountpoint, sizeBytes, availableBytes } of fileSystems(reading)) {
    if (sizeBytes === null || availableBytes === null || sizeBytes <= 0) continue;
    const usedRatio = 1 - availableBytes / sizeBytes;
    if (!fullest || usedRatio > fullest.usedRatio) fullest = { mountpoint, usedRatio, availableBytes };
  }
  return fullest;
}
