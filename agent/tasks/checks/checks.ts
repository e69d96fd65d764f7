import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CheckOutcome } from '../../../protocol/check/outcome.ts';
import { checkReasons } from '../../../protocol/check-reason.ts';
import { parsePlan } from '../../../protocol/wire/check-plan.ts';
import type { Clocks } from '../../../protocol/wire/frame.ts';
import { describe, MAX_METRICS_PER_SCHEMA, type MetricDescriptor } from '../../../protocol/wire/metric.ts';
import type { AgentPlan, PlannedCheck } from '../../../protocol/wire/plan.ts';
import type { Measurement } from '../../collect/collector.ts';
import { phaseMs } from '../../collect/schedule.ts';
import { readFileIfAny, replaceFile } from '../../files/file.ts';
import { describeError, type Log } from '../../log/log.ts';

export interface ChecksOptions {
  readonly dataDir: string;
  readonly publicKey: Uint8Array;
  readonly clocks: () => Clocks;
  readonly log: Log;
  /** One run; ends by itself and does not reject. */
  readonly run: (check: PlannedCheck) => Promise<CheckOutcome>;
}

/** The checks that the server planned for this machine: each at its own pace, never twice at once, also without the server. */
export interface Checks {
  /** Takes the JSON of a plan, keeps it on disk and follows it. @throws ProtocolError frame_malformed */
  take(json: string, plan?: AgentPlan): void;
  /** The measurement with the newest result of each check behind it. */
  addTo(measurement: Measurement): Measurement;
  stop(): void;
}

const FILE = 'plan.json';
/** A check runs for the first time within this, so that a new one is soon seen. */
const FIRST_WITHIN_MS = 5_000;

interface Running {
  readonly check: PlannedCheck;
  readonly metrics: readonly MetricDescriptor[];
  timer: NodeJS.Timeout | undefined;
  result: { readonly outcome: CheckOutcome; readonly bootMs: number } | undefined;
  isStopped: boolean;
}

export function createChecks({ dataDir, publicKey, clocks, log, run }: ChecksOptions): Checks {
  const path = join(dataDir, FILE);
  let running: readonly Running[] = [];
  /** The list that was last made, and what it was made of. */
  let joined: {
    own: readonly MetricDescriptor[];
    running: readonly Running[];
    all: readonly MetricDescriptor[];
  } | null = null;

  function follow(checks: readonly PlannedCheck[]): void {
    const before = new Map(running.map((one) => [JSON.stringify(one.check), one]));
    running = checks.map((check) => {
      const key = JSON.stringify(check);
      const kept = before.get(key);
      before.delete(key);
      return kept ?? start(check);
    });
    for (const gone of before.values()) end(gone);
  }

  function start(check: PlannedCheck): Running {
    const one: Running = { check, metrics: metricsOf(check), timer: undefined, result: undefined, isStopped: false };
    const seed = createHash('sha256').update(publicKey).update(check.id).digest();
    const firstMs = phaseMs(seed, Math.min(check.intervalMs, FIRST_WITHIN_MS));
    schedule(one, performance.now() + firstMs);
    return one;
  }

  function schedule(one: Running, dueAtMs: number): void {
    one.timer = setTimeout(() => void runOnce(one, dueAtMs), Math.max(0, dueAtMs - performance.now()));
  }

  async function runOnce(one: Running, dueAtMs: number): Promise<void> {
    const { intervalMs } = one.check;
    const outcome = await run(one.check).catch((error: unknown): CheckOutcome => {
      log.error('a check could not be run', { check: one.check.id, ...describeError(error) });
      return { up: null, reason: 'failed', durationMs: 0, httpStatus: null, certificateLeftMs: null };
    });
    if (one.isStopped) return;
    one.result = { outcome, bootMs: clocks().bootMs };
    // Runs that were missed, in a sleep or by a slow one before, are skipped.
    const missed = Math.max(0, Math.ceil((performance.now() - dueAtMs) / intervalMs) - 1);
    schedule(one, dueAtMs + (missed + 1) * intervalMs);
  }

  function end(one: Running): void {
    one.isStopped = true;
    clearTimeout(one.timer);
  }

  function listOf(own: readonly MetricDescriptor[]): readonly MetricDescriptor[] {
    if (joined?.own !== own || joined.running !== running) {
      joined = { own, running, all: [...own, ...running.flatMap(({ metrics }) => metrics)] };
    }
    return joined.all;
  }

  let saved = readFileIfAny(path);
  if (saved !== undefined) {
    try {
      follow(parsePlan(saved).checks);
    } catch (error) {
      log.warn('the plan on disk cannot be read; the server sends it again', describeError(error));
    }
  }

  return {
    take(json, { checks } = parsePlan(json)) {
      follow(checks);
      if (json === saved) return;
      log.info('the server planned checks', { checks: checks.length });
      saved = json;
      try {
        replaceFile(path, json);
      } catch (error) {
        log.warn('the plan could not be saved; the server sends it again', describeError(error));
      }
    },
    addTo(measurement) {
      if (running.length === 0) return measurement;
      const metrics = listOf(measurement.metrics);
      if (metrics.length > MAX_METRICS_PER_SCHEMA) return measurement;
      const { bootMs } = clocks();
      return { metrics, values: [...measurement.values, ...running.flatMap((one) => valuesOf(one, bootMs))] };
    },
    stop() {
      for (const one of running) end(one);
    },
  };
}

function metricsOf({ id, target }: PlannedCheck): MetricDescriptor[] {
  const names = ['check.up', 'check.reason', 'check.duration', 'check.age'] as const;
  const more = target.kind === 'http' ? (['check.status', 'check.certificateLeft'] as const) : [];
  return [...names, ...more].map((name) => describe(name, id));
}

/** In the order of {@link metricsOf}. */
function valuesOf({ metrics, result }: Running, bootMs: number): (number | null)[] {
  if (result === undefined) return metrics.map(() => null);
  const { up, reason, durationMs, httpStatus, certificateLeftMs } = result.outcome;
  const ageMs = Math.max(0, bootMs - result.bootMs);
  const certificateLeftSeconds = certificateLeftMs === null ? null : Math.floor((certificateLeftMs - ageMs) / 1000);
  const values = [up === null ? null : Number(up), checkReasons.indexOf(reason), durationMs / 1000, ageMs / 1000];
  return [...values, httpStatus, certificateLeftSeconds].slice(0, metrics.length);
}
