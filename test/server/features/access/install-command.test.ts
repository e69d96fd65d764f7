import { spawnSync } from 'node:child_process';
import t from 'tap';
import { installCommands } from '../../../../server/features/access/install-command.ts';

const token = `vig1_${'s'.repeat(22)}_${'f'.repeat(43)}`;

t.test('a trusted certificate needs no pin', (t) => {
  const commands = installCommands('https://vigia.example', token, null);
  const script = "(curl -fsSL --proto '=https' https://vigia.example/install/agent.sh || echo exit 10) |";
  const shell = '$(command -v sudo) sh -s --';
  t.strictSame(commands, {
    installCommand: `${script} (echo VIGIA_TOKEN=${token}; cat) | ${shell} install --server https://vigia.example --allow probe-peers`,
    removeCommand: `${script} ${shell} remove`,
    enrollCommand: `echo ${token} | npx vigia agent enroll --server https://vigia.example --token-file - --allow probe-peers`,
  });
  t.end();
});

t.test('a self-signed one is pinned by its key', (t) => {
  const certificate = { certificateHash: new Uint8Array(32), spkiPin: 'sha256//AbC+/=', selfSigned: true };
  const { installCommand, removeCommand } = installCommands('https://10.0.0.5:8420', token, certificate);
  t.match(
    installCommand,
    "(curl -fsSL -k --pinnedpubkey sha256//AbC+/= --proto '=https' https://10.0.0.5:8420/install/agent.sh || ",
  );
  t.match(installCommand, / --pin sha256\/\/AbC\+\/=$/);
  t.match(removeCommand, '--pinnedpubkey');
  t.end();
});

t.test('whatever stands in the address stays one word of the shell', (t) => {
  const hostile = `https://x/$(touch pwned);'"&|<>\``;
  const { enrollCommand } = installCommands(hostile, token, null);
  const script = enrollCommand.replace('npx vigia', "printf '%s\\n'");
  const { stdout } = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
  t.strictSame(stdout.trimEnd().split('\n'), [
    'agent',
    'enroll',
    '--server',
    hostile,
    '--token-file',
    '-',
    '--allow',
    'probe-peers',
  ]);
  t.end();
});

t.test('a script that cannot be fetched ends the line with a code', (t) => {
  const { removeCommand } = installCommands('http://127.0.0.1:1', token, null);
  const { status, stderr } = spawnSync('/bin/sh', ['-c', removeCommand], { encoding: 'utf8' });
  t.equal(status, 10);
  t.match(stderr, /^curl: \(7\) /);
  t.end();
});

t.test('the token is in no command line, and the script has it', (t) => {
  const { installCommand } = installCommands('http://127.0.0.1:1', token, null);
  // In place of the script, one that shows what it got, and how its shell was started.
  const line = installCommand.replace(
    /^\(.*?\) \|/,
    `(echo 'tr "\\\\0" " " </proc/$$/cmdline; echo "$VIGIA_TOKEN $*"; env') |`,
  );
  const { stdout } = spawnSync('/bin/sh', ['-c', line.replace('$(command -v sudo) ', '')], { encoding: 'utf8' });
  const [first = '', ...environment] = stdout.split('\n');
  t.match(first, `${token} install --server http://127.0.0.1:1 --allow probe-peers`);
  t.equal(first.split(token).length, 2, 'not among its arguments');
  t.notOk(
    environment.some((one) => one.includes(token)),
    'nor in the environment of what it starts',
  );
  t.end();
});
