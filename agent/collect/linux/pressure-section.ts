import { describe } from '../../../protocol/wire/metric.ts';
import type { Section } from '../section.ts';
import type { FileReader } from './files.ts';
import { parsePressure } from './pressure.ts';

const resources = ['cpu', 'memory', 'io'] as const;

/**
 * `psi.*`: the share 0..1 of the time since the last round in which some task was held up. Kernels without PSI (before
 * 4.20, or switched off) have no such metrics.
 */
export class PressureSection implements Section {
  readonly metrics;
  readonly #files: FileReader;
  readonly #paths: readonly string[];
  #previous: { readonly atMs: number; readonly stalledUs: readonly (number | undefined)[] } | undefined;

  constructor(files: FileReader, procRoot: string) {
    this.#files = files;
    const present = resources.filter((resource) => files.text(`${procRoot}/pressure/${resource}`) !== undefined);
    this.#paths = present.map((resource) => `${procRoot}/pressure/${resource}`);
    this.metrics = present.map((resource) => describe(`psi.${resource}`));
  }

  sample(nowMs: number): readonly (number | null)[] {
    const previous = this.#previous;
    const stalledUs = this.#paths.map((path) => parsePressure(this.#files.textAgain(path) ?? ''));
    this.#previous = { atMs: nowMs, stalledUs };
    if (previous === undefined) return stalledUs.map(() => null);
    return stalledUs.map((now, i) => stalledShare(previous.stalledUs[i], now, nowMs - previous.atMs));
  }
}

/** The stalled share 0..1 between two readings, or null if one is missing or the counter went back. */
export function stalledShare(
  previousUs: number | undefined,
  nowUs: number | undefined,
  elapsedMs: number,
): number | null {
  if (previousUs === undefined || nowUs === undefined || nowUs < previousUs || !(elapsedMs > 0)) return null;
  return Math.min(1, (nowUs - previousUs) / (elapsedMs * 1000));
}
