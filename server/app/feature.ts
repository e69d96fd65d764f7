import type { ChangeSet } from '../core/incidents/change-set.ts';
import type { Judge } from '../core/incidents/judge.ts';
import type { StepPolicy } from '../domain/incidents/incident.ts';
import type { TopicViews } from '../edge/live/live-hub.ts';
import type { DeviceRecord } from '../fleet/device-record.ts';
import type { AddRoutes } from '../platform/http/http.ts';
import type { Figure, QueueReading } from '../platform/metrics/server-metrics.ts';
import type { Migration } from '../platform/store/open-database.ts';
import type { DailyTask } from './daily.ts';

/** A line of the list of features: what is known of one before anything is opened, and how the rest of it is made. */
export interface FeatureLine<Kit> {
  readonly migrations?: readonly Migration[];
  /** The acts that it does, with the words in which people read them in the audit log. */
  readonly actions?: Readonly<Record<string, string>>;
  create(kit: Kit): Feature | Promise<Feature>;
}

/** What a feature brings, all of it optional. */
export interface Feature {
  readonly name: string;
  /** Judge once a second, in the lane of the watch. */
  readonly judges?: readonly Judge[];
  /** Every step of an incident passes them. */
  readonly policies?: readonly StepPolicy[];
  readonly routes?: readonly AddRoutes[];
  /** Shown in `/metrics` by these names. */
  readonly queues?: Readonly<Record<string, QueueReading>>;
  readonly figures?: readonly Figure[];
  /** Documents that pages hold, by the name of their kind: sent anew when `onChanged` was told of one. */
  readonly topics?: TopicViews;
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
