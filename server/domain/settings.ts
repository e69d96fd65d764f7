import type { Priority } from '../../protocol/api/view.ts';

/** One level of a rule: the condition must hold for `forMs` to raise and be clear for `keepForMs` to clear. */
export interface LevelTiming {
  readonly forMs: number;
  readonly keepForMs: number;
}

/** A level of free space or inodes: both the share and, for space, the absolute amount must be undercut. */
export interface SpaceLevel extends LevelTiming {
  readonly priority: Priority;
  readonly belowRatio: number;
  readonly belowBytes: number;
}

/** Every threshold and time of detection. Thresholds compare with base units. */
export interface DetectionSettings {
  readonly disk: { readonly levels: readonly SpaceLevel[]; readonly clearMarginRatio: number };
  readonly inodes: { readonly levels: readonly SpaceLevel[]; readonly clearMarginRatio: number };
  /** Clear again this much below. */
  readonly cpu: LevelTiming & { readonly raiseRatio: number; readonly clearMarginRatio: number };
  readonly memory: LevelTiming & {
    readonly belowRatio: number;
    readonly belowBytes: number;
    readonly clearMarginRatio: number;
    /** A machine that has not swapped for this long no longer counts as swapping. */
    readonly swapQuietMs: number;
  };
  readonly readOnly: LevelTiming;
  /** A file system that does not answer. */
  readonly unreadable: LevelTiming;
  readonly clock: {
    readonly levels: readonly (LevelTiming & { readonly priority: Priority; readonly aboveMs: number })[];
  };
  readonly reboot: { readonly standsForMs: number };
  readonly forecast: ForecastSettings;
  readonly presence: PresenceSettings;
  /** A recurrence within this time of its resolution reopens the incident. */
  readonly reopenWindowMs: number;
  /** An object that is no longer reported (an unmounted disk) ends its incidents after this long. */
  readonly vanishedAfterMs: number;
}

/** When the forecast that a file system will be full becomes an incident, by the time that is left. */
export interface ForecastSettings {
  /** Most urgent first. */
  readonly levels: readonly (LevelTiming & {
    readonly priority: Priority;
    readonly belowMs: number;
    /** It is over when this much more time is left. */
    readonly clearMarginMs: number;
  })[];
  /** So long a file system is watched before its daily rhythm is known. */
  readonly learnMs: number;
  /** Until then only what is full this soon is told. */
  readonly urgentMs: number;
}

export interface PresenceSettings {
  /** Without proof of life for this long a device is late. */
  readonly lateAfterMs: number;
  /** After its link closed without goodbye a device is late already after this. */
  readonly lateAfterLinkLossMs: number;
  /** Without proof for this long, contact is lost and on the screen. */
  readonly lostAfterMs: number;
  /** Without proof for this long, people are told. */
  readonly tellAfterMs: number;
  /** After the server's own start, absence is not judged for this long. */
  readonly judgeAfterStartMs: number;
  /** A restart without a goodbye is told this much later while other machines of its site are away: they may share the cause. */
  readonly restartHoldMs: number;
  /** A power cut is told this much later, so that who comes back meanwhile is counted. */
  readonly powerTellAfterMs: number;
}

const minute = 60_000;
const hour = 60 * minute;
const GiB = 1024 ** 3;
const MiB = 1024 ** 2;

const spaceLevels: readonly SpaceLevel[] = [
  { priority: 'high', belowRatio: 0.05, belowBytes: 5 * GiB, forMs: 5 * minute, keepForMs: 0 },
  { priority: 'medium', belowRatio: 0.1, belowBytes: 20 * GiB, forMs: 15 * minute, keepForMs: 0 },
];

/** The defaults that docs/detection.md lists. */
export const defaultSettings: DetectionSettings = {
  disk: { levels: spaceLevels, clearMarginRatio: 0.03 },
  inodes: {
    levels: spaceLevels.map((level) => ({ ...level, belowBytes: Number.POSITIVE_INFINITY })),
    clearMarginRatio: 0.03,
  },
  cpu: { raiseRatio: 0.95, clearMarginRatio: 0.05, forMs: 30 * minute, keepForMs: 5 * minute },
  memory: {
    belowRatio: 0.05,
    belowBytes: 512 * MiB,
    clearMarginRatio: 0.03,
    swapQuietMs: 5 * minute,
    forMs: 15 * minute,
    keepForMs: 5 * minute,
  },
  readOnly: { forMs: 0, keepForMs: 0 },
  unreadable: { forMs: 5 * minute, keepForMs: minute },
  clock: {
    levels: [
      { priority: 'medium', aboveMs: 300_000, forMs: minute, keepForMs: minute },
      { priority: 'normal', aboveMs: 120_000, forMs: minute, keepForMs: minute },
    ],
  },
  reboot: { standsForMs: 24 * hour },
  forecast: {
    levels: [
      { priority: 'high', belowMs: 12 * hour, clearMarginMs: 6 * hour, forMs: 10 * minute, keepForMs: 30 * minute },
      { priority: 'medium', belowMs: 72 * hour, clearMarginMs: 24 * hour, forMs: 45 * minute, keepForMs: hour },
    ],
    learnMs: 24 * hour,
    urgentMs: 3 * hour,
  },
  presence: {
    lateAfterMs: 12_000,
    lateAfterLinkLossMs: 4_000,
    lostAfterMs: 27_000,
    tellAfterMs: 3 * minute,
    judgeAfterStartMs: 90_000,
    restartHoldMs: 10 * minute,
    powerTellAfterMs: minute,
  },
  reopenWindowMs: 60 * minute,
  vanishedAfterMs: 10 * minute,
};
