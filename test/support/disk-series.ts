import type { DiskPoint } from '../../server/domain/forecast/disk-outlook.ts';
import { seeded } from './simulated-machine.ts';

/** Made-up file systems over many days, one measurement every five minutes, for the evaluation of the forecast. */
export interface DiskSeries {
  readonly name: string;
  /** What happens in it. */
  readonly story: string;
  readonly points: readonly DiskPoint[];
  /** When it is truly full, ms; null if it never is. */
  readonly fullAt: number | null;
  /** From when on it is on the way there: what is raised before is false. */
  readonly leakFrom: number | null;
}

const GiB = 1024 ** 3;
const STEP_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const SERIES_START = Date.UTC(2026, 2, 2);

interface Making {
  readonly days: number;
  readonly sizeGiB?: number;
  /** Share of the size that is used after `hours`, before noise. */
  readonly used: (hours: number) => number;
  /** Standard deviation, as a share of the size. */
  readonly noise?: number;
  readonly sizeAt?: (hours: number) => number;
  readonly leakFromHours?: number;
  /** Whether anything is measured in this step. */
  readonly isKnown?: (step: number) => boolean;
}

/** A file system that is used like this. */
export const ofShape = (name: string, seed: number, making: Pick<Making, 'days' | 'used'>): DiskSeries =>
  make(name, '', seed, making);

function make(name: string, story: string, seed: number, making: Making): DiskSeries {
  const { days, sizeGiB = 500, used, noise = 0.001, sizeAt = () => sizeGiB, isKnown = () => true } = making;
  const random = seeded(seed);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const points: DiskPoint[] = [];
  let fullAt: number | null = null;
  for (let step = 0; step < (days * DAY_MS) / STEP_MS; step += 1) {
    const hours = (step * STEP_MS) / HOUR_MS;
    const sizeBytes = sizeAt(hours) * GiB;
    const share = used(hours);
    const atMs = SERIES_START + step * STEP_MS;
    const noisy = share + noise * gauss();
    if (share >= 1) {
      fullAt = atMs;
      points.push({ atMs, availableBytes: 0, sizeBytes });
      break;
    }
    // Bytes come in blocks of 4 KiB, and never less than none.
    const availableBytes = Math.max(0, Math.round(((1 - noisy) * sizeBytes) / 4096)) * 4096;
    if (isKnown(step)) points.push({ atMs, availableBytes: Math.min(availableBytes, sizeBytes), sizeBytes });
  }
  const leakFrom = making.leakFromHours === undefined ? null : SERIES_START + making.leakFromHours * HOUR_MS;
  return { name, story, points, fullAt, leakFrom };
}

/** A tooth from `low` to `high` every `period` hours, each of its own height. */
function sawtooth(seed: number, low: number, high: number, period: number, jitter: number): (hours: number) => number {
  const random = seeded(seed);
  const heights = Array.from({ length: 400 }, () => 1 + jitter * (2 * random() - 1));
  return (hours) => {
    const tooth = Math.floor(hours / period);
    return low + (high - low) * (heights[tooth] ?? 1) * (hours / period - tooth);
  };
}

/** A value that wanders and comes back to 0, with this standard deviation. */
function wander(seed: number, deviation: number, backHours: number): (hours: number) => number {
  const random = seeded(seed);
  const values = [0];
  const keep = 1 - STEP_MS / (backHours * HOUR_MS);
  for (let step = 1; step < 20_000; step += 1) {
    const push = (random() + random() + random() - 1.5) * 2;
    values.push((values[step - 1] ?? 0) * keep + push * deviation * Math.sqrt(1 - keep * keep));
  }
  return (hours) => values[Math.round((hours * HOUR_MS) / STEP_MS)] ?? 0;
}

const bump = (hours: number, height: number): number => {
  const intoNight = (hours % 24) - 1;
  if (intoNight < 0 || intoNight > 3) return 0;
  return height * Math.min(1, intoNight * 2);
};

/**
 * A tooth that is emptied once a day, each day up to a peak of its own between `least` and `most`; `late` hours at most it is
 * emptied too early or too late, and it grows by the power `bend` of the time.
 */
export function changingPeaks(
  seed: number,
  { low = 0.3, least = 0.5, most = 0.95, late = 0, bend = 1 } = {},
): (hours: number) => number {
  const random = seeded(seed);
  const teeth: { from: number; to: number; peak: number }[] = [];
  for (let day = 0, from = 0; day < 60; day += 1) {
    const to = (day + 1) * 24 + late * (2 * random() - 1);
    teeth.push({ from, to, peak: least + (most - least) * random() });
    from = to;
  }
  return (hours) => {
    const { from, to, peak } = teeth.find((tooth) => hours < tooth.to) ?? { from: 0, to: 24, peak: low };
    return low + (peak - low) * ((hours - from) / (to - from)) ** bend;
  };
}

/** A job each night that needs between `least` and `most` for some hours and gives all back; the first night it needs little. */
function nightlyJob(seed: number, least: number, most: number): (hours: number) => number {
  const random = seeded(seed);
  const nights = Array.from({ length: 60 }, (_, night) => ({
    height: night === 0 ? least : least + (most - least) * random(),
    takes: 2 + 3 * random(),
  }));
  return (hours) => {
    const { height, takes } = nights[Math.floor(hours / 24)] ?? { height: 0, takes: 1 };
    const into = ((hours % 24) - 1) / takes;
    return into < 0 || into > 1 ? 0 : height * into;
  };
}

/** Hours of work (Monday to Friday, 8 to 18) that have passed. */
function workedHours(hours: number): number {
  const day = Math.floor(hours / 24);
  const weekdays = Math.floor(day / 7) * 5 + Math.min(5, day % 7);
  return weekdays * 10 + (day % 7 < 5 ? Math.min(10, Math.max(0, (hours % 24) - 8)) : 0);
}

const steps = (hours: number, at: readonly number[], height: number, takes: number): number =>
  at.reduce((sum, from) => sum + height * Math.min(1, Math.max(0, (hours - from) / takes)), 0);

/** Every series with this seed. */
export function diskSeries(seed: number): DiskSeries[] {
  const daily = sawtooth(seed, 0.3, 0.75, 24, 0.05);
  const weekly = sawtooth(seed + 1, 0.25, 0.7, 168, 0.05);
  const steepDaily = sawtooth(seed + 2, 0.2, 0.88, 24, 0.04);
  const hourly = sawtooth(seed + 3, 0, 0.03, 1, 0.2);
  const restless = wander(seed + 4, 0.02, 6);
  return [
    make('steady leak', 'flat for 2 days, then 0.6 % an hour', seed, {
      days: 9,
      leakFromHours: 48,
      used: (h) => 0.3 + 0.006 * Math.max(0, h - 48),
    }),
    make('fast leak', 'flat for 2 days, then full within 8 hours', seed, {
      days: 9,
      leakFromHours: 48,
      used: (h) => 0.4 + 0.075 * Math.max(0, h - 48),
    }),
    make('noise', 'about 85 % used, wandering by 2 % and back', seed, { days: 14, used: (h) => 0.85 + restless(h) }),
    make('daily sawtooth', '30 % to 75 % each day, heights differ by 5 %', seed, { days: 14, used: daily }),
    make('steep daily sawtooth', '20 % to 88 % each day, heights differ by 4 %', seed, { days: 14, used: steepDaily }),
    make('weekly sawtooth', '25 % to 70 % each week, heights differ by 5 %', seed, { days: 35, used: weekly }),
    make('rotation that breaks', '40 % to 70 % each day, from day 6 never emptied', seed, {
      days: 9,
      leakFromHours: 144,
      used: (h) => (h < 144 ? 0.4 + (0.3 * (h % 24)) / 24 : 0.4 + (0.3 * (h - 144)) / 24),
    }),
    make('step', '300 GB of 1 TB arrive within 20 minutes on day 3', seed, {
      days: 9,
      sizeGiB: 1000,
      used: (h) => 0.5 + 0.3 * Math.min(1, Math.max(0, (h - 60) * 3)),
    }),
    make('long copy', '150 GB of 1 TB are copied within 3 hours on day 3', seed, {
      days: 9,
      sizeGiB: 1000,
      used: (h) => 0.4 + 0.15 * Math.min(1, Math.max(0, (h - 60) / 3)),
    }),
    make('resize', '0.4 % an hour from day 2, enlarged to the double on day 5', seed, {
      days: 20,
      leakFromHours: 24,
      sizeAt: (h) => (h < 120 ? 500 : 1000),
      used: (h) => (0.3 + 0.004 * Math.max(0, h - 24)) / (h < 120 ? 1 : 2),
    }),
    make('sparse', 'wandering, one measurement in two hours', seed, {
      days: 14,
      used: (h) => 0.8 + restless(h),
      isKnown: (step) => step % 24 === 0,
    }),
    make('leak with gaps', '0.6 % an hour, two hours of four are missing', seed, {
      days: 9,
      leakFromHours: 48,
      used: (h) => 0.3 + 0.006 * Math.max(0, h - 48),
      isKnown: (step) => step % 48 < 24,
    }),
    make('leak below nightly backup', '12 % a day, and 15 % more for 3 hours each night', seed, {
      days: 14,
      leakFromHours: 24,
      used: (h) => 0.15 + 0.005 * Math.max(0, h - 24) + bump(h, 0.15),
    }),
    make('leak under hourly rotation', '0.5 % an hour below hourly teeth of 3 %', seed, {
      days: 9,
      leakFromHours: 48,
      used: (h) => 0.3 + 0.005 * Math.max(0, h - 48) + hourly(h),
    }),
    make('leak on a restless disk', '0.5 % an hour, while 2 % come and go', seed, {
      days: 9,
      leakFromHours: 48,
      used: (h) => 0.3 + 0.005 * Math.max(0, h - 48) + restless(h),
    }),
    make('slow leak', '2 TB that fill over 5 weeks', seed, {
      days: 42,
      sizeGiB: 2000,
      leakFromHours: 0,
      used: (h) => 0.3 + (0.7 * h) / (35 * 24),
    }),
    make('a little each night', '6 % more within an hour each night, kept for ever', seed, {
      days: 20,
      leakFromHours: 24,
      used: (h) => 0.3 + 0.06 * (Math.floor(h / 24) + Math.min(1, (h % 24) * 1)) - 0.06,
    }),
    make('leak after a clean-up', 'full to 80 %, emptied by hand to 30 % on day 4, leaks on', seed, {
      days: 14,
      leakFromHours: 24,
      used: (h) => (h < 96 ? 0.3 + 0.007 * Math.max(0, h - 24) : 0.3 + 0.007 * (h - 96)),
    }),
    make('two steps', '16 % more twice, 20 minutes each and 4 hours apart, on day 3', seed, {
      days: 9,
      used: (h) => 0.55 + steps(h, [60, 64], 0.16, 1 / 3),
    }),
    make('three steps', '12 % more three times, 20 minutes each and 2 hours apart, on day 3', seed, {
      days: 9,
      used: (h) => 0.5 + steps(h, [60, 62.3, 64.6], 0.12, 1 / 3),
    }),
    make('two nights', '12 % more within an hour on two nights, then never again', seed, {
      days: 9,
      used: (h) => 0.5 + steps(h, [73, 97], 0.12, 1),
    }),
    make('changing peaks', 'each day from 30 % to anywhere between 50 % and 95 %', seed, {
      days: 9,
      used: changingPeaks(seed + 5),
    }),
    make('changing peaks and hours', 'the same, emptied up to 2 hours too early or too late', seed, {
      days: 9,
      used: changingPeaks(seed + 6, { most: 0.9, late: 2 }),
    }),
    make('changing peaks that bend', 'each day faster and faster, to between 50 % and 90 %', seed, {
      days: 9,
      used: changingPeaks(seed + 7, { most: 0.9, bend: 2 }),
    }),
    make('nightly job', 'each night 10 % to 45 % more for 2 to 5 hours', seed, {
      days: 9,
      used: (h) => 0.45 + nightlyJob(seed + 8, 0.1, 0.45)(h),
    }),
    make('slow leak under a tooth', '1 % a day below a daily tooth of 30 %', seed, {
      days: 60,
      leakFromHours: 0,
      used: (h) => 0.45 + (0.01 * h) / 24 + (0.3 * (h % 24)) / 24,
    }),
    make('leak under changing peaks', '2 % a day below daily teeth of 10 % to 25 %', seed, {
      days: 40,
      leakFromHours: 0,
      used: (h) => (0.02 * h) / 24 + changingPeaks(seed + 9, { low: 0.3, least: 0.4, most: 0.55 })(h),
    }),
    make('leak in working hours', '0.3 % an hour from 8 to 18, Monday to Friday', seed, {
      days: 40,
      leakFromHours: 0,
      used: (h) => 0.5 + 0.003 * workedHours(h),
    }),
  ];
}
