import type { Priority } from '../../../protocol/api/view.ts';

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
  /** Planned work is going on, and keeps quiet. */
  readonly inMaintenance: boolean;
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
  /** When it will be full by its trend; null without one. */
  readonly fullAtMs: number | null;
}

/** The open incidents (acknowledged ones included) of one client. */
export interface IncidentExport {
  readonly client: string;
  readonly open: Readonly<Record<Priority, number>>;
  /** Those of them that nobody has taken yet. */
  readonly unacknowledged: Readonly<Record<Priority, number>>;
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
    /** Of the time that was up, down or unknown, the share that is not unknown. */
    readonly coverage: number | null;
    readonly budgetMs: number | null;
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
