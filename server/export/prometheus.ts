import { setImmediate as breathe } from 'node:timers/promises';
import type { Priority } from '../../protocol/view.ts';

/** One device as Prometheus sees it. `client`, `site` and `device` are slugs: they stay when a name is changed. */
export interface DeviceExport {
  readonly client: string;
  readonly site: string;
  readonly device: string;
  readonly name: string;
  readonly kind: string;
  readonly os: string | null;
  readonly agentVersion: string | null;
  /** True or false by evidence; null when not known, which exports no sample rather than a false zero. */
  readonly up: boolean | null;
  readonly bootAtMs: number | null;
  readonly lastReportAtMs: number | null;
  /** The newest value of a metric by its Vigia name, such as `cpu.busy`, in base units. */
  value(metric: string): number | null;
  readonly fileSystems: readonly FileSystemExport[];
}

export interface FileSystemExport {
  readonly mountpoint: string;
  readonly sizeBytes: number | null;
  readonly availableBytes: number | null;
}

/** The open incidents (acknowledged ones included) of one client. */
export interface IncidentExport {
  readonly client: string;
  readonly open: Readonly<Record<Priority, number>>;
}

/** When somebody must have responded to an open incident. `site` and `device` are empty where it has none. */
export interface ResponseDueExport {
  readonly client: string;
  readonly site: string;
  readonly device: string;
  readonly incident: string;
  readonly priority: Priority;
  readonly dueAtMs: number;
}

/** Availability of a device, a service or a client; null where nothing is known or agreed, which exports no sample. */
export interface AvailabilityExport {
  /** `subject` says what it is about; the others are slugs, but for the name of a service. */
  readonly labels: Readonly<Record<string, string>>;
  readonly targetRatio: number | null;
  readonly windows: readonly {
    readonly window: '30d' | 'this_month';
    readonly ratio: number | null;
    readonly budgetLeftMs: number | null;
  }[];
}

export interface FleetExport {
  /** Iterated once. */
  readonly devices: Iterable<DeviceExport>;
  readonly incidents: Iterable<IncidentExport>;
  readonly availability: readonly AvailabilityExport[];
  readonly responsesDue: Iterable<ResponseDueExport>;
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

interface Family<T> {
  readonly name: string;
  readonly help: string;
  samples(item: T): Iterable<Sample>;
}

const CHUNK_CHARACTERS = 64 * 1024;

/**
 * The fleet in the text format 0.0.4, without timestamps: each family once with its HELP and TYPE, as chunks of about
 * 64 KiB, so that a large fleet is never one string and other work goes on between two chunks.
 */
export async function* writeFleet(fleet: FleetExport): AsyncGenerator<string> {
  // One copy: all families of a scrape speak of the same devices.
  const devices = [...fleet.devices];
  for (const family of deviceFamilies) yield* writeFamily(family, devices);
  yield* writeFamily(incidentFamily, fleet.incidents);
  for (const family of availabilityFamilies) yield* writeFamily(family, fleet.availability);
  yield* writeFamily(responseDueFamily, fleet.responsesDue);
}

async function* writeFamily<T>(family: Family<T>, items: Iterable<T>): AsyncGenerator<string> {
  let chunk = '';
  let isOpen = false;
  for (const item of items) {
    for (const [labels, value] of family.samples(item)) {
      if (!isOpen) chunk += `# HELP ${family.name} ${family.help}\n# TYPE ${family.name} gauge\n`;
      isOpen = true;
      chunk += `${family.name}{${writeLabels(labels)}} ${value}\n`;
    }
    if (chunk.length >= CHUNK_CHARACTERS) {
      yield chunk;
      chunk = '';
      await breathe();
    }
  }
  if (chunk !== '') yield chunk;
}

function writeLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabelValue(value)}"`)
    .join(',');
}

/** Names come from agents: whatever they hold, it stays inside its quotes and on its line. */
export function escapeLabelValue(value: string): string {
  return value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function identity(device: DeviceExport): Labels {
  return { client: device.client, site: device.site, device: device.device };
}

function* sample(labels: Labels, value: number | null): Iterable<Sample> {
  if (value !== null && Number.isFinite(value)) yield [labels, value];
}

const seconds = (atMs: number | null): number | null => (atMs === null ? null : atMs / 1000);

function perDevice(name: string, help: string, value: (device: DeviceExport) => number | null): Family<DeviceExport> {
  return { name, help, samples: (device) => sample(identity(device), value(device)) };
}

function perFileSystem(
  name: string,
  help: string,
  value: (fileSystem: FileSystemExport) => number | null,
): Family<DeviceExport> {
  return {
    name,
    help,
    *samples(device) {
      for (const fileSystem of device.fileSystems) {
        yield* sample({ ...identity(device), mountpoint: fileSystem.mountpoint }, value(fileSystem));
      }
    },
  };
}

const deviceFamilies: readonly Family<DeviceExport>[] = [
  perDevice('vigia_device_up', 'Whether the device is up by evidence; absent while that is not known.', ({ up }) =>
    up === null ? null : Number(up),
  ),
  {
    name: 'vigia_device_info',
    help: 'What the device is called and runs; always 1.',
    samples: (device) =>
      sample(
        {
          ...identity(device),
          name: device.name,
          kind: device.kind,
          os: device.os ?? '',
          agent_version: device.agentVersion ?? '',
        },
        1,
      ),
  },
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
];

const incidentFamily: Family<IncidentExport> = {
  name: 'vigia_incidents_open',
  help: 'Incidents of the client that are not resolved, by priority.',
  *samples({ client, open }) {
    for (const [priority, count] of Object.entries(open)) yield* sample({ client, priority }, count);
  },
};

const responseDueFamily: Family<ResponseDueExport> = {
  name: 'vigia_incident_response_due_timestamp_seconds',
  help: 'When the first response to the open incident is due; absent once a person responded and while the clock stands still.',
  samples: ({ dueAtMs, ...labels }) => sample(labels, seconds(dueAtMs)),
};

const availabilityFamilies: readonly Family<AvailabilityExport>[] = [
  {
    name: 'vigia_availability_ratio',
    help: 'Time up as share of the time up or down, never rounded up; absent where neither is known.',
    *samples({ labels, windows }) {
      for (const { window, ratio } of windows) yield* sample({ ...labels, window }, ratio);
    },
  },
  {
    name: 'vigia_availability_target_ratio',
    help: 'What the contract promises of it; absent without a target.',
    samples: ({ labels, targetRatio }) => sample(labels, targetRatio),
  },
  {
    name: 'vigia_error_budget_remaining_seconds',
    help: 'Down time that the target still allows in the window; negative once it is overspent.',
    *samples({ labels, windows }) {
      for (const { window, budgetLeftMs } of windows) yield* sample({ ...labels, window }, seconds(budgetLeftMs));
    },
  },
];
