import t from 'tap';
import { createCollector } from '../../../agent/collect/create-collector.ts';
import { parseVmStat } from '../../../agent/collect/portable.ts';

const result = { bsize: 4096, frsize: 4096, blocks: 1000, bavail: 250, files: 0, ffree: 0 };

t.test('macOS: the system volume, load and CPU without a child process on the way', async (t) => {
  const collector = createCollector({ platform: 'darwin' });
  const { metrics, values } = await collector.collect();
  const value = (name: string) => values[metrics.findIndex((metric) => metric.name === name)];
  t.equal(metrics.length, values.length);
  t.ok(value('memory.size')! > 0 && value('host.uptime')! > 0 && value('fs.size[/]')! > 0);
  t.type(value('load.1'), 'number');
  t.same(await collector.processes(), []);
  t.equal((await collector.collect()).metrics, metrics);
  collector.close();
});

t.test('Windows: drives that answer, no load', async (t) => {
  const collector = createCollector({
    platform: 'win32',
    statfs: async (path) => {
      if (['C:\\', 'E:\\'].includes(path.toString())) return result;
      throw new Error('ENOENT');
    },
  });
  const { metrics, values } = await collector.collect();
  t.equal(metrics.length, values.length);
  const names = metrics.map((metric) => metric.name);
  t.same(
    names.filter((name) => name.startsWith('fs.size')),
    ['fs.size[C:\\]', 'fs.size[E:\\]'],
  );
  t.notOk(names.includes('load.1'));
  t.equal(values[names.indexOf('fs.available[E:\\]')], 1024000);
  t.equal(values[names.indexOf('fs.inodes[C:\\]')], null);
});

t.test('vm_stat, by hand after its manual page', async (t) => {
  const text = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                               10.
Pages active:                          99999.
Pages inactive:                          200.
Pages speculative:                         3.
Pages throttled:                           0.
Pages wired down:                      88888.
Pages purgeable:                          40.
`;
  t.equal(parseVmStat(text), 253 * 16384);
  t.equal(parseVmStat('rubbish'), null);
});
