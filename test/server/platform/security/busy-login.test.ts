import t from 'tap';
import { SentenceError } from '../../../../protocol/error.ts';
import { startHttp, testPassword } from '../../../support/http.ts';

t.test('logins that a busy database could not look at count as no mistakes', async (t) => {
  const { request, loggedIn, store } = await startHttp(t);
  await loggedIn('technician');
  const [person] = await store.users.list();
  if (!person) throw new Error('nobody');
  const logIn = () => request('POST', '/api/v1/session', { body: { email: person.email, password: testPassword } });

  const { byEmail } = store.users;
  store.users.byEmail = async () => {
    throw new SentenceError('overloaded', 'Too many requests wait for the database. Retry in a moment.');
  };
  for (let attempt = 0; attempt < 8; attempt += 1) t.equal((await logIn()).status, 503);
  store.users.byEmail = byEmail;
  t.equal((await logIn()).status, 200);
});
