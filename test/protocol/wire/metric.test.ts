import t from 'tap';
import {
  describe,
  type FamilyName,
  families,
  MAX_METRIC_NAME_BYTES,
  parseMetricName,
} from '../../../protocol/wire/metric.ts';

t.test('names with and without an instance', async (t) => {
  t.same(describe('cpu.busy'), { name: 'cpu.busy', unit: 'ratio', kind: 'gauge', decimals: 4 });
  t.same(describe('fs.size', '/var'), { name: 'fs.size[/var]', unit: 'bytes', kind: 'gauge', decimals: 0 });
  const f = (name: string, family: string, instance?: string) =>
    t.same(parseMetricName(name), { family, instance }, name);
  f('cpu.busy', 'cpu.busy');
  f('fs.size[/var]', 'fs.size', '/var');
  f('fs.size[/mnt/a[1]]', 'fs.size', '/mnt/a[1]');
  f('fs.size[]', 'fs.size', '');
  f('fs.size[/var', 'fs.size[/var');
  f('', '');
});

t.test('every family can be described, and its name is taken apart again', async (t) => {
  for (const family of Object.keys(families) as FamilyName[]) {
    const { name, decimals } = describe(family, 'x [y]');
    t.same(parseMetricName(name), { family, instance: 'x [y]' });
    t.ok(decimals >= 0 && decimals <= 6 && Buffer.byteLength(name) <= MAX_METRIC_NAME_BYTES);
  }
});
