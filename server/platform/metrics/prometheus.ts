import type {
  AvailabilityExport,
  DeviceExport,
  FileSystemExport,
  FleetExport,
  IncidentExport,
  ResponseDueExport,
} from './fleet-export.ts';
import { escapeLabelValue, type Family, mapInTurns, type Now, writeFamilies, writeLabels } from './text-format.ts';

/** The fleet as text for Prometheus, in chunks; a large one is written in turns with other work, as `now` tells them. */
export async function* writeFleet(fleet: FleetExport, now: Now = () => performance.now()): AsyncGenerator<string> {
  // One copy: all families of a scrape speak of the same devices.
  const devices = await mapInTurns(fleet.devices, (device) => ({ device, labels: identity(device) }), now);
  yield* writeFamilies(deviceFamilies, devices, now);
  yield* writeFamilies(incidentFamilies, [...fleet.incidents], now);
  yield* writeFamilies(availabilityFamilies, fleet.availability, now);
  yield* writeFamilies([responseDueFamily], [...fleet.responsesDue], now);
}

/** A device and the labels that stand on all its samples. */
interface Exported {
  readonly device: DeviceExport;
  readonly labels: string;
}

function identity({ client, site, device }: DeviceExport): string {
  return writeLabels({ client, site, device });
}

const seconds = (atMs: number | null): number | null => (atMs === null ? null : atMs / 1000);

function perDevice(name: string, help: string, value: (device: DeviceExport) => number | null): Family<Exported> {
  return { name, help, samples: ({ device, labels }, emit) => emit(labels, value(device)) };
}

function perFileSystem(
  name: string,
  help: string,
  value: (fileSystem: FileSystemExport) => number | null,
): Family<Exported> {
  return {
    name,
    help,
    samples({ device, labels }, emit) {
      for (const fileSystem of device.fileSystems) {
        emit(`${labels},mountpoint="${escapeLabelValue(fileSystem.mountpoint)}"`, value(fileSystem));
      }
    },
  };
}

const deviceFamilies: readonly Family<Exported>[] = [
  perDevice('vigia_device_up', 'Whether the device is up by evidence; absent while that is not known.', ({ up }) =>
    up === null ? null : Number(up),
  ),
  {
    name: 'vigia_device_info',
    help: 'What the device is called and runs; always 1.',
    samples: ({ device: { name, kind, os, agentVersion }, labels }, emit) =>
      emit(`${labels},${writeLabels({ name, kind, os: os ?? '', agent_version: agentVersion ?? '' })}`, 1),
  },
  perDevice('vigia_device_in_maintenance', 'Whether planned work is going on at the device.', ({ inMaintenance }) =>
    Number(inMaintenance),
  ),
  perDevice('vigia_device_boot_timestamp_seconds', 'When the device booted, by the clock of the server.', (device) =>
    seconds(device.bootAtMs),
  ),
  perDevice(
    'vigia_device_last_report_timestamp_seconds',
    'When the newest report of the device arrived, by the clock of the server.',
    (device) => seconds(device.lastReportAtMs),
  ),
  perDevice('vigia_cpu_busy_ratio', 'Share of all processor time that was not idle, 0 to 1.', (device) =>
    device.value('cpu.busy'),
  ),
  perDevice('vigia_load1', 'Load average over one minute.', (device) => device.value('load.1')),
  perDevice('vigia_memory_available_bytes', 'Memory that programs can still get without swapping.', (device) =>
    device.value('memory.available'),
  ),
  perDevice('vigia_memory_size_bytes', 'Memory of the machine.', (device) => device.value('memory.size')),
  perFileSystem('vigia_filesystem_size_bytes', 'Size of the file system.', ({ sizeBytes }) => sizeBytes),
  perFileSystem(
    'vigia_filesystem_avail_bytes',
    'Space of the file system that ordinary users can still fill.',
    ({ availableBytes }) => availableBytes,
  ),
  perFileSystem(
    'vigia_filesystem_full_forecast_timestamp_seconds',
    'When the file system will be full by its trend, within four days; absent without a forecast.',
    ({ fullAtMs }) => seconds(fullAtMs),
  ),
];

function byPriority(name: string, help: string, of: 'open' | 'unacknowledged'): Family<IncidentExport> {
  return {
    name,
    help,
    samples({ client, [of]: counts }, emit) {
      for (const [priority, count] of Object.entries(counts)) emit(writeLabels({ client, priority }), count);
    },
  };
}

const incidentFamilies: readonly Family<IncidentExport>[] = [
  byPriority('vigia_incidents_open', 'Incidents of the client that are not resolved, by priority.', 'open'),
  byPriority(
    'vigia_incidents_unacknowledged',
    'Incidents of the client that are not resolved and that nobody has taken yet, by priority.',
    'unacknowledged',
  ),
];

const responseDueFamily: Family<ResponseDueExport> = {
  name: 'vigia_incident_response_due_timestamp_seconds',
  help: 'When the first response to the open incident is due; absent once a person responded and while the clock stands still.',
  samples: ({ dueAtMs, ...labels }, emit) => emit(writeLabels(labels), seconds(dueAtMs)),
};

function perWindow(
  name: string,
  help: string,
  value: (window: AvailabilityExport['windows'][number]) => number | null,
): Family<AvailabilityExport> {
  return {
    name,
    help,
    samples({ labels, windows }, emit) {
      for (const each of windows) emit(writeLabels({ ...labels, window: each.window }), value(each));
    },
  };
}

const availabilityFamilies: readonly Family<AvailabilityExport>[] = [
  perWindow(
    'vigia_availability_ratio',
    'Time up as share of the time up or down, never rounded up; absent where neither is known.',
    ({ ratio }) => ratio,
  ),
  perWindow(
    'vigia_availability_coverage_ratio',
    'Share of the time of which it is known whether it was up or down; absent where nothing was measured.',
    ({ coverage }) => coverage,
  ),
  {
    name: 'vigia_availability_target_ratio',
    help: 'What the contract promises of it; absent without a target.',
    samples: ({ labels, targetRatio }, emit) => emit(writeLabels(labels), targetRatio),
  },
  perWindow(
    'vigia_error_budget_seconds',
    'Down time that the target allows in the whole window; absent without a target.',
    ({ budgetMs }) => seconds(budgetMs),
  ),
  perWindow(
    'vigia_error_budget_remaining_seconds',
    'Down time that the target still allows in the window; negative once it is overspent.',
    ({ budgetLeftMs }) => seconds(budgetLeftMs),
  ),
];
