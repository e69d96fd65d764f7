import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseConfig, readConfig } from '../../../../agent/tasks/recovery/config.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const files = {
  name: 'files',
  tool: 'restic',
  repository: 'rest:https://me:secret@nas:8000/x',
  passwordFile: '/etc/restic/password',
};
const parse = (...sources: readonly object[]) => parseConfig(JSON.stringify({ sources }));
const faultOf = (over: object) => parse({ ...files, ...over }).sources.get('files')?.fault ?? null;

t.test('what a file names', async (t) => {
  const { sources, fault, stateDir } = parse(files, {
    name: 'db',
    tool: 'borg',
    repository: '/srv/borg',
    prefix: 'db-',
    unit: 'borg-db@1.service',
    root: true,
    timeoutSeconds: 600,
  });
  t.equal(fault, null);
  t.equal(stateDir, '/var/lib/vigia-recovery');
  t.match(sources.get('files'), { tool: 'restic', needsRoot: false, unit: null, timeoutMs: 120_000, fault: null });
  t.equal(sources.get('files')?.place?.where, 'rest:https://…@nas:8000/x', 'the password is not told');
  t.match(sources.get('db'), { tool: 'borg', needsRoot: true, unit: 'borg-db@1.service', timeoutMs: 600_000 });
  t.equal(sources.get('constructor'), undefined);
});

t.test('a mistake in one source is told, and the others stay', async (t) => {
  const f = (over: object, why: RegExp) => t.match(faultOf(over), why, JSON.stringify(over));
  f({ repository: undefined }, /^the source files: it has neither "repository"/);
  f({ repository: 'a\nb' }, /"repository" is no text/);
  f({ repository: 5 }, /"repository" is no text/);
  f({ passwordFile: 'password' }, /"passwordFile" is no absolute path/);
  f({ passwordFile: '/etc/../x' }, /"passwordFile" is no absolute path/);
  f({ password: 'secret' }, /"password" is nothing that it can have/);
  f({ root: 'yes' }, /"root" is neither/);
  f({ unit: '-x' }, /"unit" is no name/);
  f({ timeoutSeconds: 0 }, /"timeoutSeconds"/);
  f({ timeoutSeconds: 1_801 }, /"timeoutSeconds"/);
  f({ tool: 'borg', prefix: '*' }, /"prefix"/);
  t.equal(faultOf({ host: 'web1', path: '/srv', size: true }), null);
  const { sources } = parse({ ...files, password: 'x' }, { ...files, name: 'other' });
  t.equal(sources.get('other')?.fault, null);
  t.equal(sources.get('files')?.place, null);
});

t.test('a file that is none', async (t) => {
  const f = (text: string, why: RegExp) => t.throws(() => parseConfig(text), { message: why }, text);
  f('', /JSON/);
  f('[]', /no list "sources"/);
  f('{"sources":{}}', /no list "sources"/);
  f('{"sources":[],"stateDir":"x"}', /"stateDir"/);
  f('{"sources":[],"colour":"blue"}', /"colour" is nothing/);
  f('{"sources":[{"name":"../x"}]}', /no "name"/);
  f('{"sources":[{"name":"__proto__"}]}', /no "name"/);
  f('{"sources":[{"name":"a","tool":"tar"}]}', /"tool" of the source a is not restic or borg/);
  f(JSON.stringify({ sources: [files, files] }), /names the source files twice/);
  f(JSON.stringify({ sources: Array.from({ length: 33 }, (_, n) => ({ ...files, name: `f${n}` })) }), /more than 32/);
});

t.test('only a file of its owner alone counts', async (t) => {
  const folder = tempDir(t);
  const path = join(folder, 'recovery.json');
  t.match(readConfig(path), { fault: null, sources: new Map() }, 'there is none');
  writeFileSync(path, JSON.stringify({ sources: [files] }));
  t.equal(readConfig(path).sources.size, 1);
  for (const mode of [0o664, 0o646]) {
    chmodSync(path, mode);
    t.match(readConfig(path).fault, /others than its owner may write it/);
    t.equal(readConfig(path).sources.size, 0);
  }
  chmodSync(path, 0o644);
  symlinkSync(path, join(folder, 'link'));
  t.match(readConfig(join(folder, 'link')).fault, /it is a link/);
  mkdirSync(join(folder, 'folder'));
  t.match(readConfig(join(folder, 'folder')).fault, /it is no file/);
  writeFileSync(path, ' '.repeat(300_000));
  t.match(readConfig(path).fault, /larger than 256 KB/);
});
