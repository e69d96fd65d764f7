import type { FileSystem } from '../../protocol/api/view.ts';
import { time } from '../words/format.ts';
import { t } from '../words/i18n.ts';
import type { Mark } from './marks.ts';
import type { Panel } from './panels.ts';

/** At most so much of the range is added for what is ahead. */
const MOST_AHEAD = 0.35;

/** Where the lines of a panel of disk space lead: a mark for each that is about to be full. */
export function projections(panel: Panel, systems: readonly FileSystem[], nowMs: number): Mark[] {
  if (panel.id !== 'space') return [];
  return panel.lines.flatMap(({ label }, line): Mark[] => {
    const fullAt = systems.find(({ mountpoint }) => mountpoint === label)?.forecast?.fullAt ?? null;
    if (fullAt === null) return [];
    const atMs = Date.parse(fullAt);
    const when = time(atMs, nowMs);
    const brief = t('chart.full', { when });
    const labels = panel.lines.length > 1 ? [t('chart.fullOf', { name: label, when }), brief] : [brief];
    return [{ kind: 'projection', line, atMs, value: 1, labels }];
  });
}

/** The range of time with room for projections, in seconds. @example withRoom([], 0, 60) // [0, 60] */
export function withRoom(marks: readonly Mark[], from: number, to: number): [from: number, to: number] {
  const ends = marks.flatMap((mark) => (mark.kind === 'projection' ? [mark.atMs / 1000] : []));
  if (ends.length === 0) return [from, to];
  const ahead = Math.min((to - from) * MOST_AHEAD, Math.max(...ends) - to);
  return [from, to + Math.max(0, ahead)];
}
