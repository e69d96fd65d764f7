import { readFileSync } from 'node:fs';
import t from 'tap';
import type { RecoveryFinding } from '../../protocol/wire/recovery-task.ts';
import { cleanMachine } from '../support/clean-machine.ts';
import { startServer } from '../support/story.ts';

/** Root's part of reading backups, under a real systemd, which root alone may boot; and what the agent's own unit lets a tool do. */

const asRoot = process.getuid?.() === 0 ? t.test.bind(t) : () => undefined;
const agentUnit = readFileSync(new URL('../../deploy/vigia-agent.service', import.meta.url), 'utf8');

asRoot('a repository that only root may read', async (t) => {
  const server = await startServer(t, { selfSigned: true, reportInterval: '500ms' });
  const machine = await cleanMachine(t, { systemd: true });
  const { installCommand, removeCommand } = await server.newToken('server');
  const sources = [
    { name: 'secret', tool: 'restic', repository: '/srv/secret', passwordFile: '/root/password', root: true },
    { name: 'open', tool: 'restic', repository: '/srv/open', passwordFile: '/srv/password' },
    { name: 'hidden', tool: 'restic', repository: '/srv/secret', passwordFile: '/root/password' },
  ];
  await machine.expect(`mkdir -p /etc/vigia-agent /srv /var/cache && echo '${JSON.stringify({ sources })}' >/etc/vigia-agent/recovery.json
    echo right >/srv/password && umask 077 && echo right >/root/password
    restic -q -r /srv/secret init -p /root/password && restic -q -r /srv/secret backup -p /root/password /etc/hosts
    umask 022 && restic -q -r /srv/open init -p /srv/password && chmod -R a+rX /srv/open`);
  const given = await machine.files();
  t.match(await machine.expect(`${installCommand} --allow recovery-read --recovery-as-root`), 'is connected');

  /** As the agent asks: its user, its unit's bounds, its flags. */
  const properties = agentUnit.match(/^(?!ExecStart|Restart|TimeoutStop|StateDirectory|Type|#)[A-Z]\w+=.*$/gm) ?? [];
  const bounds = properties
    .slice(properties.findIndex((line) => line.startsWith('User=')))
    .filter((line) => !/^(WantedBy|Environment)=/.test(line));
  const flags = / (--jitless .*?) \/opt/.exec(agentUnit)?.[1] ?? '';
  const list = async (source: string): Promise<RecoveryFinding> => {
    const order = { do: 'list', source, filePath: '/var/lib/vigia-agent/result' };
    const kit = { dataDir: '/var/lib/vigia-agent', recoveryFile: '/etc/vigia-agent/recovery.json' };
    const child = `/opt/vigia-agent/node ${flags} --max-old-space-size=160 /opt/vigia-agent/recovery-child.mjs`;
    const argument = JSON.stringify({ ...order, ...kit });
    // Its input stays open, as the agent holds it.
    const script = `#!/bin/sh\ncd /var/lib/vigia-agent\nrm -f in; mkfifo in; exec 0<>in; rm in\nexec ${child} '${argument}'\n`;
    const unit = [
      '[Service]',
      'Type=oneshot',
      'ExecStart=/srv/ask.sh',
      'StandardOutput=truncate:/srv/answer',
      ...bounds,
    ];
    const write = (path: string, text: string) =>
      machine.expect(`echo ${Buffer.from(text).toString('base64')} | base64 -d >${path}; chmod 755 ${path}`);
    await write('/srv/ask.sh', script);
    await write('/etc/systemd/system/ask.service', `${[...unit, 'ReadWritePaths=/var/lib/vigia-agent'].join('\n')}\n`);
    await machine.expect('systemctl daemon-reload && systemctl start ask || { journalctl -u ask >&2; false; }');
    return JSON.parse(await machine.expect('cat /srv/answer'));
  };

  t.test('is listed by root for the agent, which asked by name', async (t) => {
    t.match(await list('secret'), { state: 'ok', points: 1, tool: 'restic' });
    t.match(await machine.expect('cat /var/lib/vigia-agent/result'), '"hostname":"clean-machine"');
    t.equal(await machine.expect('ls /var/lib/vigia-agent/recovery-requests'), '');
    const seen = await machine.expect(
      'stat -c "%A %U %G %n" /var/lib/vigia-recovery/results /var/lib/vigia-recovery/results/*',
    );
    t.same(seen.trimEnd().split('\n'), [
      'drwxr-x--- root vigia-agent /var/lib/vigia-recovery/results',
      '-rw-r----- root vigia-agent /var/lib/vigia-recovery/results/secret.json',
    ]);
  });

  t.test('and not by the agent itself, which lists what it may', async (t) => {
    t.match(await list('hidden'), { state: 'not_permitted', detail: /\/root\/password cannot be read \(EACCES\)/ });
    t.match(await list('open'), { state: 'ok', points: 0 });
  });

  t.test('nothing of it is left after the removal, but the file of sources', async (t) => {
    await machine.expect(removeCommand);
    const ours = /vigia|recovery/;
    const left = (await machine.files()).filter((line) => ours.test(line) && !given.includes(line));
    t.same(left, []);
    t.match(await machine.expect('cat /etc/vigia-agent/recovery.json'), 'secret');
  });
});
