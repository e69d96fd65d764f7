import { argon2Sync } from 'node:crypto';
import t from 'tap';
import { createPasswords } from '../../../../server/platform/security/passwords.ts';

t.test('hash and verify', async (t) => {
  const passwords = createPasswords();
  const phc = await passwords.hash('correct horse battery');
  t.match(phc, /^\$argon2id\$v=19\$m=47104,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  t.not(await passwords.hash('correct horse battery'), phc, 'the salt is new each time');
  const f = async (stored: string | null, password: string, want: boolean) =>
    t.equal(await passwords.verify(stored, password), want, `${password} ${want}`);
  await f(phc, 'correct horse battery', true);
  await f(phc, 'correct horse batterY', false);
  await f(phc, '', false);
  await f(phc, 'x'.repeat(5000), false);
  await f(null, 'correct horse battery', false);
  const [, , , , salt, tag] = phc.split('$');
  const parameters = { parallelism: 1, tagLength: 32, memory: 47_104, passes: 1, nonce: Buffer.from(salt!, 'base64') };
  const direct = argon2Sync('argon2id', { ...parameters, message: 'correct horse battery' });
  t.equal(direct.toString('base64').replace('=', ''), tag, 'the PHC string says what was done');
});

t.test('the same letters typed on another keyboard are the same password', async (t) => {
  const passwords = createPasswords();
  const composed = await passwords.hash('contrase\u00f1a larga');
  t.ok(await passwords.verify(composed, 'contrasen\u0303a larga'));
});

t.test('a hash made with other costs still verifies', async (t) => {
  const tag = argon2Sync('argon2id', {
    message: 'correct horse battery',
    nonce: Buffer.alloc(16, 7),
    parallelism: 2,
    tagLength: 16,
    memory: 64,
    passes: 3,
  });
  const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  const phc = `$argon2id$v=19$m=64,t=3,p=2$${base64(Buffer.alloc(16, 7))}$${base64(tag)}`;
  t.ok(await createPasswords().verify(phc, 'correct horse battery'));
  t.notOk(await createPasswords().verify(phc, 'correct horse batterz'));
  await t.rejects(createPasswords().verify('plain', 'x'), /not an argon2id PHC string/);
});

t.test('passwords that are not taken', async (t) => {
  const f = (password: string, message: RegExp) =>
    t.rejects(createPasswords().hash(password), { code: 'validation_failed', message, details: { field: 'password' } });
  await f('', /at least 12 characters/);
  await f('elevenchars', /at least 12 characters/);
  await f('🐎'.repeat(11), /at least 12 characters/);
  await f('x'.repeat(1025), /longer than 1024 bytes/);
  t.ok(await createPasswords().hash('🐎🐄🐖🐑🐐🦆🐓🐕🐈🦌🐇🦔'));
});

t.test('passwords that are long enough and still guessed first', async (t) => {
  const passwords = createPasswords();
  const f = (password: string, message: RegExp) =>
    t.rejects(
      passwords.hash(password, ['Ada Lovelace', 'ada.lovelace@analytical.test']),
      { code: 'validation_failed', message, details: { field: 'password' } },
      password,
    );
  await f('aaaaaaaaaaaa', /would be guessed soon. It repeats the same character/);
  await f('ａａａａａａａａａａａａ', /It repeats the same character/);
  await f('abcdefghijkl', /order of the alphabet/);
  await f('abcabcabcabc', /repeats the same part/);
  await f('password1234', /close to a common password/);
  await f('P@ssw0rd2024!', /would be guessed soon/);
  await f('qwertyuiop12', /would be guessed soon/);
  await f('1q2w3e4r5t6y', /lists of common passwords/);
  await f('vigiavigia12', /would be guessed soon/);
  await f('adalovelace1', /would be guessed soon/);
  await f('analytical12', /would be guessed soon/);
  await f('a'.repeat(1000), /It repeats the same character/);
  t.ok(await passwords.hash('correct horse battery', ['Ada Lovelace']));
  t.ok(await passwords.hash('kx8#Qm2vLp9w'));
});

t.test('a very long password is estimated quickly', async (t) => {
  const passwords = createPasswords();
  await passwords.hash('correct horse battery');
  const startMs = process.cpuUsage().user;
  t.ok(await passwords.hash('kx8#Qm2vLp9wzT!'.repeat(68)));
  const tookMs = (process.cpuUsage().user - startMs) / 1000;
  t.ok(tookMs < 20_000, `${tookMs} ms`);
});

t.test('a flood is turned away, not put into memory', async (t) => {
  const passwords = createPasswords();
  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.verify(null, 'guess')));
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  t.equal(refused.length, 60 - 2 - 8);
  t.match(refused[0], { reason: { code: 'rate_limited' } });
  t.equal(await passwords.verify(null, 'guess'), false, 'and afterwards it works again');
});

t.test('an unknown user costs as much time as a wrong password', async (t) => {
  const passwords = createPasswords();
  const phc = await passwords.hash('correct horse battery');
  const bestMs = { unknown: Number.POSITIVE_INFINITY, known: Number.POSITIVE_INFINITY };
  const measure = async (who: keyof typeof bestMs, stored: string | null) => {
    const startMs = performance.now();
    await passwords.verify(stored, 'wrong guess');
    bestMs[who] = Math.min(bestMs[who], performance.now() - startMs);
  };
  // Whatever else the machine does only adds to a time: the best of many come close to what they cost, and stay apart if they differ.
  let ratio = Number.NaN;
  for (let round = 0; round < 100 && !(round >= 5 && ratio > 0.6 && ratio < 1.6); round += 1) {
    await measure('unknown', null);
    await measure('known', phc);
    ratio = bestMs.unknown / bestMs.known;
  }
  t.ok(ratio > 0.5 && ratio < 2, `ratio ${ratio}`);
});
