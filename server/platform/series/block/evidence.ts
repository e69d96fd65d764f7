import { ByteWriter } from '../codec/byte-writer.ts';
import { Cursor } from '../codec/cursor.ts';
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
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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
  const cursor = new Cursor(bytes);
  const runs: RunOfReports[] = [];
  for (let left = cursor.varint(MAX_RUNS); left > 0; left -= 1) {
    const runId = Buffer.from(readBytes(cursor, RUN_ID_BYTES)).toString('hex');
    runs.push({ runId, bootId: text(readBytes(cursor, cursor.varint(MAX_BOOT_ID_BYTES))) });
  }
  const receivedAt = cursor.zigzag() + newestAt;
  const clockOffsetMs = cursor.zigzag();
  const wallMs = cursor.zigzag() + newestAt;
  const monotonicMs = cursor.varint();
  const bootMs = cursor.zigzag() + monotonicMs;
  cursor.finish();
  const newest = { receivedAt, clockOffsetMs, wallMs, monotonicMs, bootMs };
  return { runs, newest };
}

/** The next bytes, not copied. */
function readBytes(cursor: Cursor, length: number): Uint8Array {
  const start = cursor.skip(length);
  return cursor.bytes.subarray(start, start + length);
}

function text(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw new DamagedError('A text of a block is not UTF-8.', { cause });
  }
}
