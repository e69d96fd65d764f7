import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FileReader, listFolder } from '../../../../agent/collect/linux/files.ts';
import { tempDir } from '../../../support/temp-dir.ts';

t.test('a file that is read again and again is opened once, and told as it is now', async (t) => {
  const path = join(tempDir(t), 'file');
  const files = new FileReader();
  t.equal(files.textAgain(path), undefined, 'missing');
  const before = openFiles();
  for (const content of ['one', 'another', '', 'x'.repeat(100_000), 'short']) {
    writeFileSync(path, content);
    t.equal(files.textAgain(path), content);
    t.equal(files.text(path), content);
    t.equal(openFiles(), before + 1);
  }
  files.close();
  t.equal(openFiles(), before);
  t.equal(files.textAgain(path), 'short', 'a reader that was closed may go on');
  files.close();
});

t.test('the kernel makes up the content anew', async (t) => {
  const files = new FileReader();
  const uptime = () => Number(files.textAgain('/proc/uptime')?.split(' ')[0]);
  const first = uptime();
  t.ok(first > 0);
  const mounts = files.textAgain('/proc/self/mountinfo');
  t.equal(mounts, files.text('/proc/self/mountinfo'), 'whole, also where it comes in pieces');
  t.equal(files.textAgain('/proc/self/mountinfo'), mounts);
  for (let now = first; now === first; now = uptime());
  t.ok(uptime() > first);
  files.close();
});

t.test('a folder is no file', async (t) => {
  const files = new FileReader();
  const before = openFiles();
  t.equal(files.textAgain('/proc'), undefined);
  t.equal(openFiles(), before, 'and is not kept open');
});

function openFiles(): number {
  return listFolder('/proc/self/fd').length;
}
