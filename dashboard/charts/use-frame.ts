import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Aggregation, Series } from '../../protocol/api/view.ts';
import { ApiError, api, sentenceOf } from '../data/api.ts';
import { nowMinuteMs, nowMs } from '../data/clock.ts';
import { link, watchDevice } from '../data/store.ts';
import { addPoint, type Bounds, type Frame, frameOf, type LivePoint, LONG_STEP_MS, stepFor } from './frame.ts';

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

/**
 * The values of a device's metrics over a range. The newest stretch goes on with every live report, or, where steps are long, is
 * asked for again now and then.
 * @param widthPx what a chart has room for
 * @param bounded metrics whose lowest and highest values are wanted where steps are long; counters have none
 */
export function useFrame(
  deviceId: string,
  metrics: readonly string[],
  range: Range,
  reportIntervalMs: number,
  widthPx: number,
  bounded: readonly string[] = [],
): FrameState {
  const frame = useSignal<Frame | null>(null);
  const error = useSignal<string | null>(null);
  const turn = useSignal(0);
  const previous = useRef<LivePoint | null>(null);
  // After a lost connection the missed stretch is asked for again.
  const connection = link.value.kind === 'up' ? link.value.sinceMs : 'down';
  const stepMs = stepFor(lengthOf(range), reportIntervalMs, widthPx);
  const isLong = stepMs >= LONG_STEP_MS;
  const round = isLong && range.kind === 'newest' ? Math.floor(nowMinuteMs.value / LONG_STEP_MS) : 0;
  const key = JSON.stringify([
    deviceId,
    metrics,
    range,
    range.kind === 'newest' && connection,
    stepMs,
    round,
    turn.value,
  ]);

  // `key` holds all that is asked
  useEffect(() => {
    if (metrics.length === 0 || connection === 'down') return;
    let wanted = true;
    load(deviceId, metrics, range, stepMs, bounded).then(
      (answer) => {
        if (!wanted) return;
        frame.value = answer;
        error.value = null;
      },
      (cause: unknown) => {
        if (!wanted) return;
        error.value = sentenceOf(cause);
        // What was refused is not what is shown.
        if (cause instanceof ApiError && cause.status === 400) frame.value = null;
      },
    );
    return () => {
      wanted = false;
    };
  }, [key]);

  useEffect(() => {
    if (range.kind !== 'newest' || isLong) return;
    return watchDevice(deviceId, {
      onPoints: (points) => {
        if (points.deviceId !== deviceId) return;
        const point = { atMs: Date.parse(points.at), values: points.values };
        if (frame.value) frame.value = addPoint(frame.value, point, previous.current);
        previous.current = point;
      },
      onDevice: () => {},
    });
  }, [deviceId, range.kind, isLong, frame]);

  return {
    frame: frame.value,
    error: error.value,
    again: () => {
      turn.value += 1;
    },
  };
}

const lengthOf = (range: Range) => (range.kind === 'newest' ? range.lengthMs : range.toMs - range.fromMs);

async function load(
  deviceId: string,
  metrics: readonly string[],
  range: Range,
  stepMs: number,
  bounded: readonly string[],
): Promise<Frame | null> {
  const endMs = range.kind === 'newest' ? nowMs.peek() : range.toMs;
  const toMs = Math.ceil(endMs / stepMs) * stepMs;
  const fromMs = Math.floor((toMs - lengthOf(range)) / stepMs) * stepMs;
  const ask = (names: readonly string[], aggregation?: Aggregation) => {
    const questions: Promise<Series>[] = [];
    for (let start = 0; start < names.length; start += METRICS_PER_QUESTION) {
      const some = names.slice(start, start + METRICS_PER_QUESTION);
      questions.push(api.series(deviceId, some, fromMs, toMs, stepMs, aggregation));
    }
    return Promise.all(questions);
  };
  const means = await ask(metrics);
  if (stepMs < LONG_STEP_MS) return frameOf(means);
  const gauges = means.flatMap(({ items }) => items.filter(({ kind }) => kind === 'gauge').map(({ metric }) => metric));
  const names = bounded.filter((metric) => gauges.includes(metric));
  const [lows, highs] = await Promise.all([ask(names, 'min'), ask(names, 'max')]);
  return frameOf(means, { lows, highs } satisfies Bounds);
}
