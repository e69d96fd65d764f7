import type { FleetRequest, FleetResult, Resolution } from '../series-store.ts';
import type { Fold } from './fold.ts';

type Values = readonly (number | null)[];

/** Puts the lines of many devices together, one after the other. */
export interface Across {
  /** Devices come in the order of the request. */
  add(deviceId: string, fold: Fold): void;
  result(resolution: Resolution): FleetResult;
}

export function createAcross(across: FleetRequest['across'], steps: number): Across {
  switch (across.kind) {
    case 'mean':
      return new MeanAcross(steps);
    case 'top':
      return new TopAcross(across.count, across.lowest ?? false);
    case 'heat':
      return new HeatAcross(across.bounds, steps);
  }
}

/** The mean over the devices that reported in a step: each counts the same, however often it reports. */
class MeanAcross implements Across {
  readonly #sums: Float64Array;
  readonly #devices: Float64Array;

  constructor(steps: number) {
    this.#sums = new Float64Array(steps);
    this.#devices = new Float64Array(steps);
  }

  add(_deviceId: string, fold: Fold): void {
    const values = fold.values();
    for (let step = 0; step < values.length; step += 1) {
      const value = values[step] ?? null;
      if (value === null) continue;
      this.#sums[step] = (this.#sums[step] as number) + value;
      this.#devices[step] = (this.#devices[step] as number) + 1;
    }
  }

  result(resolution: Resolution): FleetResult {
    const devices = [...this.#devices];
    const values = devices.map((count, step) => (count > 0 ? (this.#sums[step] as number) / count : null));
    return { kind: 'mean', resolution, values, devices };
  }
}

interface TopLine {
  readonly deviceId: string;
  readonly overall: number;
  readonly values: Values;
}

/** The devices with the highest or lowest figure over the whole range, the foremost first; of equals, the one named earlier. */
class TopAcross implements Across {
  readonly #count: number;
  readonly #sign: 1 | -1;
  readonly #lines: TopLine[] = [];

  constructor(count: number, lowest: boolean) {
    this.#count = count;
    this.#sign = lowest ? -1 : 1;
  }

  add(deviceId: string, fold: Fold): void {
    const overall = fold.overall();
    if (overall === null) return;
    const ahead = (line: TopLine) => line.overall * this.#sign >= overall * this.#sign;
    const place = this.#lines.findLastIndex(ahead) + 1;
    if (place >= this.#count) return;
    this.#lines.splice(place, 0, { deviceId, overall, values: fold.values() });
    if (this.#lines.length > this.#count) this.#lines.pop();
  }

  result(resolution: Resolution): FleetResult {
    return { kind: 'top', resolution, lines: this.#lines };
  }
}

/** How many devices lie between two neighbouring bounds in each step; a bound belongs to the row above it. */
class HeatAcross implements Across {
  readonly #bounds: readonly number[];
  readonly #counts: readonly Float64Array[];

  constructor(bounds: readonly number[], steps: number) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => new Float64Array(steps));
  }

  add(_deviceId: string, fold: Fold): void {
    const values = fold.values();
    for (let step = 0; step < values.length; step += 1) {
      const value = values[step] ?? null;
      if (value === null) continue;
      const above = this.#bounds.findIndex((bound) => value < bound);
      const row = this.#counts[above < 0 ? this.#bounds.length : above] as Float64Array;
      row[step] = (row[step] as number) + 1;
    }
  }

  result(resolution: Resolution): FleetResult {
    return { kind: 'heat', resolution, counts: this.#counts.map((row) => [...row]) };
  }
}
