import t from 'tap';
import { feed, generate } from '../../../bench/lib/generated-series.ts';
import { toPrometheusText } from '../../../bench/lib/prometheus-text.ts';

const series = { hosts: 3, fromMs: 1_000_000, toMs: 1_040_000, intervalMs: 10_000 };

t.test('reports of all hosts in the order of their time', async (t) => {
  const groups = [...generate(series, 5)];
  const reports = groups.flat();
  t.same(
    groups.map((group) => group.length),
    [5, 5, 2],
  );
  t.same(
    reports.map(({ at }) => at),
    reports.map(({ at }) => at).toSorted((a, b) => a - b),
  );
  t.same(
    reports.filter(({ deviceId }) => deviceId === 'host-2').map(({ sequence }) => sequence),
    [1, 2, 3, 4],
  );
});

t.test('every report is taken once, and what making it costs does not count', async (t) => {
  let taken = 0;
  const result = await feed(
    generate(series, 5),
    async (group) => {
      taken += group.length;
    },
    async () => undefined,
  );
  t.equal(result.reports, 12);
  t.equal(taken, 12);
  t.ok(result.cpuSeconds < 1, `${result.cpuSeconds} s`);
});

t.test('as text for other stores', async (t) => {
  const [report] = [...generate(series, 1)].flat();
  if (report === undefined) throw new Error('nothing was made');
  const lines = toPrometheusText(report).trimEnd().split('\n');
  t.equal(lines.length, 55);
  t.match(lines[0], /^vigia_cpu_busy\{host="host-0"\} 0(\.\d{1,4})? 1000000$/);
  t.ok(lines.some((line) => /^vigia_fs_size\{host="host-0",part="\/var"\} \d+ 1000000$/.test(line)));
});
