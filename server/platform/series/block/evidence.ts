import { ProtocolError } from '../../../../protocol/error.ts';
import { ByteReader, ByteWriter } from '../../../../protocol/wire/bytes.ts';
import type { NewestEvidence, RunOfReports } from '../columns.ts';
import { DamagedError } from '../damaged-error.ts';

/** What a block says once of its reports: their runs, and the clocks of the newest. */
export interface Evidence {
  readonly runs: readonly RunOfReports[];
  readonly newest: NewestEvidence;
}

const RUN_ID_BYTES = 16;
const MAX_RUNS = 65_536;
const MAX_BOOT_ID_BYTES = 65_536;

/** @param newestAt when the newest report was made, ms */
export function writeEvidence(evidence: Evidence, newestAt: number): Uint8Array {
  const { runs, newest } = evidence;
  if (runs.length > MAX_RUNS) throw new RangeError(`too many runs for a block: ${runs.length}`);
  const writer = new ByteWriter().varint(runs.length);
  for (const { runId, bootId } of runs) {
    const id = Buffer.from(runId, 'hex');
    if (id.length !== RUN_ID_BYTES) throw new RangeError(`not a run id: ${runId}`);
    writer.raw(id).text(bootId);
  }
  writer.zigzag(newest.receivedAt - newestAt).zigzag(newest.clockOffsetMs);
  writer
    .zigzag(newest.wallMs - newestAt)
    .varint(newest.monotonicMs)
    .zigzag(newest.bootMs - newest.monotonicMs);
  return writer.finish();
}

/** @throws DamagedError */
export function readEvidence(bytes: Uint8Array, newestAt: number): Evidence {
  try {
    const reader = new ByteReader(bytes);
    const runs: RunOfReports[] = [];
    for (let left = reader.varint(MAX_RUNS); left > 0; left -= 1) {
      const runId = Buffer.from(reader.raw(RUN_ID_BYTES)).toString('hex');
      runs.push({ runId, bootId: reader.text(MAX_BOOT_ID_BYTES) });
    }
    const receivedAt = reader.zigzag() + newestAt;
    const clockOffsetMs = reader.zigzag();
    const wallMs = reader.zigzag() + newestAt;
    const monotonicMs = reader.varint();
    const bootMs = reader.zigzag() + monotonicMs;
    reader.end();
    const newest = { receivedAt, clockOffsetMs, wallMs, monotonicMs, bootMs };
    return { runs, newest };
  } catch (error) {
    if (error instanceof ProtocolError) throw new DamagedError('A block has unreadable evidence.', { cause: error });
    throw error;
  }
}
