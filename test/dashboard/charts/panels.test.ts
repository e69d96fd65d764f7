import t from 'tap';
import { evidencePanels, evidenceRange, metricTitle } from '../../../dashboard/charts/evidence.ts';
import { frameOf } from '../../../dashboard/charts/frame.ts';
import { devicePanels, lineBounds, lineValues, metricsOf, writeValue } from '../../../dashboard/charts/panels.ts';
import { incident } from '../documents.ts';

const latest = (...metrics: string[]) => metrics.map((metric) => ({ metric, unit: 'ratio', kind: 'gauge', value: 0 }));

t.test('a device has the charts its metrics allow, and no other', async (t) => {
  const panels = devicePanels(
    latest(
      'cpu.busy',
      'fs.size[/var]',
      'fs.available[/var]',
      'fs.size[/odd]',
      'net.rxBytes[eth0]',
      'net.txBytes[eth0]',
    ),
  );
  t.same(
    panels.map(({ id }) => id),
    ['cpu', 'space', 'net-eth0'],
  );
  t.same(
    panels[1]?.lines.map(({ label }) => label),
    ['/var'],
    'a size without its free space draws nothing',
  );
  t.same(metricsOf(panels), [
    'cpu.busy',
    'fs.available[/var]',
    'fs.size[/var]',
    'net.rxBytes[eth0]',
    'net.txBytes[eth0]',
  ]);
  t.same(devicePanels([]), []);
});

t.test('used space is what is not available; unknown stays unknown', async (t) => {
  const [panel] = devicePanels(latest('fs.size[/]', 'fs.available[/]'));
  const frame = frameOf([
    {
      from: '1970-01-01T00:00:00.000Z',
      to: '1970-01-01T00:00:20.000Z',
      stepMs: 10_000,
      resolution: 'raw',
      items: [
        { metric: 'fs.size[/]', unit: 'bytes', kind: 'gauge', aggregation: 'mean', values: [100, 100] },
        { metric: 'fs.available[/]', unit: 'bytes', kind: 'gauge', aggregation: 'mean', values: [25, null] },
      ],
    },
  ]);
  t.ok(frame && panel);
  t.same(lineValues(frame!, panel!.lines[0]!), [0.75, null]);
  t.equal(writeValue('ratio', null), '–', 'and is never written as zero');
});

t.test('a line lies between bounds only where all of its metrics have them', async (t) => {
  const [panel] = devicePanels(latest('fs.size[/]', 'fs.available[/]'));
  const answer = (metric: string, values: (number | null)[]) => ({
    ...{ from: '1970-01-01T00:00:00.000Z', to: '1970-01-01T00:10:00.000Z', stepMs: 300_000 },
    resolution: 'fiveMinute' as const,
    items: [{ metric, unit: 'bytes', kind: 'gauge', aggregation: 'mean' as const, values }],
  });
  const [size, space] = [answer('fs.size[/]', [100, 100]), answer('fs.available[/]', [25, null])];
  const lows = [size, answer('fs.available[/]', [10, null])];
  const highs = [size, answer('fs.available[/]', [40, null])];
  const line = panel!.lines[0]!;
  t.same(lineBounds(frameOf([size, space], { lows, highs })!, line), { low: [0.6, null], high: [0.9, null] });
  t.equal(lineBounds(frameOf([size, space], { lows, highs: [size] })!, line), null);
  t.equal(lineBounds(frameOf([size, space])!, line), null);
});

t.test('evidence is drawn one chart a unit, in words', async (t) => {
  const item = (metric: string, unit: string) => ({
    metric,
    unit,
    kind: 'gauge',
    aggregation: 'mean' as const,
    values: [1],
  });
  const panels = evidencePanels({
    from: '',
    to: '',
    stepMs: 1,
    resolution: 'raw',
    items: [item('fs.available[/var]', 'bytes'), item('cpu.busy', 'ratio')],
  });
  t.same(
    panels.map(({ title, measure }) => [title, measure]),
    [
      ['Space left on /var', 'bytes'],
      ['CPU busy', 'ratio'],
    ],
  );
  t.equal(metricTitle('made.up[x]'), 'made.up[x]');
});

t.test('evidence begins before the onset and ends after the end, within what is kept', async (t) => {
  const HOUR_MS = 3_600_000;
  const nowMs = Date.parse('2026-10-06T12:00:00.000Z');
  const f = (onset: string, resolved: string | null, wantFromHours: number, wantToHours: number) => {
    const detail = {
      ...incident({ onsetAt: onset, resolvedAt: resolved }),
      events: [],
      evidence: null,
      similar: [],
      children: [],
      reports: [],
      siteCard: null,
      remoteUrl: null,
    };
    const { fromMs, toMs } = evidenceRange(detail, nowMs);
    t.same(
      [(fromMs - nowMs) / HOUR_MS, (toMs - nowMs) / HOUR_MS],
      [wantFromHours, wantToHours],
      `${onset} to ${resolved}`,
    );
  };
  f('2026-10-06T09:00:00.000Z', null, -4, 0);
  f('2026-10-06T06:00:00.000Z', '2026-10-06T09:00:00.000Z', -7, -2);
  f('2026-10-06T11:00:00.000Z', '2026-10-06T11:06:00.000Z', -1.25, -0.65);
  f('2026-09-01T00:00:00.000Z', null, -1136, 0);
  f('2024-10-06T12:00:00.000Z', null, -396 * 24, 0);
});
