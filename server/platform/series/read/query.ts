import type { HostState, ReadSource } from '../read-source.ts';
import type { FleetRequest, FleetResult, Resolution, SeriesRequest, SeriesResult } from '../series-store.ts';
import { createAcross } from './across.ts';
import { type Asked, READINGS_PER_BLOCK, requireAffordable } from './cost.ts';
import { foldHost, stretchesOf } from './fold-host.ts';
import { type Grid, gridOf } from './grid.ts';
import { clearLine, type Line, makeLines } from './lines.ts';
import { bucketMs, coarsest, resolutionFor, type Stretch } from './plan.ts';

/** How many hosts of a fleet are looked at to know what it costs. */
const SAMPLED_HOSTS = 16;

/**
 * Many metrics of one device. Pauses often, and may be dropped at any pause.
 * @throws SeriesError range_too_large, validation_failed
 */
export function* query(source: ReadSource, request: SeriesRequest): Generator<void, SeriesResult[], void> {
  const grid = gridOf(request);
  const names = [...new Set(request.metrics)];
  const made = makeLines(source, names, grid, request.aggregation);
  const host = source.host(request.deviceId);
  if (host === undefined || made.lines.length === 0) return [];
  const wanted = resolutionFor(grid, request.aggregation);
  const stretches = stretchesOf(source, host, grid, wanted);
  requireAffordable(rowsOf(source, host, stretches), askedOf(grid, wanted, names.length, 1));
  yield* foldHost(source, host, made, stretches);
  const resolution = coarsest(stretches.map((stretch) => stretch.resolution));
  return names.flatMap((name) => {
    const line = told(made.lines.filter((each) => each.name === name));
    if (!line) return [];
    const { descriptor, aggregation, fold } = line;
    return [{ metric: name, descriptor, aggregation, resolution, values: fold.values() }];
  });
}

/** Of the descriptors that a name had, the newest with a value in the range. */
function told(lines: readonly Line[]): Line | undefined {
  const seen = lines.filter(({ isSeen }) => isSeen);
  return seen.length < 2 ? seen[0] : (seen.find(({ fold }) => fold.overall() !== null) ?? seen[0]);
}

/**
 * One metric of many devices. Pauses often, and may be dropped at any pause. Devices that never reported are passed over.
 * @throws SeriesError range_too_large, validation_failed
 */
export function* queryFleet(source: ReadSource, request: FleetRequest): Generator<void, FleetResult, void> {
  const grid = gridOf(request);
  const across = createAcross(request.across, grid.steps);
  // Devices of one fleet report a metric in one way: the newest.
  const { metricIds, lines } = makeLines(source, [request.metric], grid, request.aggregation);
  const made = { metricIds, lines: lines.slice(0, 1) };
  const wanted = resolutionFor(grid, request.aggregation);
  if (made.lines.length === 0) return across.result(wanted);
  yield* requireAffordableFleet(source, request, grid);
  let resolution: Resolution = 'raw';
  const [line] = made.lines;
  // Hosts are rolled up alike, so that most of them are read by one plan.
  let planned: { readonly host: HostState; readonly stretches: readonly Stretch[] } | null = null;
  for (const deviceId of request.deviceIds) {
    const host = source.host(deviceId);
    if (host === undefined) continue;
    if (planned?.host.rolledTo !== host.rolledTo || planned.host.hoursTo !== host.hoursTo) {
      planned = { host, stretches: stretchesOf(source, host, grid, wanted) };
      resolution = coarsest([resolution, ...planned.stretches.map((stretch) => stretch.resolution)]);
    }
    if (line) clearLine(line);
    yield* foldHost(source, host, made, planned.stretches);
    if (line?.isSeen) across.add(deviceId, line.fold);
  }
  return across.result(resolution);
}

/** Judges a fleet by some of its hosts, spread over the whole: counting at all of them would cost as much as some queries. */
function* requireAffordableFleet(
  source: ReadSource,
  { deviceIds, aggregation }: FleetRequest,
  grid: Grid,
): Generator<void, void, void> {
  const wanted = resolutionFor(grid, aggregation);
  const apart = Math.max(1, Math.floor(deviceIds.length / SAMPLED_HOSTS));
  const sampled = deviceIds.filter((_, index) => index % apart === 0);
  let rows = 0;
  for (const deviceId of sampled) {
    const host = source.host(deviceId);
    if (host) rows += rowsOf(source, host, stretchesOf(source, host, grid, wanted));
    yield;
  }
  const all = Math.round((rows / Math.max(1, sampled.length)) * deviceIds.length);
  requireAffordable(all, askedOf(grid, wanted, 1, deviceIds.length));
}

/** Readings of one metric, or buckets, that the stretches hold at most. */
function rowsOf(source: ReadSource, host: HostState, stretches: readonly Stretch[]): number {
  let rows = 0;
  for (const { resolution, fromMs, toMs } of stretches) {
    rows +=
      resolution === 'raw'
        ? source.countBlocks(host.id, fromMs, toMs) * READINGS_PER_BLOCK
        : Math.ceil((toMs - Math.max(fromMs, source.heldFrom(resolution))) / bucketMs[resolution]);
  }
  return rows;
}

function askedOf(grid: Grid, resolution: Asked['resolution'], metrics: number, devices: number): Asked {
  return { rangeMs: grid.toMs - grid.fromMs, stepMs: grid.stepMs, metrics, devices, resolution };
}
