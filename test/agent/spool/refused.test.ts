import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { tempDir } from '../../support/temp-dir.ts';

const SOURCE = fileURLToPath(new URL('../../support/agent-refused-spool.ts', import.meta.url));

/** What {@link SOURCE} prints; `wrap` is the command that takes something from it. */
function refused(t: Test, refusal: 'EMFILE' | 'EACCES', wrap: readonly string[]) {
  const folder = tempDir(t);
  chmodSync(folder, 0o777);
  const [program = '', ...args] = [...wrap, process.execPath, SOURCE, join(folder, 'spool'), refusal];
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8' }));
}

const all = Array.from({ length: 10 }, (_, index) => `01:${index + 3}`);
const told = (lines: readonly string[]) => lines.map((line) => JSON.parse(line).msg);
/** Node takes every descriptor that it may have, so both limits are low. */
const fewFiles = ['sh', '-c', 'ulimit -n 48; exec "$@"', 'sh'];
/** Root may read everything. */
const asStranger = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

t.test('without a free descriptor nothing is lost, and all is there when there is one', async (t) => {
  const seen = refused(t, 'EMFILE', fewFiles);
  t.ok(seen.left.length > 1, 'several files');
  t.same([seen.whileOpen, seen.passedOver], [[], true], 'nothing can be read for now');
  t.same([seen.afterwards, seen.hasCaughtUp], [all, true]);
  t.same(
    seen.bounded.filter((name: string) => name.includes('-01')),
    seen.left,
    'what was not seen is not given up, nor set aside',
  );
  t.same([seen.atStart, seen.inTheEnd], [[], [...all, '03:1', '03:2']], 'also of a process that began without');
  t.match(seen.gaps, [{ from: 3, to: 12, cause: 'spool_full' }], 'the bound holds as soon as it can be told what goes');
  t.equal(seen.files.length, 1);
  t.equal(told(seen.lines).filter((line) => line.startsWith('spool files cannot be read')).length, 1, 'said once');
});

t.test('a file that may not be read waits, and holds up no other', async (t) => {
  const seen = refused(t, 'EACCES', asStranger);
  t.same([seen.whileOpen, seen.passedOver], [all.slice(1), true]);
  t.same(seen.kept, seen.left);
  t.same([seen.afterwards, seen.hasCaughtUp], [all, true]);
  t.match(seen.gaps, [{ from: 4, to: 12, cause: 'spool_full' }], 'others make room');
  t.same(seen.inTheEnd, ['01:3', '03:1', '03:2']);
});
