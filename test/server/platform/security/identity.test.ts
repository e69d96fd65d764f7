import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadIdentity, verifySignature } from '../../../../server/platform/security/identity.ts';
import { tempDir } from '../../../support/temp-dir.ts';

t.test('made once, kept, readable by its owner alone', async (t) => {
  const folder = tempDir(t);
  const first = await loadIdentity(folder);
  t.same(readdirSync(folder), ['identity.key'], 'nothing else is left behind');
  t.equal(statSync(join(folder, 'identity.key')).mode & 0o777, 0o600);
  t.equal(first.publicKey.length, 32);
  t.same(Buffer.from(first.fingerprint), createHash('sha256').update(first.publicKey).digest());

  chmodSync(join(folder, 'identity.key'), 0o644);
  const second = await loadIdentity(folder);
  t.same(second.publicKey, first.publicKey);
  t.equal(statSync(join(folder, 'identity.key')).mode & 0o777, 0o600, 'what a copy had opened is closed again');
  t.notSame((await loadIdentity(tempDir(t))).publicKey, first.publicKey);
});

t.test('signatures', async (t) => {
  const identity = await loadIdentity(tempDir(t));
  const message = randomBytes(100);
  const signature = identity.sign(message);
  const flipped = Uint8Array.from(signature);
  flipped[5]! ^= 1;
  const f = (what: string, key: Uint8Array, text: Uint8Array, given: Uint8Array, want: boolean) =>
    t.equal(verifySignature(key, text, given), want, what);
  f('the real one', identity.publicKey, message, signature, true);
  f('another message', identity.publicKey, randomBytes(100), signature, false);
  f('a flipped bit', identity.publicKey, message, flipped, false);
  f('a short signature', identity.publicKey, message, signature.subarray(1), false);
  f('an empty signature', identity.publicKey, message, new Uint8Array(), false);
  f('another key', randomBytes(32), message, signature, false);
  f('a short key', identity.publicKey.subarray(1), message, signature, false);
  f('a key of zeros', new Uint8Array(32), message, new Uint8Array(64), false);
  f('a key of ones', new Uint8Array(32).fill(255), message, signature, false);
});

t.test('a damaged key is never replaced by a new one', async (t) => {
  async function f(content: string): Promise<void> {
    const folder = tempDir(t);
    writeFileSync(join(folder, 'identity.key'), content);
    await t.rejects(loadIdentity(folder), { code: 'identity_damaged', message: /Restore it from a backup/ });
  }
  const { generateKeyPairSync } = await import('node:crypto');
  await f('');
  await f('junk');
  await f(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
});
