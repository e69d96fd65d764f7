import { newestFill, redateFill } from '../forecast/fill-memory.ts';
import type { DetectionState } from './detection.ts';

/**
 * The server's clock was set by `sizeMs`, ms: what is going on goes on, and what happened stays where it is, but for what would lie
 * in the future.
 * @param now after the step, ms
 */
export function redateDetection(detection: DetectionState, sizeMs: number, now: number): void {
  const moved = (at: number): number => Math.min(now, at + sizeMs);
  const movedOrNull = (at: number | null): number | null => (at === null ? null : moved(at));
  const kept = (at: number): number => Math.min(now, at);
  for (const [id, { changingSince, onset, lastSeen, ...level }] of detection.levels) {
    detection.levels.set(id, {
      ...level,
      changingSince: movedOrNull(changingSince),
      onset: movedOrNull(onset),
      lastSeen: moved(lastSeen),
    });
  }
  for (const [id, { since, ...raised }] of detection.raised) {
    const event = since === undefined ? {} : { since: kept(since) };
    detection.raised.set(id, { ...raised, lastSeen: moved(raised.lastSeen), ...event });
  }
  for (const [id, finding] of detection.onboarding)
    detection.onboarding.set(id, { ...finding, foundAt: kept(finding.foundAt) });
  // For how long it has been there, and away, is what counts: both move.
  for (const [mountpoint, { since, goneAt, ...known }] of detection.mounts)
    detection.mounts.set(mountpoint, { ...known, since: moved(since), goneAt: movedOrNull(goneAt) });
  for (const fill of detection.fills.values()) redateFill(fill, sizeMs, now);
  detection.swappedAt = movedOrNull(detection.swappedAt);
  if (detection.firstReportAt !== null) detection.firstReportAt = kept(detection.firstReportAt);
}

/** The newest instant of what is remembered of file systems, ms: it may be ahead although the rest is of now. */
export function newestOfDisks({ mounts, fills }: DetectionState): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (const { since, goneAt } of mounts.values()) newest = Math.max(newest, since, goneAt ?? since);
  for (const memory of fills.values()) newest = Math.max(newest, newestFill(memory));
  return newest;
}
