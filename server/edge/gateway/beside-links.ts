import { VigiaError } from '../../../protocol/error.ts';
import { FrameAllowance } from './frame-allowance.ts';
import type { Link } from './link.ts';

/** Of one device: more machines with one key are turned away. */
const MAX_LINKS = 8;

/** Links of machines that live beside the one that is judged: one for each run, the newest. */
export class BesideLinks<Device extends object> {
  readonly #links = new Map<Device, Map<string, Link<Device>>>();
  /** What all of them may send: none of it is taken from the device. */
  readonly #allowances = new WeakMap<Device, FrameAllowance>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  of(device: Device): Link<Device>[] {
    return [...(this.#links.get(device)?.values() ?? [])];
  }

  ofRun(device: Device, runId: string): Link<Device> | undefined {
    return this.#links.get(device)?.get(runId);
  }

  *all(): Generator<Link<Device>> {
    for (const links of this.#links.values()) yield* links.values();
  }

  allowanceOf(device: Device): FrameAllowance {
    const allowance = this.#allowances.get(device) ?? new FrameAllowance();
    this.#allowances.set(device, allowance);
    return allowance;
  }

  /** @throws VigiaError too_many_connections */
  add(device: Device, link: Link<Device>): void {
    const links = this.#links.get(device) ?? new Map<string, Link<Device>>();
    const older = links.get(link.runId);
    if (!older && links.size >= MAX_LINKS) throw new VigiaError('too_many_connections');
    if (older) {
      this.drop(device, older);
      older.device = null;
      older.fail(new VigiaError('replaced'));
    }
    links.set(link.runId, link);
    this.#links.set(device, links);
    this.#size += 1;
  }

  drop(device: Device, link: Link<Device>): void {
    const links = this.#links.get(device);
    if (links?.get(link.runId) !== link) return;
    links.delete(link.runId);
    this.#size -= 1;
    if (links.size === 0) this.#links.delete(device);
  }
}
