import type { Logger } from 'pino';
import type { LiveTopics } from '../../protocol/api/view.ts';
import type { Act, Acting, Follow, Hear } from '../core/incidents/act.ts';
import type { ChangeSet } from '../core/incidents/change-set.ts';
import type { IncidentBook } from '../core/incidents/incident-book.ts';
import type { Judge } from '../core/incidents/judge.ts';
import type { TaskDesk } from '../core/tasks/desk.ts';
import type { DeviceRecord } from '../fleet/device-record.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { AddRoutes } from '../platform/http/http.ts';
import type { Figure, QueueReading } from '../platform/metrics/server-metrics.ts';
import type { Migration } from '../platform/store/open-database.ts';
import type { Store } from '../platform/store/store.ts';

/** What every feature may use. Those that need something of another feature are made in `server/app/wiring.ts`. */
export interface FeatureKit extends Acting {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  /** What agents are asked to do: a feature asks by a kind of its own. */
  readonly tasks: TaskDesk;
  /** Ms since 1970. */
  readonly now: () => number;
  readonly logger: Logger;
  readonly follow: Follow;
  /** What machines tell by a key or a secret address, which is no act of anybody. */
  readonly hear: Hear;
  /** The zone of a client, or of the server for null. */
  readonly zoneOf: (clientId: string | null, at: number) => string;
  /** A document of a topic has changed: pages that may see it get it anew. */
  readonly onChanged: (topic: keyof LiveTopics, subject: { readonly id: string; readonly clientId: string }) => void;
}

/** Whose data somebody may touch. */
type Scope = Parameters<Act>[2];

type Policy = Parameters<IncidentBook['addPolicy']>[0];

/** Documents as they are now, by their ids; null once removed. */
type Topics = { readonly [Topic in keyof LiveTopics]?: (id: string) => LiveTopics[Topic] | null };

/** A line of the list of features: what is known of one before anything is opened, and how the rest of it is made. */
export interface FeatureLine<Kit = FeatureKit> {
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
  readonly policies?: readonly Policy[];
  readonly routes?: readonly AddRoutes[];
  /** Shown in `/metrics` by these names. */
  readonly queues?: Readonly<Record<string, QueueReading>>;
  readonly figures?: readonly Figure[];
  /** Text for Prometheus (0.0.4) about what lies in the scope of whoever scrapes. */
  scraped?(scope: Scope): AsyncIterable<string>;
  /** Documents that pages hold, by the name of their kind: sent anew when `onChanged` was told of one. */
  readonly topics?: Topics;
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

/** One piece of housekeeping. Returns what it did as fields for the log. */
export type DailyTask =
  | {
      readonly name: string;
      /** `certainNow` in ms since 1970, null while nobody can say what time it is. */
      run(certainNow: number | null): Promise<Record<string, unknown>>;
    }
  | {
      readonly name: string;
      /** Removes what is old by then, ms since 1970. While nobody can say what time it is, nothing is. */
      remove(certainNow: number): Promise<Record<string, unknown>>;
    };
