import type { IncidentBook } from '../../../core/incidents/incident-book.ts';
import type { IncidentRecord } from '../../../domain/incidents/incident.ts';
import { type OutageTarget, tightest } from '../../../domain/incidents/outage-clock.ts';
import type { Protection } from '../protected-plan.ts';

/** Services as this feature needs them. */
export interface ServiceFacts {
  /** The devices that a service is made of now. */
  members(id: string): readonly string[];
  /** Null once it is removed. `since` when it became what it is now, ISO. */
  view(id: string): { readonly name: string; readonly state: string; readonly since: string | null } | null;
}

export interface OutageSourceOptions {
  readonly book: Pick<IncidentBook, 'open' | 'openOf' | 'byId'>;
  /** How a machine is missing, by its id; null: it is not. */
  readonly lossOf: (deviceId: string) => { readonly blame: string; readonly onset: number } | null;
  readonly protection: Pick<Protection, 'of'>;
  readonly services: ServiceFacts;
  /** How long a restore of everything takes by the drills of a plan, ms; null: no drill says so. */
  readonly restoreMs: (planId: string) => number | null;
}

export type OutageSource = ReturnType<typeof createOutageSource>;

const outageRules: ReadonlySet<string> = new Set<IncidentRecord['rule']>([
  'contact',
  'service.down',
  'maintenance.return',
]);

/** What the clocks of outages have to know of machines, services and promises. */
export function createOutageSource(options: OutageSourceOptions) {
  const { book, protection, services, restoreMs } = options;
  const lossOf = ({ deviceId }: IncidentRecord) => (deviceId === null ? null : options.lossOf(deviceId));
  return {
    /** Whether the incidents of a rule say that something does not work. */
    isAboutFunction: (rule: string): boolean => outageRules.has(rule),
    /** Others reach the machine: it is its agent that is away. */
    isProvenUp: (record: IncidentRecord): boolean => record.rule === 'contact' && lossOf(record)?.blame === 'agent',
    /** Its cause is an incident of the same machine that has a clock: one outage, one clock. */
    isExplainedByOwn({ rule, parentId, deviceId }: IncidentRecord): boolean {
      const parent = rule === 'maintenance.return' && parentId !== null ? book.byId(parentId) : null;
      return parent?.outage != null && parent.deviceId === deviceId;
    },
    /** When it failed, ms. An incident that came back keeps the onset of its first time. */
    onsetOf(record: IncidentRecord, before: IncidentRecord | null, at: number): number {
      if (before?.state !== 'resolved') return Math.min(record.onsetAt, at);
      const since = record.serviceId === null ? null : services.view(record.serviceId);
      const ofService = since?.state === 'down' && since.since !== null ? Date.parse(since.since) : at;
      const onset = record.rule === 'contact' ? (lossOf(record)?.onset ?? at) : ofService;
      return Math.min(at, Math.max(onset, before.resolvedAt ?? onset));
    },
    /** What was promised of it when it failed: the tightest of its plans. */
    targetOf({ deviceId, serviceId }: IncidentRecord, onset: number): OutageTarget | null {
      const plans = protection.of({ deviceId, serviceId }, onset);
      const targets = plans.flatMap(({ id, name, rtoMs }) =>
        rtoMs === null ? [] : [{ planId: id, plan: name, rtoMs, restoreMs: restoreMs(id) }],
      );
      return tightest(targets);
    },
    /** The names of services that count on a machine which is back, and were down by then and are still. */
    waitingFor({ deviceId, serviceId, resolvedAt }: IncidentRecord): string[] {
      if (deviceId === null || serviceId !== null) return [];
      return [...book.open()].flatMap((one) => {
        if (one.rule !== 'service.down' || one.serviceId === null || one.openedAt > (resolvedAt ?? 0)) return [];
        return services.members(one.serviceId).includes(deviceId) ? [services.view(one.serviceId)?.name ?? ''] : [];
      });
    },
  };
}
