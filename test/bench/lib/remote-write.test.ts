import t from 'tap';
import { generate } from '../../../bench/lib/generated-series.ts';
import { toPrometheusText } from '../../../bench/lib/prometheus-text.ts';
import { RemoteWriteEncoder } from '../../../bench/lib/remote-write.ts';
import { ByteReader } from '../../../protocol/wire/bytes.ts';

/** What a receiver reads: the lines that the text form has. */
function read(body: Uint8Array): string[] {
  const snappy = new ByteReader(body);
  const length = snappy.varint();
  const parts: Uint8Array[] = [];
  while (snappy.remaining > 0) {
    if (snappy.byte() !== 61 << 2) throw new Error('not a literal');
    parts.push(snappy.raw(snappy.byte() + snappy.byte() * 256 + 1));
  }
  const bytes = Buffer.concat(parts);
  if (bytes.length !== length) throw new Error('another length');
  const request = new ByteReader(bytes);
  const lines: string[] = [];
  while (request.remaining > 0) lines.push(readSeries(request));
  return lines;
}

function readSeries(request: ByteReader): string {
  request.byte();
  const series = new ByteReader(request.blob(1_000));
  const labels: [string, string][] = [];
  for (let tag = series.byte(); tag === 0x0a; tag = series.byte()) {
    const pair = new ByteReader(series.blob(1_000));
    pair.byte();
    const name = pair.text(100);
    pair.byte();
    labels.push([name, pair.text(100)]);
  }
  const sample = new ByteReader(series.blob(100));
  sample.byte();
  const value = Buffer.from(sample.raw(8)).readDoubleLE();
  sample.byte();
  const [name, ...others] = labels;
  return `${name?.[1]}{${others.map(([label, content]) => `${label}="${content}"`).join()}} ${value} ${sample.varint()}`;
}

t.test('a body of remote write holds the samples of its reports', async (t) => {
  const reports = [...generate({ hosts: 30, fromMs: 1e12, toMs: 1e12 + 20_000, intervalMs: 10_000 }, 100)].flat();
  const text = reports.map(toPrometheusText).join('').trimEnd().split('\n');
  t.same(read(new RemoteWriteEncoder().encode(reports)), text);
});
