import type { ClockEnd } from '../../../protocol/api/contract.ts';
import type { Priority } from '../../../protocol/api/view.ts';
import type { Said } from '../../../protocol/said/said.ts';

/** What waits to be told, with what is known of its incident now. */
export interface Notice {
  readonly kind: string;
  readonly payload: NoticePayload;
  readonly incident: IncidentFacts | null;
  readonly clientName: string | null;
}

/** As it was stored: what is said, and a title, either as somebody typed it or as a fact. */
export interface NoticePayload {
  readonly said?: unknown;
  readonly title?: unknown;
  readonly titleSaid?: unknown;
  readonly noteSaid?: unknown;
  readonly incidentId?: unknown;
  readonly priority?: unknown;
  readonly at?: unknown;
}

export interface IncidentFacts {
  readonly id: string;
  readonly state: 'open' | 'acknowledged' | 'resolved';
  readonly priority: Priority;
  readonly said: Said;
  readonly siteName: string | null;
  readonly deviceName: string | null;
  readonly serviceName: string | null;
  readonly onsetAt: number;
  readonly resolvedAt: number | null;
  /** Of the response clock, while it runs. */
  readonly dueAt: number | null;
  readonly dueZone: string;
  /** Which of the incident's four times is due then. */
  readonly dueEnd: ClockEnd;
  /** False: shown, as technicians are free, and never breached. */
  readonly dueIsFirm: boolean;
  readonly events: readonly {
    readonly at: number;
    readonly kind: string;
    readonly by: string | null;
    readonly said: Said;
  }[];
}
