import t from 'tap';
import { createFaultLog } from '../../../../server/platform/http/fault-log.ts';
import { startHttp } from '../../../support/http.ts';

t.test('each code has a line of its own, and the rest of the minute is counted', async (t) => {
  const lines: { fields: object; message: string }[] = [];
  const log = createFaultLog((fields, message) => void lines.push({ fields, message }));
  for (let n = 0; n < 1000; n += 1) log.note('internal', { n }, 'Broken.');
  log.note('unavailable', {}, 'Busy.');
  t.match(lines, [{ fields: { n: 0 } }, { message: 'Busy.' }]);
  log.close();
  t.match(lines.slice(2), [{ fields: { n: 999, count: 999 }, message: /^Broken\./ }]);
});

t.test('a stranger who meets faults of ours writes one line, not one for every request', async (t) => {
  const { request, log, store, keyed } = await startHttp(t, { limits: { enrolment: 1000 } });
  const headers = await keyed('viewer');
  await store.close();
  const cookie = `__Host-vigia=${'A'.repeat(43)}`;
  for (let n = 0; n < 20; n += 1) {
    t.equal((await request('GET', '/api/v1/session', { headers: { cookie } })).status, 503);
  }
  const errors = () => log.filter(({ level }) => level === 50).length;
  t.equal(errors(), 1);
  await request('GET', '/api/v1/overview', { headers });
  t.equal(errors(), 1, 'a key that cannot be proved is a stranger');
});
