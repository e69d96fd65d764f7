import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { conformsForReal } from '../real-tool.ts';

conformsForReal(t, {
  tool: 'borg',
  init: ['init', '-e', 'repokey'],
  backup: (folder, name) => ['create', `::${name}`, folder],
  backupInput: (name) => ['create', `::${name}`, '-'],
  backupAhead: (folder, name) => ['faketime', '2031-06-01 12:00:00', 'borg', 'create', `::${name}`, folder],
  prune: [['prune', '--keep-last', '1'], ['compact']],
  environment: (repository) => ({ BORG_REPO: repository, BORG_PASSPHRASE: 'right' }),
  isLocked: (repository) => existsSync(join(repository, 'lock.exclusive')),
  many: (count) =>
    JSON.stringify({
      archives: Array.from({ length: count }, (_, n) => ({
        start: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString().replace('Z', '000'),
        id: n.toString(16).padStart(64, '0'),
        name: `files-${n}`,
      })),
    }),
  async silent(_, folder) {
    // As ssh does where the other side is gone; and out of the process group, as restic's is.
    const shell = join(folder, 'silent-shell');
    writeFileSync(shell, '#!/bin/sh\nexec setsid sleep 1000\n');
    chmodSync(shell, 0o755);
    const variables = join(folder, 'variables');
    writeFileSync(variables, `export BORG_RSH="${shell}"\nLD_PRELOAD=/nowhere.so\n`, { mode: 0o600 });
    return { repository: 'ssh://nas/srv/repository', environmentFile: variables };
  },
});
