import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import t from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { said } from '../../../../protocol/said/said.ts';
import { loadTls, type TlsMaterial, type TlsOptions } from '../../../../server/platform/security/tls.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const DAY_MS = 86_400_000;
const nowMs = Date.now();

async function selfSigned(dataDir: string, changes: Partial<TlsOptions> = {}): Promise<TlsMaterial> {
  const tls = await loadTls({ choice: { kind: 'self-signed' }, dataDir, hosts: [], nowMs, ...changes });
  return tls!;
}

t.test('no TLS', async (t) => {
  t.equal(await loadTls({ choice: { kind: 'none' }, dataDir: tempDir(t), hosts: [], nowMs }), null);
});

t.test('a self-signed certificate: P-256, for the right hosts and time, kept', async (t) => {
  const dataDir = tempDir(t);
  const tls = await selfSigned(dataDir, { hosts: ['vigia.example.com', '10.1.2.3', '[fd00::1]', 'not a host'] });
  const certificate = new X509Certificate(tls.cert);
  t.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  t.ok(certificate.verify(certificate.publicKey));
  t.notOk(certificate.ca);
  for (const host of ['localhost', hostname(), 'vigia.example.com']) t.ok(certificate.checkHost(host), host);
  for (const address of ['127.0.0.1', '::1', '10.1.2.3', 'fd00::1']) t.ok(certificate.checkIP(address), address);
  t.notOk(certificate.checkHost('example.com'));
  t.equal(Math.round((tls.notAfterMs - certificate.validFromDate.getTime()) / DAY_MS), 825);
  t.ok(certificate.validFromDate.getTime() < nowMs - DAY_MS / 2, 'clocks a little behind accept it');
  t.same(Buffer.from(tls.certificateHash), createHash('sha256').update(certificate.raw).digest());
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  t.equal(tls.spkiPin, `sha256//${createHash('sha256').update(spki).digest('base64')}`);
  t.match(tls, { selfSigned: true, warning: null });
  for (const file of ['key.pem', 'cert.pem']) t.equal(statSync(join(dataDir, 'tls', file)).mode & 0o777, 0o600, file);
  t.equal(statSync(join(dataDir, 'tls')).mode & 0o777, 0o700);
});

t.test('when it is made anew, and that the pin of the key stays', async (t) => {
  async function f(
    what: string,
    change: Partial<TlsOptions>,
    harm: (folder: string) => void,
    want: object,
  ): Promise<void> {
    const dataDir = tempDir(t);
    const before = await selfSigned(dataDir, { hosts: ['a.example'] });
    harm(join(dataDir, 'tls'));
    const after = await selfSigned(dataDir, { hosts: ['a.example'], ...change });
    const same = {
      certificate: Buffer.compare(before.certificateHash, after.certificateHash) === 0,
      key: before.spkiPin === after.spkiPin,
    };
    t.same(same, want, what);
    t.ok(new X509Certificate(after.cert).checkPrivateKey(createPrivateKey(after.key)));
  }
  const nothing = () => {};
  const kept = { certificate: true, key: true };
  const renewed = { certificate: false, key: true };
  const replaced = { certificate: false, key: false };
  await f('the next start', {}, nothing, kept);
  await f('a day later', { nowMs: nowMs + DAY_MS }, nothing, kept);
  await f('a host less', { hosts: [] }, nothing, kept);
  await f('a new host', { hosts: ['a.example', 'b.example'] }, nothing, renewed);
  await f('a month and a day before it expires', { nowMs: nowMs + 793 * DAY_MS }, nothing, kept);
  await f('29 days before it expires', { nowMs: nowMs + 796 * DAY_MS }, nothing, renewed);
  await f('expired', { nowMs: nowMs + 2000 * DAY_MS }, nothing, renewed);
  await f('the clock went back', { nowMs: nowMs - 30 * DAY_MS }, nothing, renewed);
  await f('certificate lost', {}, (folder) => rmSync(join(folder, 'cert.pem')), renewed);
  await f('certificate damaged', {}, (folder) => writeFileSync(join(folder, 'cert.pem'), 'junk'), renewed);
  await f('key lost', {}, (folder) => rmSync(join(folder, 'key.pem')), replaced);
  await f('key damaged', {}, (folder) => writeFileSync(join(folder, 'key.pem'), ''), replaced);
  await f(
    'a key of another kind',
    {},
    (folder) => {
      const { privateKey } = generateKeyPairSync('ed25519');
      writeFileSync(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    },
    replaced,
  );
});

t.test('it serves: a client that trusts it connects, and sees the pinned certificate', async (t) => {
  const tls = await selfSigned(tempDir(t));
  const server = createServer({ cert: tls.cert, key: tls.key, minVersion: 'TLSv1.3' }, (_, response) =>
    response.end('hello'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const request = get({ host: '127.0.0.1', port, ca: tls.cert, agent: false });
  const [response] = await once(request, 'response');
  const peer = (response.socket as TLSSocket).getPeerX509Certificate();
  t.ok((response.socket as TLSSocket).authorized);
  t.same(createHash('sha256').update(peer!.raw).digest(), Buffer.from(tls.certificateHash));
  response.resume();
  await once(response, 'end');
  server.close();
});

t.test('own certificate', async (t) => {
  const dataDir = tempDir(t);
  const own = await selfSigned(dataDir);
  const other = await selfSigned(tempDir(t));
  const path = (name: string, content?: string) => {
    const file = join(dataDir, name);
    if (content !== undefined) writeFileSync(file, content);
    return file;
  };
  const cert = path('cert.pem', own.cert);
  const key = path('key.pem', own.key);
  const load = (certPath: string, keyPath: string, at = nowMs) =>
    loadTls({ choice: { kind: 'files', certPath, keyPath }, dataDir, hosts: [], nowMs: at });

  t.match(await load(cert, key), {
    cert: own.cert,
    key: own.key,
    certificateHash: own.certificateHash,
    spkiPin: own.spkiPin,
    selfSigned: false,
    warning: null,
  });
  const chain = path('chain.pem', `${own.cert}\n${other.cert}`);
  t.match(await load(chain, key), { certificateHash: own.certificateHash }, 'of a chain the first one counts');

  const until = own.notAfterMs;
  t.equal((await load(cert, key, until - 15 * DAY_MS))?.warning, null);
  const words = async (at: number) => plain((await load(cert, key, at))?.warning ?? said('nothing'), 0);
  t.match(await words(until - 3 * DAY_MS), /cert\.pem expires on \d{4}-\d\d-\d\d\. Renew it/);
  t.match(await words(until), /cert\.pem expired on /, 'it is served all the same');
  t.match(await words(nowMs - 30 * DAY_MS), /not valid yet\. Check the clock/);

  const f = (what: string, certPath: string, keyPath: string, message: RegExp) =>
    t.rejects(load(certPath, keyPath), { code: 'config_bad_value', message }, what);
  mkdirSync(path('folder'));
  const encrypted = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
  await f('no certificate file', path('none'), key, /^VIGIA_TLS_CERT: .*none cannot be read \(ENOENT\)/);
  await f('no key file', cert, path('none'), /^VIGIA_TLS_KEY: .*none cannot be read \(ENOENT\)/);
  await f('a folder', path('folder'), key, /^VIGIA_TLS_CERT: .*\(EISDIR\)/);
  await f('not PEM', path('junk', 'junk'), key, /^VIGIA_TLS_CERT: .*junk holds no certificate in PEM form/);
  await f('the two exchanged', key, cert, /^VIGIA_TLS_CERT: .*key\.pem holds no certificate/);
  await f('a certificate as key', cert, cert, /^VIGIA_TLS_KEY: .*holds no private key/);
  await f('a key with a passphrase', cert, path('locked', encrypted), /without a passphrase/);
  await f(
    'the key of another',
    cert,
    path('other', other.key),
    /^VIGIA_TLS_KEY: .*other is not the key of .*cert\.pem/,
  );
  t.equal(readFileSync(cert, 'utf8'), own.cert, 'files of others are only read');
});
