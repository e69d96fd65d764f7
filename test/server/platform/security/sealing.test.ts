import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { loadSealer } from '../../../../server/platform/security/sealing.ts';
import { holds } from '../../../support/property.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const unreadable = { code: 'secrets_unreadable' };

t.test('what is sealed opens again, after a restart too, and for its own context only', async (t) => {
  const dir = tempDir(t);
  const sealer = await loadSealer(dir);
  const again = await loadSealer(dir);
  holds(
    t,
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (secret, context) => {
      const sealed = sealer.seal(secret, context);
      return again.open(sealed, context) === secret && Buffer.from(sealed).indexOf(`-${secret}-`) === -1;
    }),
  );
  const sealed = sealer.seal('password', 'receiver:1');
  t.throws(() => sealer.open(sealed, 'receiver:2'), unreadable);
  t.notSame(sealer.seal('password', 'receiver:1'), sealed, 'no two are the same');
  t.notOk(Buffer.from(sealed).includes('password'));
});

t.test('what was changed does not open', async (t) => {
  const sealer = await loadSealer(tempDir(t));
  const sealed = sealer.seal('password', 'x');
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Uint8Array.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    t.throws(() => sealer.open(changed, 'x'), unreadable, `byte ${at}`);
  }
  for (const length of [0, 1, 28]) t.throws(() => sealer.open(sealed.subarray(0, length), 'x'), unreadable);
});

t.test('the key is readable by its owner alone, and is never replaced', async (t) => {
  const dir = tempDir(t);
  const path = join(dir, 'secret.key');
  const sealed = (await loadSealer(dir)).seal('password', 'x');
  t.equal(statSync(path).mode & 0o777, 0o600);
  const key = readFileSync(path, 'utf8');
  chmodSync(path, 0o644);
  t.equal((await loadSealer(dir)).open(sealed, 'x'), 'password');
  t.equal(statSync(path).mode & 0o777, 0o600, 'what a copy had opened is closed again');
  for (const damaged of ['', 'AAAA', key.slice(1), `${key}x`]) {
    writeFileSync(path, damaged);
    await t.rejects(loadSealer(dir), unreadable, JSON.stringify(damaged));
    t.equal(readFileSync(path, 'utf8'), damaged);
  }
  rmSync(path);
  const other = await loadSealer(dir);
  t.throws(() => other.open(sealed, 'x'), unreadable);
});
