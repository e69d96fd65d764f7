import t from 'tap';
import { currentSender } from '../../../../server/platform/fairness/sender.ts';
import { defaultLimits } from '../../../../server/platform/http/http.ts';
import { startHttp } from '../../../support/http.ts';

const HOUR_MS = 3_600_000;
/** Behind a proxy on this machine, whose word for addresses counts. */
const ORIGIN = 'https://vigia.example';

t.test('a minute of the request limit is a minute, however the time of day is set meanwhile', async (t) => {
  const { request } = await startHttp(t, { limits: { ...defaultLimits, general: 3 } });
  const ask = async () => (await request('GET', '/api/v1/session')).status;
  const clocks = { monotonic: performance.now.bind(performance), wall: Date.now };
  t.teardown(() => Object.assign(Date, { now: clocks.wall }));
  t.teardown(() => Object.assign(performance, { now: clocks.monotonic }));

  for (let count = 0; count < 3; count += 1) t.equal(await ask(), 200);
  t.equal(await ask(), 429);
  Date.now = () => clocks.wall() + HOUR_MS;
  t.equal(await ask(), 429, 'set ahead, the minute is not over');
  Date.now = () => clocks.wall() - HOUR_MS;
  performance.now = () => clocks.monotonic() + 61_000;
  t.equal(await ask(), 200, 'set back, it does not last an hour');
});

t.test('at the database all addresses of one customer line wait in one name', async (t) => {
  const { request, store } = await startHttp(t, { publicUrl: ORIGIN });
  const senders: string[] = [];
  const { byEmail } = store.users;
  store.users.byEmail = (email) => {
    senders.push(currentSender());
    return byEmail(email);
  };
  const from = async (address: string): Promise<string | undefined> => {
    const body = { email: 'nobody@example.org', password: 'a guess of somebody' };
    await request('POST', '/api/v1/session', { headers: { origin: ORIGIN, 'x-forwarded-for': address }, body });
    return senders.at(-1);
  };
  const first = await from('2001:db8:1:2::a');
  t.type(first, 'string');
  t.equal(await from('2001:db8:1:2:ffff::b'), first);
  t.not(await from('2001:db8:1:3::a'), first);
  t.not(await from('192.0.2.1'), await from('192.0.2.2'));
});
