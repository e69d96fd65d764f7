import t from 'tap';
import { decodeFrame, encodeFrame } from '../../protocol/codec.ts';
import { MAX_FRAME_BYTES, type SchemaFrame } from '../../protocol/frame.ts';
import { describe, families, MAX_METRICS_PER_SCHEMA, type MetricDescriptor } from '../../protocol/metric.ts';

const schemaOf = (metrics: readonly MetricDescriptor[]): SchemaFrame => ({
  type: 'schema',
  run: 0,
  schema: 1,
  metrics,
});
const refused = (metrics: readonly MetricDescriptor[]) => () => decodeFrame(encodeFrame(schemaOf(metrics)));

t.test('every family travels', async (t) => {
  const metrics = (Object.keys(families) as (keyof typeof families)[]).map((family) => describe(family));
  t.same(decodeFrame(encodeFrame(schemaOf(metrics))), schemaOf(metrics));
});

t.test('the largest schema fits a frame', async (t) => {
  const metrics = Array.from({ length: MAX_METRICS_PER_SCHEMA }, (_, index) =>
    describe('net.rxBytes', `${index}`.padStart(100)),
  );
  const bytes = encodeFrame(schemaOf(metrics));
  t.ok(bytes.length <= MAX_FRAME_BYTES, `${bytes.length} bytes`);
  t.same(decodeFrame(bytes), schemaOf(metrics));
});

t.test('what no schema may hold', async (t) => {
  const metric = describe('cpu.busy');
  const f = (metrics: readonly MetricDescriptor[], code: string) =>
    t.throws(refused(metrics), { name: 'ProtocolError', code });
  f([], 'schema_invalid');
  f([metric, metric], 'schema_invalid');
  f([{ ...metric, name: '' }], 'schema_invalid');
  f([{ ...metric, name: 'a\nb' }], 'schema_invalid');
  f([{ ...metric, name: 'a\u0000' }], 'schema_invalid');
  f([{ ...metric, name: 'a\u0085' }], 'schema_invalid');
  f([{ ...metric, name: 'x'.repeat(256) }], 'frame_malformed');
  f([{ ...metric, decimals: 7 }], 'schema_invalid');
  f([{ ...metric, unit: 'bananas' as never }], 'schema_invalid');
  f([{ ...metric, kind: 'histogram' as never }], 'schema_invalid');
  f(
    Array.from({ length: MAX_METRICS_PER_SCHEMA + 1 }, (_, index) => describe('fs.size', `${index}`)),
    'schema_invalid',
  );
});
