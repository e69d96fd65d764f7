import type { MaintenanceInput } from '../../../protocol/api/maintenance.ts';
import { type IncidentRecord, type IncidentStep, isOfClock, type StepPolicy } from '../../domain/incidents/incident.ts';
import { covers } from '../../domain/sla/maintenance.ts';
import { deviceFacts } from '../../fleet/device-facts.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { MaintenanceBook, RunningWindow } from './maintenance-book.ts';

/** Which running window an incident falls under, and that nobody is told of it meanwhile. */

export interface CoverageOptions {
  readonly book: MaintenanceBook;
  readonly fleet: Pick<Fleet, 'devices'>;
  /** The devices that a service is made of; a window that covers one of them covers the service. */
  readonly serviceMembers?: (serviceId: string) => readonly string[];
}

export const suppressedByWindow = (windowId: string): string => `maintenance:${windowId}`;
export const isSuppressedByWindow = ({ suppressedBy }: Pick<IncidentRecord, 'suppressedBy'>): boolean =>
  suppressedBy?.startsWith('maintenance:') ?? false;

export interface Coverage {
  /** The window that covers the incident at this instant, if one runs. */
  at(record: IncidentRecord, at: number): RunningWindow | null;
  includes(input: MaintenanceInput, record: IncidentRecord): boolean;
}

export function createCoverage({ book, fleet, serviceMembers }: CoverageOptions): Coverage {
  const includesDevice = (input: MaintenanceInput, deviceId: string): boolean => {
    const device = fleet.devices.get(deviceId);
    return device !== undefined && covers(input, deviceFacts(device.info));
  };
  const includes = (input: MaintenanceInput, record: IncidentRecord): boolean => {
    const { clientId, deviceId, serviceId, siteId } = record;
    const { target } = input;
    if (input.clientId !== clientId) return false;
    if (target.kind === 'client') return true;
    if (deviceId !== null) return includesDevice(input, deviceId);
    if (serviceId !== null) return serviceMembers?.(serviceId).some((id) => includesDevice(input, id)) ?? false;
    return target.kind === 'site' && siteId === target.id;
  };
  return {
    includes,
    at: (record, at) => book.runningAt(at, record.clientId).find(({ input }) => includes(input, record)) ?? null,
  };
}

export interface SilenceOptions {
  readonly coverage: Coverage;
  /** True of an incident that was open, and told, when the window began. */
  readonly wasTold: (windowId: string, incidentId: string) => boolean;
  /** Called for each step that is kept quiet. */
  readonly onSilenced: (windowId: string, step: IncidentStep, before: IncidentRecord | null) => void;
}

/**
 * Keeps a step quiet while a window covers its incident; the incident itself goes on. What a person reported is always told, and
 * so are the clocks of incidents that people know of: a promise to the client runs on.
 */
export function silence({ coverage, wasTold, onSilenced }: SilenceOptions): StepPolicy {
  return (step, before, at) => {
    const { record, notice } = step;
    if (notice === null || record.source === 'person') return step;
    if (isOfClock(notice.kind) && record.suppressedBy === null) return step;
    const running = coverage.at(record, at);
    if (running) {
      const { id } = running.window;
      const suppressedBy = record.suppressedBy ?? suppressedByWindow(id);
      // Nobody heard that it was over, so it is still the recurrence that people were told of.
      const isSameToPeople = before !== null && step.event.kind === 'reopened' && wasTold(id, record.id);
      const reopenedCount = isSameToPeople ? before.reopenedCount : record.reopenedCount;
      const silenced = { ...step, record: { ...record, suppressedBy, reopenedCount }, notice: null };
      onSilenced(id, silenced, before);
      return silenced;
    }
    if (!isSuppressedByWindow(record)) return step;
    // Raised anew after the window it is told; what nobody was told of also ends without a word.
    if (notice.kind === 'raised') return { ...step, record: { ...record, suppressedBy: null } };
    return { ...step, notice: null };
  };
}
