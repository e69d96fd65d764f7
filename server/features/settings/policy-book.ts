import { movedBack, type SetBack } from '../../domain/moved-back.ts';
import { settingsWith } from '../../domain/policies/catalogue.ts';
import type { Place } from '../../domain/policies/policy.ts';
import { type Effective, effective, nearestValues } from '../../domain/policies/resolve.ts';
import { PolicyShelf } from '../../domain/policies/shelf.ts';
import { everyClient } from '../../domain/scope.ts';
import type { DetectionSettings } from '../../domain/settings.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { EffectiveSettings } from '../../fleet/effective-settings.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';
import { toVersion } from './rows.ts';

type Placed = Pick<DeviceRecord, 'info' | 'placements'>;

/** What holds of a device in [from, until), and of what it was derived: compared by value, as rows are made anew. */
interface Known {
  readonly epoch: number;
  readonly siteId: string;
  readonly kind: string;
  readonly tags: string;
  readonly placements: number;
  readonly movedAt: number;
  readonly from: number;
  readonly until: number;
  readonly settings: DetectionSettings;
}

/** So many different settings are kept; one more, and they are made anew as they are asked for. */
const MAX_KEPT = 10_000;

/** Every version of every policy in memory, and what follows from them for each device. */
export class PolicyBook implements EffectiveSettings {
  readonly builtIn: DetectionSettings;
  #shelf = new PolicyShelf();
  /** Counts changes of policies: what was derived before is not asked any more. */
  #epoch = 0;
  readonly #known = new Map<string, Known>();
  /** Settings by what they set, so that the same values are the same object. */
  readonly #byValue = new Map<string, DetectionSettings>();

  constructor(builtIn: DetectionSettings) {
    this.builtIn = builtIn;
  }

  async load(store: Pick<Store, 'scoped'>): Promise<void> {
    this.#replace(
      new PolicyShelf((await store.scoped(everyClient).policies.all()).flatMap((row) => toVersion(row) ?? [])),
    );
  }

  get shelf(): Omit<PolicyShelf, 'put' | 'prune'> {
    return this.#shelf;
  }

  take(row: Row<'policy_version'>): void {
    const version = toVersion(row);
    if (version) this.#shelf.put(version);
    this.#epoch += 1;
  }

  /** Forgets versions by which nothing before `at` (ms) is judged any more. @returns how many */
  prune(at: number): number {
    const forgotten = this.#shelf.prune(at);
    this.#epoch += 1;
    return forgotten;
  }

  forget(deviceId: string): void {
    this.#known.delete(deviceId);
  }

  redate(now: number, step: SetBack): void {
    this.#replace(
      new PolicyShelf([...this.#shelf.all()].map((one) => ({ ...one, from: movedBack(one.from, now, step) }))),
    );
  }

  ofDevice(device: Placed, at: number): DetectionSettings {
    if (this.#shelf.isEmpty) return this.builtIn;
    const { info, placements } = device;
    const known = this.#known.get(info.id);
    if (
      known &&
      known.epoch === this.#epoch &&
      at >= known.from &&
      at < known.until &&
      known.siteId === info.site_id &&
      known.kind === info.kind &&
      known.tags === info.tags_json &&
      known.placements === placements.length &&
      known.movedAt === movedAt(placements)
    ) {
      return known.settings;
    }
    return this.#derive(device, at);
  }

  ofSite(
    { id, client_id: clientId }: { readonly id: string; readonly client_id: string },
    at: number,
  ): DetectionSettings {
    if (this.#shelf.isEmpty) return this.builtIn;
    return this.#settingsAt({ clientId, siteId: id, kind: null, tags: [], deviceId: null }, at);
  }

  /** With where each value comes from. */
  explain(device: Placed, at: number): Effective & { readonly place: Place } {
    const place = placeOf(device, at);
    return { ...effective(this.#shelf, place, at, this.builtIn), place };
  }

  #derive(device: Placed, at: number): DetectionSettings {
    const { info, placements } = device;
    const settings = this.#settingsAt(placeOf(device, at), at);
    let from = Number.NEGATIVE_INFINITY;
    let until = Number.POSITIVE_INFINITY;
    const cut = (instant: number): void => {
      if (instant <= at) from = Math.max(from, instant);
      else until = Math.min(until, instant);
    };
    for (const instant of this.#shelf.instants) cut(instant);
    for (const { until_ms: instant } of placements) cut(instant);
    this.#known.set(info.id, {
      epoch: this.#epoch,
      siteId: info.site_id,
      kind: info.kind,
      tags: info.tags_json,
      placements: placements.length,
      movedAt: movedAt(placements),
      from,
      until,
      settings,
    });
    return settings;
  }

  #settingsAt(place: Place, at: number): DetectionSettings {
    const { nearest } = nearestValues(this.#shelf, place, at);
    if (nearest.size === 0) return this.builtIn;
    const set = [...nearest.values()].map(({ name, value }) => [name, value] as const);
    const key = JSON.stringify(set.sort(([one], [other]) => (one < other ? -1 : 1)));
    const known = this.#byValue.get(key);
    if (known) return known;
    const made = settingsWith(this.builtIn, set);
    if (this.#byValue.size >= MAX_KEPT) this.#byValue.clear();
    this.#byValue.set(key, made);
    return made;
  }

  #replace(shelf: PolicyShelf): void {
    this.#shelf = shelf;
    this.#epoch += 1;
  }
}

/** Where it stood at that instant. */
function placeOf({ info, placements }: Placed, at: number): Place {
  const { site_id: siteId, tags_json: tags } = placements.find(({ until_ms: until }) => at < until) ?? info;
  return {
    clientId: info.client_id,
    siteId,
    kind: info.kind,
    tags: JSON.parse(tags) as string[],
    deviceId: info.id,
  };
}

function movedAt(placements: Placed['placements']): number {
  return placements.at(-1)?.until_ms ?? Number.NEGATIVE_INFINITY;
}
