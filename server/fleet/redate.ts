import type { CheckMemory } from '../domain/rules/check-memory.ts';
import { newestOfDisks, redateDetection } from '../domain/rules/redate-detection.ts';
import { redateConnection } from './device-connection.ts';
import type { DeviceMemory } from './device-memory.ts';
import type { DeviceRecord } from './device-record.ts';

/**
 * The server's clock was set by `sizeMs`: what is going on goes on, so the newest instants move with the clock and every duration
 * stays. What has long stood stays where it is, but for what would lie in the future.
 * @param now after the step, ms
 */
export function redateRecord(record: DeviceRecord, sizeMs: number, now: number): void {
  const moved = (at: number): number => at + sizeMs;
  redateMemory(record.memory, sizeMs, now);
  redateConnection(record.connection, sizeMs, now);
  if (record.askedAt !== null) record.askedAt = moved(record.askedAt);
  if (record.clonedAt !== null) record.clonedAt = moved(record.clonedAt);
  record.probedAt = moved(record.probedAt);
  record.rehearsedAt = moved(record.rehearsedAt);
  if (record.latest) record.latest.at = Math.min(now, moved(record.latest.at));
  if (record.processes) record.processes = { ...record.processes, at: moved(record.processes.at) };
  record.isDirty = true;
}

/** Brings what a clock that was ahead has left in the future back to `now`. True if there was anything. */
export function healRecord(record: DeviceRecord, now: number): boolean {
  const newest = newestInstant(record.memory);
  if (newest <= now && newestOfDisks(record.memory.detection) <= now) return false;
  redateRecord(record, Math.min(0, now - newest), now);
  return true;
}

function newestInstant({ presence, judgedAt, settled, detection, checks }: DeviceMemory): number {
  const instants = [presence.last?.at, presence.announced?.at, judgedAt, settled?.since];
  for (const { lastSeen } of detection.levels.values()) instants.push(lastSeen);
  for (const { lastSeen } of detection.raised.values()) instants.push(lastSeen);
  for (const { seen, alarm } of checks.values()) instants.push(seen?.at, alarm.judgedAt);
  return Math.max(...instants.map((at) => at ?? Number.NEGATIVE_INFINITY));
}

function redateMemory(memory: DeviceMemory, sizeMs: number, now: number): void {
  const { presence, detection, dating, checks } = memory;
  const moved = (at: number): number => Math.min(now, at + sizeMs);
  const movedOrNull = (at: number | null): number | null => (at === null ? null : moved(at));
  const kept = (at: number): number => Math.min(now, at);
  if (presence.last) presence.last = { ...presence.last, at: moved(presence.last.at) };
  const lastAt = presence.last?.at ?? now;
  if (presence.first) presence.first = { ...presence.first, at: Math.min(lastAt, presence.first.at) };
  if (presence.upFrom !== null) presence.upFrom = Math.min(lastAt, presence.upFrom);
  if (presence.announced) presence.announced = { ...presence.announced, at: moved(presence.announced.at) };
  presence.opinions = presence.opinions.map((opinion) => ({
    ...opinion,
    from: moved(opinion.from),
    to: moved(opinion.to),
    seen: opinion.seen.map(moved),
  }));
  presence.gaps = presence.gaps.filter(({ before, after }) => Math.max(before.at, after?.at ?? 0) <= lastAt);
  if (presence.unexpectedRebootAt !== null) presence.unexpectedRebootAt = kept(presence.unexpectedRebootAt);
  if (presence.reachedByPeersAt) presence.reachedByPeersAt = moved(presence.reachedByPeersAt);
  memory.judgedAt = movedOrNull(memory.judgedAt);
  if (memory.settled) memory.settled = { ...memory.settled, since: kept(memory.settled.since) };
  if (dating) {
    const { bootOffsetMs, clockOffsetMs, sampledAt } = dating;
    memory.dating = {
      ...dating,
      bootOffsetMs: bootOffsetMs + sizeMs,
      clockOffsetMs: clockOffsetMs - sizeMs,
      sampledAt: moved(sampledAt),
    };
  }
  redateDetection(detection, sizeMs, now);
  for (const run of memory.runs) run.at = kept(run.at);
  if (memory.lives)
    memory.lives = memory.lives.map((life) => ({ ...life, at: moved(life.at), firstAt: kept(life.firstAt) }));
  for (const check of checks.values()) redateCheck(check, sizeMs, now);
}

/** The same for what is remembered of one check. */
export function redateCheck({ history, alarm, ...memory }: CheckMemory, sizeMs: number, now: number): void {
  const movedOrNull = (at: number | null): number | null => (at === null ? null : Math.min(now, at + sizeMs));
  alarm.judgedAt = movedOrNull(alarm.judgedAt);
  alarm.failingSince = movedOrNull(alarm.failingSince);
  alarm.failedAt = movedOrNull(alarm.failedAt);
  history.runs = history.runs.filter(({ to }) => to <= now);
  if (memory.seen) Object.assign(memory.seen, { at: movedOrNull(memory.seen.at) });
}
