import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { tempDir } from '../support/temp-dir.ts';

/** What `biome.json` lets a file import, asked of the linter itself. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');

/** Of each file what it imports; `!` before what is to be refused. */
const cases: Record<string, readonly string[]> = {
  'server/features/feature.ts': ['../core/incidents/act.ts', '../platform/store/store.ts', '!../edge/live/port.ts'],
  'server/features/history/loss.ts': [
    './loss-repository.ts',
    '../feature.ts',
    '../../domain/scope.ts',
    '../../../protocol/error.ts',
    '!../twins/port.ts',
    '!../services/checks/runner.ts',
    '!../../app/features.ts',
    '!../../edge/live/port.ts',
  ],
  'server/features/services/checks/runner.ts': [
    '../definition.ts',
    '../../../domain/scope.ts',
    '!../../twins/port.ts',
    '!../../../app/features.ts',
  ],
  'server/core/incidents/act.ts': ['../../domain/scope.ts', '!../../features/feature.ts', '!../../watch/lane.ts'],
  'server/domain/scope.ts': ['./iso.ts', '../../protocol/error.ts', '!../platform/store/store.ts', '!node:fs'],
  'dashboard/features/now/Now.tsx': [
    './Month.tsx',
    '../../parts/Budget.tsx',
    '../../../protocol/api/view.ts',
    '!../fleet/Fleet.tsx',
    '!../../../server/domain/scope.ts',
    '!node:fs',
  ],
  'agent/tasks/probe/kind.ts': ['../kind.ts', '../../../protocol/wire/plan.ts', '!../../../server/core/tasks/kind.ts'],
};

t.test('lint refuses what leads up, aside or outside, and nothing else', async (t) => {
  const dir = tempDir(t);
  copyFileSync(join(root, 'biome.json'), join(dir, 'biome.json'));
  for (const [path, imports] of Object.entries(cases)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), imports.map((from) => `import '${from.replace('!', '')}';\n`).join(''));
  }
  const only = '--only=style/noRestrictedImports';
  const told = await promisify(execFile)(process.execPath, [biome, 'lint', only, '--reporter=json', '.'], {
    cwd: dir,
    env: { PATH: process.env.PATH },
  }).catch((refused: { stdout: string }) => refused);
  const { diagnostics } = JSON.parse(told.stdout) as {
    diagnostics: { location: { path: string | { file: string }; start?: { line: number } } }[];
  };
  const refused = diagnostics.map(({ location: { path, start } }) => {
    return `${typeof path === 'string' ? path : path.file}:${start?.line}`;
  });
  const wanted = Object.entries(cases).flatMap(([path, imports]) =>
    imports.flatMap((from, index) => (from.startsWith('!') ? [`${path}:${index + 1}`] : [])),
  );
  t.same(refused.toSorted(), wanted.toSorted());
});
