import { useComputed } from '@preact/signals';
import { nowMs } from '../data/clock.ts';
import { duration, exactTime, logTime, relative, time } from '../words/format.ts';

/** How long ago something was, ticking; the exact local time with its zone on hover. */
export function Ago({ at }: { at: string }) {
  const atMs = Date.parse(at);
  const text = useComputed(() => relative(Math.min(atMs, nowMs.value), nowMs.value));
  return (
    <time dateTime={at} title={exactTime(atMs)}>
      {text}
    </time>
  );
}

/** How long something has lasted, ticking. */
export function Lasting({ since }: { since: string }) {
  const sinceMs = Date.parse(since);
  const text = useComputed(() => duration(nowMs.value - sinceMs));
  return (
    <time dateTime={since} title={exactTime(sinceMs)}>
      {text}
    </time>
  );
}

/** A moment of a log: to the second and on one line, its zone on hover. */
export function LogTime({ at }: { at: string }) {
  const atMs = Date.parse(at);
  return (
    <time class="log-time" dateTime={at} title={exactTime(atMs)}>
      {logTime(atMs)}
    </time>
  );
}

/** A moment in local time; its zone on hover. */
export function When({ at }: { at: string }) {
  const atMs = Date.parse(at);
  const text = useComputed(() => time(atMs, nowMs.value));
  return (
    <time dateTime={at} title={exactTime(atMs)}>
      {text}
    </time>
  );
}
