import { ProtocolError } from '../error.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { advanceClocks, sendableClocks } from './clocks.ts';
import { encodeFrame } from './codec.ts';
import { crc32 } from './crc32.ts';
import { applyChanges, canDelta, writeChanges } from './delta.ts';
import type { Clocks, ReportDeltaFrame, ReportFrame } from './frame.ts';
import { CHECK_BYTES } from './report-delta.ts';

/**
 * A chain is a full report, its keyframe, and reports of the same lane, run and schema that follow it as changes, each to the
 * one before. A connection has one chain for live reports and one for those from the spool, so that each may interleave
 * with the other. Every link of a chain carries the CRC-32 of the chain up to itself: what was lost, repeated, reordered or
 * changed on the way is found before a value is believed.
 */

/** A new keyframe after so many reports, in case a fault of memory outlives a check: it costs two bytes a report. */
export const KEYFRAME_EVERY = 120;

/** Makes a chain of the reports that are sent. One for each lane of a connection. */
export class ChainWriter {
  #last: ReportFrame | undefined;
  #check = 0;
  #length = 0;

  /** The report itself, or as its changes to the one before. What it returns must be sent, and in this order. */
  next(report: ReportFrame): ReportFrame | ReportDeltaFrame {
    const base = this.#last;
    const clocks = sendableClocks(report.clocks);
    this.#last = { ...report, clocks };
    if (base !== undefined && this.#length < KEYFRAME_EVERY && canFollow(base, report)) {
      return this.#deltaOf(base, this.#last);
    }
    this.#check = crc32(encodeFrame(report));
    this.#length = 1;
    return report;
  }

  #deltaOf(base: ReportFrame, { run, schema, sequence, backfill, clocks, scaled }: ReportFrame): ReportDeltaFrame {
    const writer = new ByteWriter();
    writeChanges(writer, base.scaled, scaled);
    const frame: ReportDeltaFrame = {
      type: 'report_delta',
      run,
      schema,
      sequence,
      base: base.sequence,
      backfill,
      clockChanges: differenceOf(base.clocks, clocks),
      changes: writer.finish(),
      check: 0,
    };
    const bytes = encodeFrame(frame);
    this.#check = crc32(bytes, bytes.length - CHECK_BYTES, this.#check);
    this.#length += 1;
    return { ...frame, check: this.#check };
  }
}

function canFollow(base: ReportFrame, next: ReportFrame): boolean {
  return (
    base.run === next.run &&
    base.schema === next.schema &&
    base.backfill === next.backfill &&
    base.sequence < next.sequence &&
    canDelta(base.scaled, next.scaled)
  );
}

function differenceOf(from: Clocks, to: Clocks): Clocks {
  return {
    wallMs: to.wallMs - from.wallMs,
    monotonicMs: to.monotonicMs - from.monotonicMs,
    bootMs: to.bootMs - from.bootMs,
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The newest report of a chain: one object for all of them, because a server keeps one for each of its agents. */
interface Newest extends Mutable<Omit<ReportFrame, 'clocks' | 'scaled'>> {
  readonly clocks: Mutable<Clocks>;
  readonly scaled: (number | null)[];
}

/** Follows a chain. Keeps the newest report alone. */
export class ChainReader {
  #newest: Newest | undefined;
  #check = 0;

  /** Begins a chain with a full report and the message that held it. */
  begin(report: ReportFrame, message: Uint8Array): void {
    this.#newest = { ...report, clocks: { ...report.clocks }, scaled: report.scaled.slice() };
    this.#check = crc32(message);
  }

  /**
   * The report that these changes lead to; `message` is the whole message that held them. It is valid until the next call:
   * whoever keeps it copies it.
   * @throws ProtocolError `report_base_unknown` if they do not follow the newest report of the chain as it was sent,
   * `frame_malformed` if they lead nowhere, which ends the chain.
   */
  follow(
    { run, schema, sequence, base, backfill, clockChanges, changes, check }: ReportDeltaFrame,
    message: Uint8Array,
  ): ReportFrame {
    const newest = this.#newest;
    const soFar = crc32(message, message.length - CHECK_BYTES, this.#check);
    if (
      newest === undefined ||
      newest.sequence !== base ||
      newest.schema !== schema ||
      newest.run !== run ||
      newest.backfill !== backfill ||
      soFar !== check
    ) {
      throw new ProtocolError('report_base_unknown');
    }
    // Half of what leads nowhere may be applied by then: nothing follows it.
    this.#newest = undefined;
    const reader = new ByteReader(changes);
    applyChanges(reader, newest.scaled);
    reader.end();
    advanceClocks(newest.clocks, clockChanges);
    newest.sequence = sequence;
    this.#newest = newest;
    this.#check = soFar;
    return newest;
  }
}
