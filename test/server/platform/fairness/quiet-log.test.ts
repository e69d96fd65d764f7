import t from 'tap';
import { QuietLog } from '../../../../server/platform/fairness/quiet-log.ts';
import { until } from '../../../support/until.ts';

t.test('the first line at once, then one in each period with a count', async (t) => {
  const lines: unknown[] = [];
  const log = new QuietLog((fields, message) => lines.push([message, fields]), 200);
  for (let n = 1; n <= 1_000; n += 1) log.note({ n }, `line ${n}`);
  t.same(lines, [['line 1', { n: 1 }]]);
  await until('the period to end', () => lines.length === 2);
  t.same(lines[1], ['line 1000 (and alike)', { n: 1_000, count: 999 }]);
  log.note({ n: 7 }, 'line 7');
  log.close();
  t.same(lines[2], ['line 7 (and alike)', { n: 7, count: 1 }], 'at the end what was not told');
  log.note({ n: 8 }, 'line 8');
  t.same(lines[3], ['line 8', { n: 8 }]);
  log.close();
  t.equal(lines.length, 4);
});
