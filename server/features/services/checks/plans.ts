import type { Logger } from 'pino';
import { Feature } from '../../../../protocol/wire/frame.ts';
import type { AgentPlan } from '../../../../protocol/wire/plan.ts';
import type { TaskDesk } from '../../../core/tasks/desk.ts';
import type { DeviceRecord } from '../../../fleet/device-record.ts';
import type { Fleet } from '../../../fleet/fleet.ts';
import { QuietLog } from '../../../platform/fairness/quiet-log.ts';
import type { CheckBook } from './check-book.ts';
import { type CheckDefinition, toPlanned } from './definition.ts';
import { checks as checksKind } from './kind.ts';

export interface PlansOptions {
  readonly checks: CheckBook;
  readonly fleet: Pick<Fleet, 'devices'>;
  readonly tasks: Pick<TaskDesk, 'ask'>;
  readonly logger: Logger;
}

/** An agent that is there has taken its plan long before; one that is not gets it when it connects. */
const WITHIN_MS = 600_000;

/** The JSON that an agent gets. */
export function planJson(checks: readonly CheckDefinition[]): string {
  return checksKind.write(planOf(checks));
}

function planOf(checks: readonly CheckDefinition[]): AgentPlan {
  return { checks: checks.map(toPlanned) };
}

/** Tells connected agents what to check: when they connect, and when it changes. */
export class Plans {
  readonly #options: PlansOptions;
  /** An agent that refuses its plan is given it with every connection. */
  readonly #refusals: QuietLog;

  constructor(options: PlansOptions) {
    this.#options = options;
    this.#refusals = new QuietLog((fields, message) => options.logger.warn(fields, message));
  }

  /** The agent has its welcome. Older agents are told nothing. */
  opened(record: DeviceRecord): void {
    const { checks, tasks } = this.#options;
    const refusals = this.#refusals;
    if (((record.connection.peer?.features ?? 0) & Feature.checks) === 0) return;
    tasks.ask(record, checksKind, planOf(checks.ofDevice(record.info.id)), {
      withinMs: WITHIN_MS,
      take(ending) {
        if (ending.outcome === 'done' || ending.outcome === 'replaced' || ending.outcome === 'unconfirmed') return;
        const fields = { device: record.info.id, outcome: ending.outcome, reason: ending.reason };
        refusals.note(fields, 'an agent did not take its plan of checks');
      },
    });
  }

  changed(deviceId: string): void {
    const record = this.#options.fleet.devices.get(deviceId);
    if (record) this.opened(record);
  }
}
