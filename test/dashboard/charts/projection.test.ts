import t from 'tap';
import type { Panel } from '../../../dashboard/charts/panels.ts';
import { projections, withRoom } from '../../../dashboard/charts/projection.ts';
import type { FileSystem } from '../../../protocol/api/view.ts';
import { typed } from '../../../protocol/said/said.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');

const system = (mountpoint: string, fullAt: string | null): FileSystem => ({
  ...{
    mountpoint,
    sizeBytes: 100,
    availableBytes: 40,
    inodes: null,
    inodesFree: null,
    readOnly: false,
    readable: true,
  },
  forecast: { fullAt, bytesPerHour: 1, quality: 1, sentence: '', said: typed('') },
});
const panel = (id: string, ...mountpoints: string[]): Panel => ({
  ...{ id, title: '', measure: 'ratio', whole: true },
  lines: mountpoints.map((label) => ({ label, metrics: [], combine: (value) => value })),
});
const systems = [system('/', null), system('/srv', '2026-03-04T10:00:00Z')];

t.test('each line that leads to a full disk is marked, by name among others', async (t) => {
  const [mark, ...more] = projections(panel('space', '/', '/srv'), systems, NOW);
  t.same(more, []);
  t.match(mark, { kind: 'projection', line: 1, value: 1, atMs: Date.parse('2026-03-04T10:00:00Z') });
  t.match(mark?.kind === 'projection' && mark.labels, [/^\/srv full \S/, /^full \S/]);
  const [alone] = projections(panel('space', '/srv'), systems, NOW);
  t.match(alone?.kind === 'projection' && alone.labels, [/^full \S/]);
  t.same(projections(panel('space', '/'), systems, NOW), []);
  t.same(projections(panel('memory', '/srv'), systems, NOW), []);
});

t.test('what is ahead has room, but never more than a third of what was', async (t) => {
  const at = (seconds: number) => [
    { kind: 'projection' as const, line: 0, atMs: seconds * 1_000, value: 1, labels: [''] },
    { kind: 'moment' as const, atMs: 1e12, label: '' },
  ];
  t.same(withRoom([], 0, 100), [0, 100]);
  t.same(withRoom(at(110), 0, 100), [0, 110]);
  t.same(withRoom(at(1e6), 0, 100), [0, 135]);
  t.same(withRoom(at(50), 0, 100), [0, 100], 'it should have been full by now');
});
