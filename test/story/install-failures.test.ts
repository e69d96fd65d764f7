import t from 'tap';
import { cleanMachine } from '../support/clean-machine.ts';
import { freePort } from '../support/free-port.ts';
import { failureCheck } from '../support/install-failure.ts';
import { startServer } from '../support/story.ts';
import { tamperingRelay } from '../support/tampering-relay.ts';

/** Each way in which an installation fails: its exit code, one sentence, and a machine as it was before. */

t.test('the server', async (t) => {
  const server = await startServer(t, { selfSigned: true });
  const other = await startServer(t, { selfSigned: true });
  const machine = await cleanMachine(t);
  const { installCommand, token } = await server.newToken('server');
  const line = `${installCommand} --no-service`;
  const pin = / --pin (\S+)/.exec(installCommand)?.[1] ?? '';
  const wrongPin = (await other.newToken('server')).installCommand.replace(/.* --pin /, '');
  const nobody = `https://127.0.0.1:${await freePort()}`;
  await machine.expect(installCommand.replace(/\) \| .*/, ') > /root/agent.sh'));
  const script = (address: string, keys: string) =>
    `sh /root/agent.sh install --server ${address} --token ${token} ${keys} --no-service`;
  const fails = await failureCheck(machine);

  t.test('the script cannot be fetched', async (t) => {
    await fails(t, line.replaceAll(server.address, nobody), 10, /^curl: \(7\) Failed to connect /);
    const inBetween = line.replaceAll(server.address, other.address);
    await fails(t, inBetween, 10, /^curl: \(90\) SSL: public key does not match pinned public key/);
  });

  t.test('the server cannot be reached, or is another one', async (t) => {
    await fails(t, script(nobody, `--pin ${pin}`), 11, / cannot be reached: .+connect/);
    await fails(t, script(server.address, `--pin ${wrongPin}`), 12, /does not hold the key/);
    await fails(t, script(server.address, ''), 12, /^vigia: No authority that this machine trusts vouches for /);
  });
});

t.test('the files and the folders', async (t) => {
  const server = await startServer(t, { selfSigned: true });
  const machine = await cleanMachine(t);
  const { installCommand } = await server.newToken('server');
  const line = `${installCommand} --no-service`;
  const fails = await failureCheck(machine);

  t.test('a file is changed on the way', async (t) => {
    const relay = await tamperingRelay(t, { ...server, address: server.address, path: '/install/vigia-agent.mjs' });
    await fails(
      t,
      line.replaceAll(server.address, relay),
      14,
      /^vigia: vigia-agent\.mjs arrived damaged: its checksum /,
    );
  });

  for (const [size, what] of [
    ['20m', 'to download'],
    ['80m', 'to unpack'],
  ]) {
    t.test(`no space ${what}`, async (t) => {
      const filled = `mount -t tmpfs -o size=${size} small /opt && { ${line}; code=$?; ls -A /opt >&2; umount /opt; exit $code; }`;
      // One sentence is all that stands there: nothing is left in /opt that ls could list.
      await fails(t, filled, 15, / \/opt .+ 210 MB /);
    });
  }

  t.test('another installation runs', async (t) => {
    await fails(t, `flock /opt sh -c '${line}'`, 7, /^vigia: Another installation or removal/);
  });

  t.test('a program is missing', async (t) => {
    const hidden = 'mount --bind /dev/null /usr/bin/setpriv';
    const sentence = /The program setpriv is missing\. Install the package util-linux/;
    await fails(t, `unshare --mount sh -c '${hidden} && ${line}'`, 5, sentence);
  });

  t.test('who runs it, and how', async (t) => {
    await machine.expect(installCommand.replace(/\) \| .*/, ') > /tmp/agent.sh'));
    const script = async (args: string, before = '') => {
      const { code, stderr } = await machine.run(`${before} sh /tmp/agent.sh ${args}`);
      return `${code} ${stderr.trimEnd().split('\n').at(-1)}`;
    };
    const asNobody = 'setpriv --reuid=65534 --clear-groups';
    t.equal(
      await script('install --server https://v.example --token x', asNobody),
      '3 vigia: Run this as root, such as with sudo.',
    );
    t.equal(await script('remove', asNobody), '3 vigia: Run this as root, such as with sudo.');
    t.match(await script('install --token x'), /^2 vigia: --server is missing/);
    t.match(await script('install --server'), /^2 vigia: --server needs a value/);
    t.match(await script('install --server v.example --token x'), /^2 vigia: "v\.example" is no address/);
    t.match(await script('install --server https://v.example --no-service'), /^2 vigia: --token is missing/);
    t.match(await script('install --server https://v.example --pin abc'), /^2 vigia: --pin is "abc"; it begins/);
    t.match(await script('install --servr https://v.example'), /^2 vigia: What is "--servr" for\?/);
    t.match(await script('remove everything'), /^2 vigia: What is "everything" for\?/);
    for (const address of [
      'http://v.example',
      'http://10.0.0.1:8420',
      'http://127.evil.example',
      'http://localhost.evil',
    ]) {
      t.match(await script(`install --server ${address} --token x`), /^2 vigia: .+ so it takes https:/, address);
    }
  });
});
