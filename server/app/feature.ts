import type { ChangeSet } from '../core/incidents/change-set.ts';
import type { Judge } from '../core/incidents/judge.ts';
import type { StepPolicy } from '../domain/incidents/incident.ts';
import type { DeviceRecord } from '../fleet/device-record.ts';
import type { AddRoutes } from '../platform/http/http.ts';
import type { QueueReading } from '../platform/metrics/server-metrics.ts';
import type { DailyTask } from './daily.ts';

/** What a feature brings, all of it optional. In which order features judge and decide is written in `features.ts` alone. */
export interface Feature {
  readonly name: string;
  /** Judge once a second, in the lane of the watch. */
  readonly judges?: readonly Judge[];
  /** Every step of an incident passes them. */
  readonly policies?: readonly StepPolicy[];
  readonly routes?: readonly AddRoutes[];
  /** Shown in `/metrics` by these names. */
  readonly queues?: Readonly<Record<string, QueueReading>>;
  readonly daily?: readonly DailyTask[];
  /** Follows what one turn of the watch changed, once it is durable. */
  take?(changes: ChangeSet): void;
  /** Follows a device whose row changed; `record` is null once it is retired. */
  deviceChanged?(deviceId: string, record: DeviceRecord | null): Promise<void>;
  /** Begins what goes on by itself, when the server listens. */
  start?(): void;
  stop?(): Promise<void> | void;
  /** Saves what it has learnt, before the server ends. */
  save?(): Promise<void>;
  /** Lets go of what it holds since it was made. */
  close?(): Promise<void> | void;
}
