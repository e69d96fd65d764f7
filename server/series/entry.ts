import { ByteReader, ByteWriter } from '../../protocol/bytes.ts';
import type { MetricDescriptor } from '../../protocol/metric.ts';
import { readReport, writeReport } from '../../protocol/report.ts';
import type { StoredReport } from './series-store.ts';

/** The bytes of one report in the journal and in pages. Schemas are kept once, by number. */
export interface Entry {
  readonly deviceId: string;
  readonly at: number;
  readonly schema: number;
  readonly bytes: Uint8Array;
}

export function encodeEntry(report: StoredReport, schema: number): Entry {
  const writer = new ByteWriter(512);
  writer.text(report.runId).text(report.bootId).varint(report.receivedAt).zigzag(report.clockOffsetMs);
  writeReport(writer, {
    type: 'report',
    run: 0,
    schema,
    sequence: report.sequence,
    backfill: report.backfill,
    clocks: report.clocks,
    scaled: report.scaled,
  });
  return { deviceId: report.deviceId, at: report.at, schema, bytes: writer.finish() };
}

/** @throws ProtocolError on damaged bytes, Error when a schema is missing */
export function decodeEntry(entry: Entry, schemas: ReadonlyMap<number, readonly MetricDescriptor[]>): StoredReport {
  const reader = new ByteReader(entry.bytes);
  const runId = reader.text(32);
  const bootId = reader.text(64);
  const receivedAt = reader.varint();
  const clockOffsetMs = reader.zigzag();
  const { sequence, backfill, clocks, scaled } = readReport(reader);
  const metrics = schemas.get(entry.schema);
  if (!metrics) throw new Error(`The journal refers to schema ${entry.schema}, which is not stored.`);
  const { deviceId, at } = entry;
  return { deviceId, runId, bootId, sequence, backfill, at, receivedAt, clocks, clockOffsetMs, metrics, scaled };
}

/** Entries one after the other, as a batch of the journal or a page of a device holds them. */
export function packEntries(entries: readonly Entry[]): Uint8Array {
  const writer = new ByteWriter(entries.length * 400 + 8);
  writer.varint(entries.length);
  for (const entry of entries) writer.text(entry.deviceId).varint(entry.at).varint(entry.schema).blob(entry.bytes);
  return writer.finish();
}

const MAX_ENTRY_BYTES = 64 * 1024;

export function unpackEntries(packed: Uint8Array): Entry[] {
  const reader = new ByteReader(packed);
  const entries = Array.from({ length: reader.varint(1_000_000) }, () => ({
    deviceId: reader.text(64),
    at: reader.varint(),
    schema: reader.varint(),
    bytes: reader.blob(MAX_ENTRY_BYTES),
  }));
  reader.end();
  return entries;
}
