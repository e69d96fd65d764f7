import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { runProgram } from '../../../server/cli/program.ts';
import { headText } from '../../../server/platform/store/audit/told.ts';
import { openStore } from '../../../server/platform/store/store.ts';
import { tempDir } from '../../support/temp-dir.ts';

async function run(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const into = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const code = await runProgram(line.split(' '), { stdout: into('stdout'), stderr: into('stderr') });
  return { code, ...said };
}

t.test('audit verify', async (t) => {
  const dataDir = join(tempDir(t), 'new');
  process.env.VIGIA_DATA_DIR = dataDir;
  for (const site of ['One', 'Two', 'Three']) await run(`token create --client Acme --site ${site}`);
  t.match(await run('audit verify'), {
    code: 0,
    stdout: /^3 rows, and none was changed, moved or taken out\.\nNo head was told outside yet/,
  });
  const path = join(dataDir, 'state.db');
  const store = await openStore({ path, clock: Date.now });
  const head = await store.audit.head();
  await store.close();
  const log = join(dataDir, 'vigia.log');
  writeFileSync(
    log,
    `{"level":30,"auditHead":"${head && headText(head)}","msg":"the newest row"}\n{"level":30,"msg":"12:00"}\n`,
  );
  await run('token create --client Acme --site Four');
  const proof = await run(`audit verify --heads ${log}`);
  t.match(proof, {
    code: 0,
    stdout: /^4 rows,.*\nBy the heads that you gave it is proven up to row 3\. The tail of 1 row after/,
  });
  t.match(JSON.parse((await run(`audit verify --json --heads ${log}`)).stdout), {
    entries: 4,
    before: 0,
    unproven: 1,
    told: null,
  });

  for (const [line, sentence] of [
    ['--head 3', /--head is a row and its hash/],
    [`--heads ${path}.nothing`, /cannot be read/],
    [`--heads ${join(dataDir, 'identity.key')}`, /There is no head/],
  ] as const)
    t.match(await run(`audit verify ${line}`), { code: 2, stderr: sentence });

  const tamper = (statement: string): void => {
    const database = new DatabaseSync(path);
    database.exec(
      `DROP TRIGGER IF EXISTS audit_is_never_changed; DROP TRIGGER IF EXISTS audit_is_never_deleted; ${statement}`,
    );
    database.close();
  };
  tamper('DELETE FROM audit WHERE id > 2');
  t.match(await run('audit verify'), { code: 0 }, 'a cut at the end looks whole from inside');
  t.match(await run(`audit verify --heads ${log}`), { code: 1, stderr: /ends at row 2, but row 3 was told outside/ });
  tamper(`UPDATE audit SET actor = 'nobody' WHERE id = 1`);
  t.match(await run('audit verify'), { code: 1, stdout: '', stderr: /Row 1 of the audit log/ });
  t.match(JSON.parse((await run('audit verify --json')).stdout), {
    error: { code: 'audit_broken', details: { row: 1 } },
  });
});
