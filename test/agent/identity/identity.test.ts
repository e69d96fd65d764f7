import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadOrCreateIdentity, readEnrolment } from '../../../agent/identity/identity.ts';
import { verifySignature } from '../../../agent/identity/keys.ts';
import { tempDir } from '../../support/temp-dir.ts';

t.test('makes a key once, for its owner alone', async (t) => {
  const dataDir = tempDir(t);
  const first = loadOrCreateIdentity(dataDir);
  const again = loadOrCreateIdentity(dataDir);
  t.same(again.publicKey, first.publicKey);
  t.equal(first.publicKey.length, 32);
  t.same(readdirSync(dataDir), ['identity.key'], 'and leaves nothing else');
  t.equal(statSync(join(dataDir, 'identity.key')).mode & 0o777, 0o600);
  const message = Buffer.from('message');
  t.ok(verifySignature(first.publicKey, message, again.sign(message)));
  t.notOk(verifySignature(first.publicKey, Buffer.from('another'), again.sign(message)));
  t.notOk(verifySignature(new Uint8Array(31), message, again.sign(message)));
});

t.test('refuses a key that others can read', async (t) => {
  const dataDir = tempDir(t);
  loadOrCreateIdentity(dataDir);
  chmodSync(join(dataDir, 'identity.key'), 0o640);
  t.throws(() => loadOrCreateIdentity(dataDir), { code: 'identity_unusable', message: /chmod 600/ });
});

t.test('refuses what is no key', async (t) => {
  const dataDir = tempDir(t);
  for (const content of ['', 'junk', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n']) {
    writeFileSync(join(dataDir, 'identity.key'), content, { mode: 0o600 });
    t.throws(() => loadOrCreateIdentity(dataDir), { code: 'identity_unusable', message: /enrol again/ });
  }
});

t.test('an enrolment that is damaged', async (t) => {
  const dataDir = tempDir(t);
  t.equal(readEnrolment(dataDir), undefined);
  for (const content of ['', 'null', '{}', '{"server":1}', '{"server":"https://x","identityKey":"AA"}']) {
    writeFileSync(join(dataDir, 'enrolment.json'), content);
    t.throws(() => readEnrolment(dataDir), { code: 'not_enrolled', message: /damaged/ }, content);
  }
});
