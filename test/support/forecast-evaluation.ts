import { plain } from '../../protocol/said/plain.ts';
import { outlookOf, takePoint, watchDisk } from '../../server/domain/forecast/disk-outlook.ts';
import { sayOutlook } from '../../server/domain/forecast/say-outlook.ts';
import { freshDetection, judgeFindings } from '../../server/domain/rules/detection.ts';
import { diskForecast } from '../../server/domain/rules/disk-forecast.ts';
import { type DetectionSettings, defaultSettings } from '../../server/domain/settings.ts';
import type { DiskSeries } from './disk-series.ts';

/** What a way to forecast made of a series. */
export interface Evaluation {
  /** When it raised an incident, ms, with its priority and sentence. */
  readonly raised: readonly { readonly atMs: number; readonly priority: string; readonly sentence: string }[];
  /** Raised while nothing was on its way to be full. */
  readonly falseRaised: number;
  /** Incidents that were opened; one that is cleared and raised again is two. */
  readonly opened: number;
  /** It was full without having been announced. */
  readonly isMissed: boolean;
  /** Hours from the announcement that stood at the end until it was full, or null. */
  readonly leadHours: number | null;
}

interface Edge {
  readonly atMs: number;
  readonly kind: 'raise' | 'change' | 'clear';
  readonly priority: string;
  readonly sentence: string;
}

/** Our forecast with its rules, as the server runs them. */
export function evaluateForecast(series: DiskSeries, settings: DetectionSettings = defaultSettings): Evaluation {
  const state = freshDetection();
  const edges: Edge[] = [];
  const [first] = series.points;
  if (!first) throw new Error('a series without points');
  const watch = watchDisk(first);
  for (const point of series.points) {
    takePoint(watch, point);
    const outlook = outlookOf(watch, point.atMs, settings);
    const verdicts = judgeFindings(state, diskForecast('/', outlook, settings.forecast), point.atMs);
    for (const verdict of verdicts) {
      if (verdict.kind === 'repeat') continue;
      const priority = verdict.kind === 'clear' ? '' : verdict.priority;
      edges.push({
        atMs: point.atMs,
        kind: verdict.kind,
        priority,
        sentence: plain(sayOutlook('/', outlook), point.atMs),
      });
    }
  }
  return judge(series, edges);
}

/** Least squares over the same six hours and the same levels, as a plain regression would do it. */
export function evaluateLeastSquares(series: DiskSeries, settings: DetectionSettings = defaultSettings): Evaluation {
  const edges: Edge[] = [];
  let isRaised = false;
  series.points.forEach(({ atMs, availableBytes }, index) => {
    let [n, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0];
    for (let back = index; back >= 0; back -= 1) {
      const point = series.points[back];
      if (!point || atMs - point.atMs >= 6 * 3_600_000) break;
      const x = (point.atMs - atMs) / 3_600_000;
      n += 1;
      sx += x;
      sy += point.availableBytes;
      sxx += x * x;
      sxy += x * point.availableBytes;
    }
    const spread = n * sxx - sx * sx;
    if (n < 12 || spread <= 0) return;
    const slope = (n * sxy - sx * sy) / spread;
    const [level] = settings.forecast.levels.toReversed();
    const leadMs = slope < 0 ? (availableBytes / -slope) * 3_600_000 : Number.POSITIVE_INFINITY;
    if (!isRaised && leadMs < (level?.belowMs ?? 0)) {
      isRaised = true;
      edges.push({ atMs, kind: 'raise', priority: 'medium', sentence: '' });
    } else if (isRaised && leadMs >= (level ? level.belowMs + level.clearMarginMs : 0)) {
      isRaised = false;
      edges.push({ atMs, kind: 'clear', priority: '', sentence: '' });
    }
  });
  return judge(series, edges);
}

function judge({ leakFrom, fullAt }: DiskSeries, edges: readonly Edge[]): Evaluation {
  const raised = edges.filter(({ kind }) => kind !== 'clear');
  const opened = edges.filter(({ kind }) => kind === 'raise');
  const standing = edges.at(-1)?.kind === 'clear' ? undefined : opened.at(-1);
  const falseRaised = opened.filter(({ atMs }) => leakFrom === null || fullAt === null || atMs < leakFrom).length;
  const isFound = fullAt !== null && standing !== undefined;
  return {
    raised,
    falseRaised,
    opened: opened.length,
    isMissed: fullAt !== null && !isFound,
    leadHours: isFound ? (fullAt - standing.atMs) / 3_600_000 : null,
  };
}
