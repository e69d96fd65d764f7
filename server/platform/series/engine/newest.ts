import { openBlock } from '../block/raw-block.ts';
import type { NumberedReport } from '../calls.ts';
import { DamagedError } from '../damaged-error.ts';
import { isBackfill, laneOf } from '../rows/lane.ts';
import { readNewestRow } from '../rows/row-reader.ts';
import type { Host } from './directory.ts';
import type { OpenLane } from './open-lane.ts';
import type { Parts } from './parts.ts';
import { setAside } from './set-aside.ts';

/** The newest report of a host, open or sealed; null if it has none. */
export function newestReport(parts: Parts, host: Host): NumberedReport | null {
  let newest: { open: OpenLane; chain: number; at: number } | null = null;
  for (const open of parts.lanes.ofHost(host.id)) {
    for (const [chain, { lastAt }] of open.chains.entries()) {
      if (newest === null || lastAt >= newest.at) newest = { open, chain, at: lastAt };
    }
  }
  const sealed = parts.raw.newest(host.id);
  if (newest === null || (sealed && sealed.lastAt > newest.at))
    return sealed ? sealedReport(parts, host, sealed) : null;
  const { open, chain } = newest;
  const { directory } = parts;
  const { schema, ...row } = readNewestRow(open.view(chain, chain + 1), directory.countOf);
  const metricIds = directory.metricIds(schema) ?? [];
  return { ...row, host: host.id, backfill: isBackfill(laneOf(open.lane)), metricIds };
}

function sealedReport(parts: Parts, host: Host, { id, data }: { id: number; data: Uint8Array }): NumberedReport | null {
  try {
    const { at, sequence, runs, run, backfill, values, newest } = openBlock(data).columns();
    const last = at.length - 1;
    const { runId = '', bootId = '' } = runs[run[last] as number] ?? {};
    const { descriptors } = parts.directory;
    const there = [...values].filter(([metric, column]) => descriptors.has(metric) && !Number.isNaN(column[last]));
    return {
      host: host.id,
      runId,
      bootId,
      sequence: sequence[last] as number,
      backfill: backfill[last] === 1,
      at: at[last] as number,
      ...newest,
      metricIds: there.map(([metric]) => metric),
      scaled: there.map(([, column]) => column[last] as number),
    };
  } catch (cause) {
    if (!(cause instanceof DamagedError)) throw cause;
    setAside(parts, 'raw', id);
    return newestReport(parts, host);
  }
}
