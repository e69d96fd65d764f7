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
  /** By place: what is said of machines that nothing is said of by name. */
  readonly #ofPlaces = new Map<string, Pick<Known, 'epoch' | 'from' | 'settings'>>();
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
    if (forgotten > 0) this.#epoch += 1;
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
    const stretch = this.#shelf.stretchOf(at);
    const settings = this.#placed(device, at, stretch.from);
    let { from, until } = stretch;
    for (const { until_ms: instant } of placements) {
      if (instant <= at) from = Math.max(from, instant);
      else until = Math.min(until, instant);
    }
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

  /** Derived once for all machines of a place: after a change a whole fleet asks in one go. @param from when the stretch of `at` began */
  #placed(device: Placed, at: number, from: number): DetectionSettings {
    const { id, client_id: clientId, kind } = device.info;
    if (this.#shelf.of({ level: 'device', clientId, subject: id }).length > 0)
      return this.#settingsAt(placeOf(device, at), at);
    const { site_id: siteId, tags_json: tags } = standing(device, at);
    // Ids have no spaces, and tags stand last.
    const key = `${clientId} ${siteId} ${kind} ${tags}`;
    const known = this.#ofPlaces.get(key);
    if (known?.epoch === this.#epoch && known.from === from) return known.settings;
    const settings = this.#settingsAt(placeOf(device, at), at);
    if (this.#ofPlaces.size >= MAX_KEPT) this.#ofPlaces.clear();
    this.#ofPlaces.set(key, { epoch: this.#epoch, from, settings });
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

/** The row that says where it stood at that instant. */
function standing({ info, placements }: Placed, at: number): Pick<Placed['info'], 'site_id' | 'tags_json'> {
  return placements.find(({ until_ms: until }) => at < until) ?? info;
}

/** Where it stood at that instant. */
function placeOf(device: Placed, at: number): Place {
  const { info } = device;
  const { site_id: siteId, tags_json: tags } = standing(device, at);
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
