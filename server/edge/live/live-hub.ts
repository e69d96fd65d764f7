import type { LiveServerMessage, LiveTopics, ServerHealth } from '../../../protocol/api/view.ts';
import type { Incidents } from '../../core/incidents/incident-index.ts';
import { incidentView } from '../../core/incidents/views.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import { iso } from '../../domain/iso.ts';
import { valueAt } from '../../domain/reading.ts';
import { inScope, type Scope } from '../../domain/scope.ts';
import { detail, summarise } from '../../features/devices/summary.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { LiveReadings } from './live-readings.ts';
import type { LiveLook, LivePort, LiveSubscription } from './port.ts';

export interface LiveHubOptions {
  readonly fleet: Fleet;
  readonly book: Incidents;
  readonly health: () => ServerHealth;
  /** Ms since 1970. */
  readonly now: () => number;
  /** What features show of theirs. Asked for when something is sent: features are made later. */
  readonly topics?: () => TopicViews;
}

/** Documents as they are now, by their ids; null once removed. */
export type TopicViews = { readonly [Topic in keyof LiveTopics]?: (id: string) => LiveTopics[Topic] | null };

/** Something that belongs to a client. */
export interface TopicSubject {
  readonly id: string;
  readonly clientId: string;
}

interface Subscriber {
  readonly scope: Scope;
  readonly listener: (message: LiveServerMessage) => void;
  readonly readings: LiveReadings;
}

/** Changes go out together at most this often. */
const COALESCE_MS = 250;

/**
 * Collects what changed and sends it to those who look. While nobody looks it keeps nothing, and a reading costs nothing unless
 * somebody looks at its device.
 */
export class LiveHub implements LivePort {
  readonly #options: LiveHubOptions;
  readonly #subscribers = new Set<Subscriber>();
  readonly #devices = new Set<DeviceRecord>();
  readonly #incidents = new Map<string, IncidentRecord>();
  readonly #topics = new Map<keyof LiveTopics, Map<string, TopicSubject>>();
  readonly #removed = new Map<string, string>();
  #catalogueChanged = false;
  #healthChanged = false;
  #timer: NodeJS.Timeout | null = null;
  /** On the clock that only goes forward. What comes after a quiet moment goes out at once. */
  #flushedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LiveHubOptions) {
    this.#options = options;
  }

  subscribe(scope: Scope, listener: (message: LiveServerMessage) => void): LiveSubscription {
    const readings = new LiveReadings(this.#options.fleet, scope);
    const subscriber: Subscriber = { scope, listener, readings };
    this.#subscribers.add(subscriber);
    return {
      watch: (look) => this.#look(subscriber, look),
      close: () => {
        this.#subscribers.delete(subscriber);
      },
    };
  }

  /** What is said of the device on any screen has changed. */
  deviceChanged(record: DeviceRecord): void {
    // What still happens to a retired device does not bring it back to the screens.
    if (this.#options.fleet.devices.get(record.info.id) !== record) return;
    this.#devices.add(record);
    this.#removed.delete(record.info.id);
    this.#schedule();
  }

  /** The device has a new reading and nothing else. */
  reported(records: readonly DeviceRecord[]): void {
    for (const { readings } of this.#subscribers) {
      for (const record of records) if (readings.reported(record)) this.#schedule();
    }
  }

  deviceRemoved(record: DeviceRecord): void {
    this.#removed.set(record.info.id, record.info.client_id);
    this.#devices.delete(record);
    this.#schedule();
  }

  incidentChanged(record: IncidentRecord): void {
    this.#incidents.set(record.id, record);
    this.#schedule();
  }

  topicChanged(topic: keyof LiveTopics, subject: TopicSubject): void {
    const changed = this.#topics.get(topic) ?? new Map<string, TopicSubject>();
    this.#topics.set(topic, changed.set(subject.id, subject));
    this.#schedule();
  }

  catalogueChanged(): void {
    this.#catalogueChanged = true;
    this.#schedule();
  }

  healthChanged(): void {
    this.#healthChanged = true;
    this.#schedule();
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#subscribers.clear();
  }

  #look(subscriber: Subscriber, look: LiveLook): void {
    const { readings } = subscriber;
    const before = readings.watched;
    // What was not looked at has old numbers on the screen.
    if (readings.look(look)) this.#schedule();
    if (readings.watched && readings.watched !== before) this.#sendWatched(subscriber, readings.watched);
  }

  #schedule(): void {
    if (this.#subscribers.size === 0) this.#forget();
    else if (this.#timer === null) {
      const waitMs = Math.max(0, this.#flushedAt + COALESCE_MS - performance.now());
      this.#timer = setTimeout(() => this.#flush(), waitMs);
    }
  }

  #forget(): void {
    this.#devices.clear();
    this.#incidents.clear();
    this.#topics.clear();
    this.#removed.clear();
    this.#catalogueChanged = false;
    this.#healthChanged = false;
  }

  #flush(): void {
    this.#timer = null;
    this.#flushedAt = performance.now();
    let hasMore = false;
    for (const subscriber of this.#subscribers) {
      const { readings } = subscriber;
      const { watched } = readings;
      const isWatchedNew = watched !== null && (this.#devices.has(watched) || readings.isNew(watched));
      const message = this.#changesFor(subscriber.scope, readings.take(this.#devices));
      if (message) subscriber.listener(message);
      if (isWatchedNew && watched) this.#sendWatched(subscriber, watched);
      hasMore ||= readings.hasMore;
    }
    this.#forget();
    if (hasMore) this.#schedule();
  }

  #changesFor(scope: Scope, devices: readonly DeviceRecord[]): LiveServerMessage | null {
    const { fleet, book, health, now } = this.#options;
    const nameOf = (id: string): string | null => fleet.users.find((user) => user.id === id)?.name ?? null;
    const incidents = [...this.#incidents.values()].filter((record) => inScope(scope, record.clientId));
    const removed = [...this.#removed].filter(([, clientId]) => inScope(scope, clientId)).map(([id]) => id);
    const message: LiveServerMessage = {
      type: 'changes',
      ...(this.#healthChanged ? { server: health() } : {}),
      ...(this.#catalogueChanged ? this.#catalogue(scope) : {}),
      ...(devices.length > 0 ? { devices: devices.map((record) => summarise(record, book, now())) } : {}),
      ...(incidents.length > 0 ? { incidents: incidents.map((record) => incidentView(record, nameOf, now())) } : {}),
      ...this.#topicChanges(scope),
      ...(removed.length > 0 ? { removedDevices: removed } : {}),
    };
    return Object.keys(message).length > 1 ? message : null;
  }

  #topicChanges(scope: Scope): { readonly [Topic in keyof LiveTopics]?: LiveTopics[Topic][] } {
    const views = this.#options.topics?.() ?? {};
    const documents = [...this.#topics].map(([topic, changed]) => {
      const seen = [...changed.values()].filter(({ clientId }) => inScope(scope, clientId));
      return [topic, seen.map(({ id }) => views[topic]?.(id) ?? null).filter((one) => one !== null)] as const;
    });
    return Object.fromEntries(documents.filter(([, some]) => some.length > 0));
  }

  #catalogue(scope: Scope): Pick<Extract<LiveServerMessage, { type: 'changes' }>, 'clients' | 'sites'> {
    const { clients, sites } = this.#options.fleet;
    return {
      clients: [...clients.values()]
        .filter(({ id }) => inScope(scope, id))
        .map(({ id, slug, name, remote_url, report_key_hash }) => ({
          id,
          slug,
          name,
          remoteUrl: remote_url,
          hasReportLink: report_key_hash !== null,
        })),
      sites: [...sites.values()]
        .filter((site) => inScope(scope, site.client_id))
        .map(({ id, client_id, slug, name }) => ({ id, clientId: client_id, slug, name })),
    };
  }

  #sendWatched(subscriber: Subscriber, record: DeviceRecord): void {
    if (!inScope(subscriber.scope, record.info.client_id)) return;
    const { book, fleet, now } = this.#options;
    subscriber.listener({ type: 'device', device: detail(record, book, fleet, now()) });
    const { latest } = record;
    if (!latest) return;
    const values = Object.fromEntries(
      latest.schema.metrics.map((metric, index) => [metric.name, valueAt(latest, index)]),
    );
    subscriber.listener({ type: 'points', deviceId: record.info.id, at: iso(latest.at), values });
  }
}
