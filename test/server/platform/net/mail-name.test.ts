import t from 'tap';
import { isMailName, mailNameOf } from '../../../../server/platform/net/mail-name.ts';

t.test('a full name of the DNS is one that servers of mail take', async (t) => {
  const f = (name: string, want: boolean) => t.equal(isMailName(name), want, name);
  f('vigia.example.com', true);
  f('a-1.example', true);
  f('xn--mnchen-3ya.example', true);
  f('vigia', false);
  f('[10.0.0.5]', false);
  f('10.0.0.5', false);
  f('vigia.example.com.', false);
  f('-a.example.com', false);
  f('a_b.example.com', false);
  f('a.example\r\nQUIT', false);
  f(`${'a.'.repeat(126)}example`, false);
});

t.test('the public URL names the server, or else the machine', async (t) => {
  const f = (publicUrl: string | null, hostname: string, want: string | null) =>
    t.equal(mailNameOf(publicUrl, hostname), want, `${publicUrl} ${hostname}`);
  f('https://vigia.example.com:8420', 'srv', 'vigia.example.com');
  f('https://vigia.example.com.', 'srv', 'vigia.example.com');
  f('https://10.0.0.5:8420', 'srv.example.com', 'srv.example.com');
  f('https://[2001:db8::1]', 'srv.example.com.', 'srv.example.com');
  f('http://localhost:8420', 'srv', null);
  f(null, 'srv', null);
  f(null, 'localhost.localdomain', null);
  f('https://vigia.lan', 'srv.local', null);
});
