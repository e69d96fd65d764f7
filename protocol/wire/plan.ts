import type { CheckTarget } from '../api/service.ts';

/** What the server asks of an agent beyond reporting, as the JSON of a plan frame. The agent's own policy decides what it does. */
export interface AgentPlan {
  readonly checks: readonly PlannedCheck[];
}

export interface PlannedCheck {
  /** Short and stable; instance of the check's metrics. */
  readonly id: string;
  readonly target: CheckTarget;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** The question to a peer: does anything of this host answer? The payload of a `probe` task. */
export interface ProbeTask {
  /** IPv4 or IPv6 addresses of the neighbour. */
  readonly addresses: readonly string[];
  /** Ports it was seen listening on. */
  readonly ports: readonly number[];
  readonly timeoutMs: number;
}

/** The same as the JSON of a probe frame. */
export interface ProbeRequest extends ProbeTask {
  readonly id: number;
}

/** What a probe found. `refused` also proves a living host: something answered. */
export interface ProbeFinding {
  readonly outcome: 'reached' | 'not_reached' | 'not_permitted';
  /** What answered or not, in one sentence. */
  readonly detail: string;
  readonly tookMs: number;
}

/** The same as the JSON of a probe_result frame. */
export interface ProbeAnswer extends ProbeFinding {
  readonly id: number;
}
