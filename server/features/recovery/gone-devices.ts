import { movedBack, type SetBack } from '../../domain/moved-back.ts';
import { everyClient } from '../../domain/scope.ts';
import type { Store } from '../../platform/store/store.ts';
import { inputOf, type PlanDefinition } from './definition.ts';

/** Devices that were retired, and with them the plans that protect them: their past stays, and nothing is due any more. */
export class GoneDevices {
  readonly #retiredAt = new Map<string, number>();

  async load(store: Pick<Store, 'scoped'>): Promise<void> {
    for (const { id, retired_at: at } of await store.scoped(everyClient).devices.retired()) {
      if (at !== null) this.#retiredAt.set(id, at);
    }
  }

  /** Its row has changed: it was retired, or is back. */
  async follow(store: Pick<Store, 'scoped'>, deviceId: string): Promise<void> {
    const at = (await store.scoped(everyClient).devices.get(deviceId))?.retired_at ?? null;
    if (at === null) this.#retiredAt.delete(deviceId);
    else this.#retiredAt.set(deviceId, at);
  }

  clockSet(set: SetBack & { readonly now: number }): void {
    for (const [id, at] of [...this.#retiredAt]) this.#retiredAt.set(id, movedBack(at, set.now, set));
  }

  /** When a plan was orphaned; null while what it protects is there. */
  endOf(plan: PlanDefinition): number | null {
    const { deviceId } = inputOf(plan);
    return deviceId === null ? null : (this.#retiredAt.get(deviceId) ?? null);
  }
}
