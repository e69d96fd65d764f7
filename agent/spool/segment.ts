import { ByteReader } from '../../protocol/bytes.ts';
import { decodeFrame, frameTags } from '../../protocol/codec.ts';
import type { SchemaFrame } from '../../protocol/frame.ts';
import { type Range, RangeSet } from './ranges.ts';
import { scanRecords } from './record.ts';

/**
 * A spool file holds reports of one run of the agent: records of its `run` frame, of the `schema` frames in use and of the
 * reports, the first two repeated, so that a damaged byte costs one report. Its name carries its place and its run:
 * `00000012-<run id in hex>.spool`.
 */
export interface Segment {
  readonly number: number;
  /** Hex. */
  readonly runId: string;
  sizeBytes: number;
  /** Sequences that can be read; undefined until the file has been read once in this process. */
  present: RangeSet | undefined;
  readonly acknowledged: RangeSet;
  damaged: boolean;
}

const nameShape = /^(?<number>\d{8,15})-(?<runId>[0-9a-f]{32})\.spool$/;

export function segmentName({ number, runId }: Pick<Segment, 'number' | 'runId'>): string {
  return `${String(number).padStart(8, '0')}-${runId}.spool`;
}

export function parseSegmentName(name: string): Pick<Segment, 'number' | 'runId'> | undefined {
  const groups = nameShape.exec(name)?.groups;
  if (groups?.number === undefined || groups.runId === undefined) return undefined;
  return { number: Number(groups.number), runId: groups.runId };
}

/** Sequences that still wait for their acknowledgement; undefined while unknown. */
export function pendingOf(segment: Segment): Range[] | undefined {
  return segment.present?.minus(segment.acknowledged);
}

export interface StoredReport {
  readonly sequence: number;
  readonly schema: SchemaFrame;
  /** The encoded report frame, as run 0 and backfill. */
  readonly bytes: Uint8Array;
}

export interface SegmentContent {
  /** Empty if no readable record tells it. */
  readonly bootId: string;
  readonly reports: readonly StoredReport[];
  readonly present: RangeSet;
  readonly damaged: boolean;
}

/** Reads what is readable of a spool file. Never throws, whatever the bytes. */
export function readSegment(bytes: Buffer): SegmentContent {
  const scan = scanRecords(bytes);
  const schemas = new Map<number, SchemaFrame>();
  const found: { sequence: number; schema: number; bytes: Uint8Array }[] = [];
  let bootId = '';
  // A torn end alone is no damage: it is what a crash leaves.
  let damaged = scan.damagedBytes > 0;
  for (const payload of scan.payloads) {
    try {
      if (payload[0] === frameTags.report) {
        found.push({ ...peekReport(payload), bytes: payload });
        continue;
      }
      const frame = decodeFrame(payload);
      if (frame.type === 'run') bootId = frame.bootId;
      if (frame.type === 'schema') schemas.set(frame.schema, frame);
    } catch {
      damaged = true;
    }
  }
  const reports = found.flatMap(({ sequence, schema, bytes }) => {
    const known = schemas.get(schema);
    return known === undefined ? [] : [{ sequence, schema: known, bytes }];
  });
  if (reports.length < found.length) damaged = true;
  if (reports.length === 0 && bytes.length > 0) damaged = true;
  return { bootId, reports, present: new RangeSet(reports.map(({ sequence: at }) => [at, at])), damaged };
}

/** The head of an encoded report, read without its values: a tag, its run, schema and sequence. */
function peekReport(payload: Uint8Array): { schema: number; sequence: number } {
  const reader = new ByteReader(payload);
  reader.byte();
  reader.varint();
  return { schema: reader.varint(), sequence: reader.varint() };
}
