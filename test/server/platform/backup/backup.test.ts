import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { packTar, type TarSource } from 'modern-tar/fs';
import t, { type Test } from 'tap';
import { createBackup } from '../../../../server/platform/backup/create-backup.ts';
import { describeFile, MANIFEST_FILE } from '../../../../server/platform/backup/manifest.ts';
import { refuseHalfRestored, restoreBackup } from '../../../../server/platform/backup/restore-backup.ts';
import { copyDatabase } from '../../../../server/platform/files/copy-database.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const NOW = Date.UTC(2026, 2, 1);

function database(path: string, rows: number): DatabaseSync {
  const made = new DatabaseSync(path);
  made.exec('PRAGMA journal_mode = WAL; CREATE TABLE fact (n INTEGER PRIMARY KEY, text TEXT NOT NULL)');
  const insert = made.prepare('INSERT INTO fact (text) VALUES (?)');
  for (let n = 0; n < rows; n += 1) insert.run(`fact ${n} `.repeat(20));
  return made;
}

function facts(path: string): number {
  const opened = new DatabaseSync(path);
  const row = opened.prepare('SELECT count(*) AS count FROM fact').get();
  opened.close();
  return row?.count as number;
}

/** A data folder with databases that are open and written to, as those of a server are. */
function dataFolder(t: Test): { dataDir: string; series: DatabaseSync } {
  const dataDir = tempDir(t);
  const [state, series] = [database(join(dataDir, 'state.db'), 500), database(join(dataDir, 'series.db'), 2_000)];
  t.teardown(() => {
    state.close();
    series.close();
  });
  mkdirSync(join(dataDir, 'tls'));
  writeFileSync(join(dataDir, 'identity.key'), 'the identity');
  writeFileSync(join(dataDir, 'tls/key.pem'), 'the key');
  return { dataDir, series };
}

async function backUp(t: Test, dataDir: string, file = join(tempDir(t), 'vigia.tar')) {
  const copySeries = (to: string) => copyDatabase(join(dataDir, 'series.db'), to);
  return createBackup({ dataDir, file, version: '1.2.3', now: NOW, copySeries });
}

const restore = (file: string, dataDir: string, replace = false) => restoreBackup({ file, dataDir, replace, now: NOW });

t.test('what was backed up while it was written to is whole where it is restored', async (t) => {
  const { dataDir, series } = dataFolder(t);
  const insert = series.prepare("INSERT INTO fact (text) VALUES ('later')");
  const writing = setInterval(() => insert.run(), 1);
  const made = await backUp(t, dataDir).finally(() => clearInterval(writing));
  t.equal(made.createdAt, '2026-03-01T00:00:00.000Z');
  t.equal(made.bytes, statSync(made.file).size);
  t.equal(statSync(made.file).mode & 0o777, 0o600, 'it holds keys');
  t.same(readdirSync(join(made.file, '..')), ['vigia.tar'], 'nothing is left beside it');

  const target = tempDir(t);
  t.same(await restore(made.file, target), { createdAt: made.createdAt, version: '1.2.3', setAside: null });
  t.equal(facts(join(target, 'state.db')), 500);
  t.ok(facts(join(target, 'series.db')) >= 2_000);
  t.equal(readFileSync(join(target, 'identity.key'), 'utf8'), 'the identity');
  t.equal(readFileSync(join(target, 'tls/key.pem'), 'utf8'), 'the key');
  t.equal(statSync(join(target, 'identity.key')).mode & 0o777, 0o600);
  t.notOk(existsSync(join(target, 'secret.key')), 'there was none');
  t.doesNotThrow(() => refuseHalfRestored(target));
});

t.test('what is there is neither overwritten nor lost', async (t) => {
  const { dataDir } = dataFolder(t);
  const { file } = await backUp(t, dataDir);
  await t.rejects(backUp(t, dataDir, file), { code: 'conflict', message: /exists already/ });
  await t.rejects(backUp(t, dataDir, '/proc/nowhere/vigia.tar'), {
    code: 'unavailable',
    message: /could not be written/,
  });

  const target = tempDir(t);
  database(join(target, 'state.db'), 3).close();
  writeFileSync(join(target, 'identity.key'), 'another');
  await t.rejects(restore(file, target), { code: 'conflict', message: /--replace/ });
  t.equal(facts(join(target, 'state.db')), 3);
  const { setAside } = await restore(file, target, true);
  t.equal(facts(join(target, 'state.db')), 500);
  t.equal(facts(join(target, setAside!, 'state.db')), 3);
  t.equal(readFileSync(join(target, setAside!, 'identity.key'), 'utf8'), 'another');
});

t.test('a restore that was cut off is seen by the next start, and can be run again', async (t) => {
  const { dataDir } = dataFolder(t);
  const { file } = await backUp(t, dataDir);
  const target = tempDir(t);
  writeFileSync(join(target, 'restore-unfinished'), '');
  writeFileSync(join(target, 'identity.key'), 'half of something');
  t.throws(() => refuseHalfRestored(target), { code: 'database_damaged', message: /Run it again/ });
  await restore(file, target);
  t.equal(readFileSync(join(target, 'identity.key'), 'utf8'), 'the identity');
  t.doesNotThrow(() => refuseHalfRestored(target));
});

t.test('a file that is no whole backup changes nothing', async (t) => {
  const { dataDir } = dataFolder(t);
  const { file } = await backUp(t, dataDir);
  const good = readFileSync(file);
  const scratch = tempDir(t);
  const target = tempDir(t);
  const f = async (bytes: Uint8Array, code: string, what: string) => {
    const bad = join(scratch, 'bad.tar');
    writeFileSync(bad, bytes);
    await t.rejects(restore(bad, target), { code, message: /Nothing was changed/ }, what);
    t.same(readdirSync(target), [], `${what}: the folder`);
  };
  await f(new Uint8Array(0), 'bad_request', 'empty');
  await f(Buffer.from('this is not a tar file at all'), 'bad_request', 'junk');
  for (const share of [0.01, 0.3, 0.6, 0.9]) {
    await f(good.subarray(0, Math.floor(good.length * share)), 'bad_request', `cut off at ${share}`);
  }
  for (let at = 700; at < good.length - 2_048; at += Math.floor(good.length / 40)) {
    const flipped = Buffer.from(good);
    flipped[at] = (flipped[at] ?? 0) ^ 0x10;
    // Padding between entries holds nothing.
    if (good[at] !== 0) await f(flipped, 'bad_request', `a bit flipped at ${at}`);
  }
  await t.rejects(restore(join(scratch, 'none.tar'), target), { code: 'not_found' });
});

/** Lets the entries under `aa/` lead out of the folder, which no honest packer writes. */
function climb(tar: Buffer): Buffer {
  for (let at = 0; at < tar.length; at += 512) {
    const header = tar.subarray(at, at + 512);
    if (header.toString('latin1', 0, 3) !== 'aa/') continue;
    header.write('../', 0, 'latin1');
    header.write(' '.repeat(8), 148, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
  return tar;
}

t.test('a backup that somebody made up does not reach out of the folder', async (t) => {
  const scratch = tempDir(t);
  const f = async (manifest: object | string, entries: readonly TarSource[], code: string, message: RegExp) => {
    const file = join(scratch, 'made-up.tar');
    const content = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
    const sources: TarSource[] = [{ type: 'content', target: MANIFEST_FILE, content }, ...entries];
    await pipeline(packTar(sources), createWriteStream(file));
    writeFileSync(file, climb(readFileSync(file)));
    const target = tempDir(t);
    await t.rejects(restore(file, target), { code, message });
    t.same(readdirSync(target), []);
  };
  const path = join(scratch, 'x');
  const junk = 'no database '.repeat(500);
  writeFileSync(path, junk);
  const described = async (file: string) => describeFile(path, file);
  const files = await Promise.all(['state.db', 'series.db', 'identity.key'].map(described));
  const manifest = { format: 1, version: '1.2.3', createdAt: '2026-03-01T00:00:00.000Z', files };
  const entry = (target: string): TarSource => ({ type: 'content', target, content: junk });
  const whole = files.map(({ file }) => entry(file));
  await f('{', [], 'bad_request', /cannot be read/);
  await f({ format: 1 }, [], 'bad_request', /incomplete/);
  await f({ ...manifest, format: 2 }, whole, 'database_newer', /1\.2\.3/);
  await f({ ...manifest, files: files.slice(1) }, whole, 'bad_request', /lacks state\.db/);
  const escaping = { ...(await described('../evil')), file: '../evil' };
  await f({ ...manifest, files: [...files, escaping] }, whole, 'bad_request', /no part of one/);
  await f(manifest, whole.slice(1), 'bad_request', /state\.db is missing/);
  await f(manifest, [...whole, entry('aa/evil')], 'bad_request', /./);
  t.notOk(existsSync(join(scratch, '..', 'evil')));
  await f(manifest, whole, 'database_damaged', /was damaged before/);
});
