import { resolve } from 'node:path';
import { readConfig } from '../app/config/config.ts';
import { restoreBackup } from '../platform/backup/restore-backup.ts';
import { openDataDir } from '../platform/files/data-dir.ts';
import { withAdministration } from './administration.ts';
import type { Command } from './command.ts';

/** Everything that a server is, in one file. */
export const backupCommands: readonly Command[] = [
  {
    name: 'backup',
    usage: 'FILE',
    summary: 'write both databases and the keys to a file, also while the server runs',
    options: {},
    positionals: 1,
    async run({ positionals: [name = ''], output }) {
      const file = resolve(name);
      const made = await withAdministration(readConfig(), (perform) => perform('backup.create', { file }));
      output.result(made, made.file);
      output.say(
        `${(made.bytes / 1e6).toFixed(1)} MB as of ${made.createdAt}. It holds the server's keys: keep it as safe as they are.`,
      );
    },
  },
  {
    name: 'restore',
    usage: 'FILE [--replace]',
    summary: 'put a backup in the place of the data folder; the server must be stopped',
    options: { replace: { type: 'boolean', default: false } },
    positionals: 1,
    async run({ options, positionals: [name = ''], output }) {
      const { dataDir: folder } = readConfig();
      const dataDir = openDataDir(folder);
      try {
        const restored = await restoreBackup({
          file: resolve(name),
          dataDir: dataDir.path,
          replace: options.replace === true,
          now: Date.now(),
        });
        output.result(restored, dataDir.path);
        output.say(`${dataDir.path} is as it was at ${restored.createdAt}, version ${restored.version}.`);
        if (restored.setAside !== null) output.say(`What was there before lies in ${restored.setAside} inside it.`);
      } finally {
        dataDir.release();
      }
    },
  },
];
