import type { Priority } from '../../../protocol/api/view.ts';
import type { Said } from '../../../protocol/said/said.ts';
import type { Signal } from '../hysteresis.ts';
import type { DetectionSettings, LevelTiming } from '../settings.ts';

/** The names of the rules of features, declared where they judge. */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by declarations elsewhere.
export interface FeatureRules {}

/** The names of the rules; part of incident keys, so never renamed. */
export type RuleName =
  | keyof FeatureRules
  | 'contact'
  | 'disk.space'
  | 'disk.inodes'
  | 'disk.read-only'
  | 'disk.unreadable'
  | 'disk.unmounted'
  | 'disk.forecast'
  | 'disk.night'
  | 'cpu.busy'
  | 'memory.exhausted'
  | 'reboot.unexpected'
  | 'clock.skew'
  | 'site.contact'
  | 'site.emergency'
  | 'site.power'
  | 'line.unsteady'
  | 'server.blind'
  | 'server.clock'
  | 'server.history'
  | 'check.failed'
  | 'check.certificate'
  | 'service.down'
  | 'availability.budget'
  | 'availability.burn-rate'
  | 'maintenance.return'
  | 'identity.cloned'
  | 'person.report';

/** What a rule may know besides the reading itself. All times are ms by the server's clock. */
export interface RuleContext {
  readonly settings: DetectionSettings;
  /** Agent's time of day minus the server's, in ms. */
  readonly clockOffsetMs: number | null;
  /** When the machine last booted without having said so. */
  readonly unexpectedRebootAt: number | null;
  /** When swap was last seen being written or read. */
  readonly swappedAt: number | null;
  /** Whether a file system could ever be written; absent where that is not known, so that any may have been. */
  wasWritable?(mountpoint: string): boolean;
  /** The busiest processes, or none. Called only when something is said of them. */
  topProcesses(): readonly Said[];
}

/** One level of a rule seen in one reading of one object. */
export interface Finding {
  readonly rule: RuleName;
  /** Mount point or the like; empty for the device itself. */
  readonly object: string;
  readonly priority: Priority;
  readonly timing: LevelTiming;
  readonly signal: Signal;
  /** Why, with its values. Called only when something has to be said. */
  readonly said: () => Said;
  /** Why it is over, with its values; by default what the rule itself says. */
  readonly recovery?: () => Said;
  readonly evidence: Evidence;
  /** True for a condition that can already stand when a device is enrolled. */
  readonly standing: boolean;
  /** When it happened, of what is an event: another instant is another occurrence, told even while the last one is open. */
  readonly since?: number;
}

/** Which chart proves a finding. */
export interface Evidence {
  readonly metrics: readonly string[];
  readonly threshold: { readonly metric: string; readonly value: number } | null;
}
