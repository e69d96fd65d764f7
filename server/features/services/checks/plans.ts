import { Feature, type HelloFrame } from '../../../../protocol/wire/frame.ts';
import type { AgentPlan } from '../../../../protocol/wire/plan.ts';
import type { DeviceRecord } from '../../../fleet/device-record.ts';
import type { CheckBook } from './check-book.ts';
import { type CheckDefinition, toPlanned } from './definition.ts';

interface PlanLink {
  send(frame: { readonly type: 'plan'; readonly json: string }): void;
}

/** The JSON that an agent gets. */
export function planJson(checks: readonly CheckDefinition[]): string {
  return JSON.stringify({ checks: checks.map(toPlanned) } satisfies AgentPlan);
}

/** Tells connected agents what to check: when they connect, and when it changes. */
export class Plans {
  readonly #checks: CheckBook;
  readonly #links = new Map<string, PlanLink>();

  constructor(checks: CheckBook) {
    this.#checks = checks;
  }

  /** The agent has its welcome. Older agents are told nothing. */
  opened({ info }: DeviceRecord, hello: HelloFrame, link: PlanLink): void {
    if ((hello.features & Feature.checks) === 0) return;
    this.#links.set(info.id, link);
    this.changed(info.id);
  }

  closed({ info }: DeviceRecord): void {
    this.#links.delete(info.id);
  }

  changed(deviceId: string): void {
    this.#links.get(deviceId)?.send({ type: 'plan', json: planJson(this.#checks.ofDevice(deviceId)) });
  }
}
