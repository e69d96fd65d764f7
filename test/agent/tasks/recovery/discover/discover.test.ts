import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import t, { type Test } from 'tap';
import { parseConfig } from '../../../../../agent/tasks/recovery/config.ts';
import { discover } from '../../../../../agent/tasks/recovery/discover/discover.ts';
import { growsDaily } from '../../../../../agent/tasks/recovery/discover/dumps.ts';
import { readCommand, readCronLine } from '../../../../../agent/tasks/recovery/discover/mentions.ts';
import { parseRecoveryDiscovery } from '../../../../../protocol/wire/recovery-task.ts';
import { tempDir } from '../../../../support/temp-dir.ts';

const DAY_MS = 86_400_000;
const now = Date.UTC(2026, 11, 1, 12);

function machine(t: Test, files: Readonly<Record<string, string>>) {
  const root = tempDir(t);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, text);
  }
  return {
    root,
    find: (...sources: readonly object[]) => {
      const found = discover(parseConfig(JSON.stringify({ sources })), root, now);
      return parseRecoveryDiscovery(JSON.stringify(found));
    },
  };
}

t.test('what a command says', async (t) => {
  const f = (text: string, want: readonly [string, string | null] | null) => {
    const said = readCommand(text);
    t.same(said === null ? null : [said.tool, said.repository], want, text);
  };
  f('restic -r /srv/backup backup /home', ['restic', '/srv/backup']);
  f('/usr/bin/restic --repo=sftp:nas:/x backup /', ['restic', 'sftp:nas:/x']);
  f('export RESTIC_REPOSITORY="/srv/my backup"\nrestic backup /', ['restic', '/srv/my backup']);
  f('restic -r $REPO backup /', ['restic', null]);
  f('borg create --stats ssh://nas/./repo::{now} /home', ['borg', 'ssh://nas/./repo']);
  f("BORG_REPO='nas:repo' borg create ::x /", ['borg', 'nas:repo']);
  f('borgmatic --verbosity 1', ['borg', null]);
  f('# restic -r /old backup', null);
  f('echo cyborg restically', null);
  f('', null);
});

t.test('what a line of a crontab says', async (t) => {
  t.same(readCronLine('0 2  * * 1-5 root /x y', true), { schedule: '0 2 * * 1-5', command: '/x y' });
  t.same(readCronLine('@daily root /x', true), { schedule: '@daily', command: '/x' });
  t.same(readCronLine('*/5 * * * * /x', false), { schedule: '*/5 * * * *', command: '/x' });
  for (const line of ['# 0 2 * * * root /x', 'PATH=/usr/bin:/bin', '', '0 2 * *'])
    t.equal(readCronLine(line, true), null, line);
});

t.test('units, crontabs and settings of tools', async (t) => {
  const { find } = machine(t, {
    '/etc/systemd/system/nightly-backup.service':
      '[Service]\nEnvironmentFile=/etc/restic/env\nExecStart=/usr/bin/restic backup /home\n',
    '/etc/systemd/system/nightly-backup.timer': '[Timer]\nOnCalendar=*-*-* 02:00\n',
    '/etc/restic/env': 'RESTIC_REPOSITORY=rest:https://me:secret@nas/home\nRESTIC_PASSWORD=secret\n',
    '/etc/cron.d/db': '0 3 * * * root /usr/local/bin/backup-db.sh >/dev/null\n',
    '/usr/local/bin/backup-db.sh':
      '#!/bin/sh\nexport BORG_PASSPHRASE=secret\nborg create /srv/borg::db-$(date +%s) /var/dumps\n',
    '/etc/borgmatic/config.yaml':
      'repositories:\n    - path: ssh://nas/./mail\n      label: x\nencryption_passphrase: secret\n',
    '/etc/resticprofile/profiles.toml': '[default]\nrepository = "local:/mnt/x"\npassword-file = "key"\n',
    '/etc/cron.daily/logrotate': '#!/bin/sh\nlogrotate /etc/logrotate.conf\n',
  });
  const { proposals } = find();
  t.notMatch(JSON.stringify(proposals), 'secret');
  const shown = proposals.map(({ tool, where, schedule, name }) => [tool, where, schedule, name]);
  t.same(shown, [
    ['restic', 'rest:https://…@nas/home', '*-*-* 02:00', 'restic-home'],
    ['borg', '/srv/borg', '0 3 * * *', 'borg-borg'],
    ['borg', 'ssh://nas/./mail', null, 'borg-mail'],
    ['restic', 'local:/mnt/x', null, 'restic-x'],
  ]);
  t.same(proposals[0]?.evidence, ['nightly-backup.service', '/etc/restic/env']);
  const known = find({ name: 'borg-mail', tool: 'borg', repository: '/srv/borg' });
  t.same(
    known.proposals.map(({ name }) => name),
    ['restic-home', 'borg-mail-2', 'restic-x'],
    'what is configured is not proposed',
  );
});

t.test('folders in which a dump comes day by day', async (t) => {
  const { root, find } = machine(t, {});
  const dump = (path: string, daysAgo: number, text = 'x') => {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, text);
    utimesSync(root + path, (now - daysAgo * DAY_MS) / 1000, (now - daysAgo * DAY_MS) / 1000);
  };
  for (let day = 0; day < 5; day += 1) {
    dump(`/var/backups/mysql/shop-2026-11-${25 + day}.sql.gz`, 5 - day - 0.5);
    dump(`/var/backups/old/shop-2026-11-${25 + day}.sql.gz`, 100 - day);
    dump(`/srv/backup/empty-${day}.sql`, day, '');
    dump(`/srv/backup/notes-${day}.txt`, day);
  }
  t.same(
    find().proposals.map(({ tool, where, name, evidence }) => [tool, where, name, ...evidence]),
    [['files', '/var/backups/mysql', 'files-mysql', '/var/backups/mysql/shop-2026-11-29.sql.gz']],
  );
  t.same(find().proposals.length, 1);
  const file = (name: string, modifiedAt: number) => ({ name, sizeBytes: 1, modifiedAt });
  t.equal(
    growsDaily([file('a', now), file('b', now - DAY_MS), file('c', now - 2 * DAY_MS)], now),
    null,
    'of one name each',
  );
  t.equal(
    growsDaily(
      [0, 1, 2].map((n) => file(`a${n}`, now + DAY_MS * (n + 1))),
      now,
    ),
    null,
    'of the future',
  );
  t.equal(
    growsDaily(
      [0, 3, 6].map((n) => file(`a${n}`, now - DAY_MS * n)),
      now,
    ),
    null,
    'not day by day',
  );
});

t.test('a machine with far too much of it answers within bounds', async (t) => {
  const lines = Array.from({ length: 500 }, (_, n) => `0 2 * * * root restic -r /srv/${'ä'.repeat(300)}${n} backup /`);
  const { proposals } = machine(t, {
    '/etc/cron.d/many': lines.join('\n').slice(0, 30_000),
    '/etc/crontab': `\0${lines[0]}`,
  }).find();
  t.equal(proposals.length, 1, 'cut to the same');
  const short = Array.from({ length: 500 }, (_, n) => `0 2 * * * root restic -r /srv/${n} backup /`);
  t.equal(machine(t, { '/etc/cron.d/many': short.join('\n') }).find().proposals.length, 32);
});
