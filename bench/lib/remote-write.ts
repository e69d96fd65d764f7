import { ByteWriter } from '../../protocol/wire/bytes.ts';
import type { StoredReport } from '../../server/platform/series/series-store.ts';
import { seriesLabels } from './prometheus-text.ts';

/**
 * Reports as bodies of Prometheus remote write, version 1: a protobuf `WriteRequest` in a snappy block. The block holds
 * literals alone, which is the cheapest for who unpacks it.
 */
const tags = {
  timeseries: 0x0a,
  label: 0x0a,
  name: 0x0a,
  value: 0x12,
  sample: 0x12,
  sampleValue: 0x09,
  sampleAt: 0x10,
};
const MAX_LITERAL_BYTES = 65_536;

export class RemoteWriteEncoder {
  readonly #labels = new Map<string, Uint8Array[]>();
  readonly #number = new DataView(new ArrayBuffer(8));

  encode(reports: readonly StoredReport[]): Uint8Array {
    const writer = new ByteWriter(64 * 1024);
    for (const report of reports) this.#writeReport(writer, report);
    return snappyLiterals(writer.finish());
  }

  #writeReport(writer: ByteWriter, report: StoredReport): void {
    const { deviceId, metrics, scaled, at } = report;
    const labels = this.#labels.get(deviceId) ?? this.#remember(report);
    const time = new ByteWriter(8).varint(at).finish();
    const sampleBytes = 9 + 1 + time.length;
    for (const [index, metric] of metrics.entries()) {
      const value = scaled[index];
      const own = labels[index];
      if (value === null || value === undefined || own === undefined) continue;
      writer.byte(tags.timeseries).varint(own.length + 2 + sampleBytes);
      writer.raw(own).byte(tags.sample).varint(sampleBytes).byte(tags.sampleValue);
      this.#number.setFloat64(0, value / 10 ** metric.decimals, true);
      writer.raw(new Uint8Array(this.#number.buffer)).byte(tags.sampleAt).raw(time);
    }
  }

  #remember({ deviceId, metrics }: StoredReport): Uint8Array[] {
    const all = metrics.map((metric) => {
      const writer = new ByteWriter();
      for (const [name, value] of seriesLabels(metric, deviceId)) {
        const pair = new ByteWriter();
        pair.byte(tags.name).text(name).byte(tags.value).text(value);
        writer.byte(tags.label).blob(pair.finish());
      }
      return writer.finish();
    });
    this.#labels.set(deviceId, all);
    return all;
  }
}

function snappyLiterals(bytes: Uint8Array): Uint8Array {
  const writer = new ByteWriter(bytes.length + 64);
  writer.varint(bytes.length);
  for (let at = 0; at < bytes.length; at += MAX_LITERAL_BYTES) {
    const part = bytes.subarray(at, at + MAX_LITERAL_BYTES);
    // Tag 61: a literal whose length minus one follows in two bytes.
    writer
      .byte(61 << 2)
      .byte((part.length - 1) & 0xff)
      .byte((part.length - 1) >> 8)
      .raw(part);
  }
  return writer.finish();
}
