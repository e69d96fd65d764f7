import t from 'tap';
import { createLog, describeError } from '../../../agent/log/log.ts';

t.test('one JSON object a line, from its level on', async (t) => {
  const lines: string[] = [];
  const log = createLog('warn', (line) => lines.push(line));
  log.debug('no');
  log.info('no');
  log.warn('first', { host: 'a\nb' });
  log.error('second');
  t.equal(lines.length, 2);
  t.match(JSON.parse(lines[0] ?? ''), { level: 'warn', msg: 'first', host: 'a\nb', time: /^\d{4}-/ });
  t.equal(lines[0]?.split('\n').length, 2, 'a line break inside stays inside');
});

t.test('a level of silence', async (t) => {
  const lines: string[] = [];
  createLog('silent', (line) => lines.push(line)).error('no');
  t.same(lines, []);
});

t.test('what is said of an error', async (t) => {
  t.same(describeError(Object.assign(new Error('no room'), { code: 'ENOSPC' })), { code: 'ENOSPC', reason: 'no room' });
  t.same(describeError(new Error('odd')), { reason: 'odd' });
  t.same(describeError('text'), { reason: 'text' });
});
