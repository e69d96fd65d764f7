import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { api, sentenceOf } from '../api.ts';
import { nowMs } from '../clock.ts';
import { link, watchDevice } from '../store.ts';
import { addPoint, type Frame, frameOf, type LivePoint, stepFor } from './frame.ts';

/** The newest stretch of a length, moving with the clock, or a fixed one. */
export type Range =
  | { readonly kind: 'newest'; readonly lengthMs: number }
  | { readonly kind: 'fixed'; readonly fromMs: number; readonly toMs: number };

const METRICS_PER_QUESTION = 24;

interface FrameState {
  readonly frame: Frame | null;
  readonly error: string | null;
  readonly again: () => void;
}

/** The values of a device's metrics over a range; the newest stretch goes on with every live report. */
export function useFrame(
  deviceId: string,
  metrics: readonly string[],
  range: Range,
  reportIntervalMs: number,
): FrameState {
  const frame = useSignal<Frame | null>(null);
  const error = useSignal<string | null>(null);
  const turn = useSignal(0);
  const previous = useRef<LivePoint | null>(null);
  // After a lost connection the missed stretch is asked for again.
  const connection = link.value.kind === 'up' ? link.value.sinceMs : 'down';
  const key = JSON.stringify([deviceId, metrics, range, range.kind === 'newest' && connection, turn.value]);

  // `key` holds all that is asked
  useEffect(() => {
    if (metrics.length === 0 || connection === 'down') return;
    let wanted = true;
    load(deviceId, metrics, range, reportIntervalMs).then(
      (answer) => {
        if (!wanted) return;
        frame.value = answer;
        error.value = null;
      },
      (cause: unknown) => {
        if (wanted) error.value = sentenceOf(cause);
      },
    );
    return () => {
      wanted = false;
    };
  }, [key]);

  useEffect(() => {
    if (range.kind !== 'newest') return;
    return watchDevice(deviceId, {
      onPoints: (points) => {
        if (points.deviceId !== deviceId) return;
        const point = { atMs: Date.parse(points.at), values: points.values };
        if (frame.value) frame.value = addPoint(frame.value, point, previous.current);
        previous.current = point;
      },
      onDevice: () => {},
    });
  }, [deviceId, range.kind, frame]);

  return {
    frame: frame.value,
    error: error.value,
    again: () => {
      turn.value += 1;
    },
  };
}

async function load(
  deviceId: string,
  metrics: readonly string[],
  range: Range,
  reportIntervalMs: number,
): Promise<Frame | null> {
  const lengthMs = range.kind === 'newest' ? range.lengthMs : range.toMs - range.fromMs;
  const stepMs = stepFor(lengthMs, reportIntervalMs);
  const endMs = range.kind === 'newest' ? nowMs.peek() : range.toMs;
  const toMs = Math.ceil(endMs / stepMs) * stepMs;
  const fromMs = Math.floor((toMs - lengthMs) / stepMs) * stepMs;
  const questions: Promise<Awaited<ReturnType<typeof api.series>>>[] = [];
  for (let start = 0; start < metrics.length; start += METRICS_PER_QUESTION) {
    questions.push(api.series(deviceId, metrics.slice(start, start + METRICS_PER_QUESTION), fromMs, toMs, stepMs));
  }
  return frameOf(await Promise.all(questions));
}
