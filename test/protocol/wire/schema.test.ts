import fc from 'fast-check';
import t from 'tap';
import { decodeFrame, encodeFrame } from '../../../protocol/wire/codec.ts';
import { MAX_FRAME_BYTES, type SchemaFrame } from '../../../protocol/wire/frame.ts';
import {
  describe,
  families,
  MAX_METRIC_NAME_BYTES,
  MAX_METRICS_PER_SCHEMA,
  type MetricDescriptor,
  properNames,
} from '../../../protocol/wire/metric.ts';

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
    describe('net.rxBytes', `${index}`.padStart(40)),
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
  f([{ ...metric, decimals: 7 }], 'schema_invalid');
  f([{ ...metric, unit: 'bananas' as never }], 'schema_invalid');
  f([{ ...metric, kind: 'histogram' as never }], 'schema_invalid');
  f(
    Array.from({ length: MAX_METRICS_PER_SCHEMA + 1 }, (_, index) => describe('fs.size', `${index}`)),
    'schema_invalid',
  );
});

t.test('a metric that is refused is named', async (t) => {
  const metric = describe('temperature', 'a\nb');
  t.throws(refused([describe('cpu.busy'), { ...metric, decimals: 7 }]), {
    message: /"temperature\[a\ufffdb\]" has 7 dec/,
  });
  t.throws(refused([{ ...metric, unit: 'bananas' as never }]), { message: /"temperature\[a\ufffdb\]" has the unit/ });
});

t.test('a name never costs the schema it stands in', async (t) => {
  const named = (...names: string[]) => names.map((name) => ({ ...describe('cpu.busy'), name }));
  const f = (sent: string[], want: string[]) => {
    const frame = decodeFrame(encodeFrame(schemaOf(named(...sent))));
    t.same(frame, schemaOf(named(...want)));
  };
  f(['a', 'a', 'a'], ['a', 'a#2', 'a#3']);
  f(['disk.busy[sdb]', 'disk.busy[sdb]'], ['disk.busy[sdb]', 'disk.busy[sdb#2]']);
  f(['d[x]', 'd[x#2]', 'd[x]'], ['d[x]', 'd[x#2]', 'd[x#3]']);
  f(['__proto__', '__proto__', 'constructor'], ['__proto__', '__proto__#2', 'constructor']);
  f(['', ''], ['nameless', 'nameless#2']);
  f(['a\nb', 'a\u0000b', 'a\u0085b'], ['a\ufffdb', 'a\ufffdb#2', 'a\ufffdb#3']);
  f([`fs.size[${'ñ'.repeat(200)}]`], [`fs.size[${'ñ'.repeat(122)}~]`]);
  const long = 'x'.repeat(255);
  f([long, long], [long, `${'x'.repeat(253)}#2`]);
  const bytes = Buffer.from(encodeFrame(schemaOf(named('axb'))));
  bytes[bytes.indexOf('x')] = 0xff;
  t.same(decodeFrame(bytes), schemaOf(named('a\ufffdb')), 'no UTF-8');
});

t.test('property: proper names are proper, distinct, and stay as they are', async (t) => {
  const names = fc.array(
    fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('a', 'a#2', 'f[a]', '')),
  );
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(names, (list) => {
        const proper = properNames(list.map((name) => ({ ...describe('cpu.busy'), name })));
        const all = proper.map(({ name }) => name);
        const isSound = (name: string) =>
          name !== '' && !/\p{Cc}/u.test(name) && Buffer.byteLength(name) <= MAX_METRIC_NAME_BYTES;
        return (
          all.length === list.length &&
          new Set(all).size === all.length &&
          all.every(isSound) &&
          properNames(proper) === proper
        );
      }),
    ),
  );
});
