import { ByteReader } from '../../protocol/wire/bytes.ts';
import { decodeFrame, frameTags } from '../../protocol/wire/codec.ts';
import type { Frame, SchemaFrame } from '../../protocol/wire/frame.ts';
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

interface Found {
  readonly sequence: number;
  readonly schema: number;
  readonly bytes: Uint8Array;
}

/** What is readable of a spool file, which may grow. Never throws, whatever the bytes. */
export class SegmentContent {
  /** In the order of the file. */
  readonly reports: StoredReport[] = [];
  readonly present = new RangeSet();
  readonly #schemas = new Map<number, SchemaFrame>();
  #homeless: readonly Found[] = [];
  #bootId = '';
  #isBroken = false;
  #sizeBytes = 0;

  /** Empty if no readable record tells it. */
  get bootId(): string {
    return this.#bootId;
  }

  get damaged(): boolean {
    const tellsNothing = this.reports.length === 0 && this.#sizeBytes > 0;
    return this.#isBroken || this.#homeless.length > 0 || tellsNothing;
  }

  /** Takes the bytes behind those it has. They end where a record does, or the file does. */
  add(bytes: Buffer): void {
    const scan = scanRecords(bytes);
    this.#sizeBytes += bytes.length;
    // A torn end alone is no damage: it is what a crash leaves.
    if (scan.damagedBytes > 0) this.#isBroken = true;
    const found: Found[] = [...this.#homeless];
    for (const payload of scan.payloads) {
      try {
        if (payload[0] === frameTags.report) found.push({ ...peekReport(payload), bytes: payload });
        else this.#note(decodeFrame(payload));
      } catch {
        this.#isBroken = true;
      }
    }
    // A schema is repeated, so that one behind a report may still tell what it says.
    this.#homeless = found.filter((one) => !this.#house(one));
  }

  #note(frame: Frame): void {
    if (frame.type === 'run') this.#bootId = frame.bootId;
    if (frame.type === 'schema') this.#schemas.set(frame.schema, frame);
  }

  #house({ sequence, schema, bytes }: Found): boolean {
    const known = this.#schemas.get(schema);
    if (known === undefined) return false;
    this.reports.push({ sequence, schema: known, bytes });
    this.present.add(sequence);
    return true;
  }
}

/** The content of a whole spool file. */
export function readSegment(bytes: Buffer): SegmentContent {
  const content = new SegmentContent();
  content.add(bytes);
  return content;
}

/** The head of an encoded report, read without its values: a tag, its run, schema and sequence. */
function peekReport(payload: Uint8Array): { schema: number; sequence: number } {
  const reader = new ByteReader(payload);
  reader.byte();
  reader.varint();
  return { schema: reader.varint(), sequence: reader.varint() };
}
