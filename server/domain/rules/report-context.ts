import type { Said } from '../../../protocol/said/said.ts';
import type { RuleContext } from './rule.ts';

/** What the caller knows; the reading itself and what is remembered add the rest. */
export type Surroundings = Omit<RuleContext, 'swappedAt' | 'wasWritable'>;

interface Remembered {
  readonly swappedAt: number | null;
  readonly mounts: ReadonlyMap<string, { readonly isWritable: boolean }>;
  readonly raised: { has(key: string): boolean };
}

/** What rules may know of a report. Made for each of them, so with methods: functions of its own would be most of its garbage. */
export class ReportContext implements RuleContext {
  readonly settings: RuleContext['settings'];
  readonly clockOffsetMs: number | null;
  readonly unexpectedRebootAt: number | null;
  readonly swappedAt: number | null;
  readonly #surroundings: Surroundings;
  readonly #remembered: Remembered;

  constructor(surroundings: Surroundings, remembered: Remembered) {
    this.settings = surroundings.settings;
    this.clockOffsetMs = surroundings.clockOffsetMs;
    this.unexpectedRebootAt = surroundings.unexpectedRebootAt;
    this.swappedAt = remembered.swappedAt;
    this.#surroundings = surroundings;
    this.#remembered = remembered;
  }

  wasWritable(mountpoint: string): boolean {
    const { mounts, raised } = this.#remembered;
    // What older versions raised was not asked whether it could be written before.
    return mounts.get(mountpoint)?.isWritable !== false || raised.has(`disk.read-only|${mountpoint}`);
  }

  topProcesses(): readonly Said[] {
    return this.#surroundings.topProcesses();
  }
}
