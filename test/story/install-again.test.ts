import t from 'tap';
import { cleanMachine } from '../support/clean-machine.ts';
import { startServer } from '../support/story.ts';

t.test('a machine that is enrolled', async (t) => {
  const server = await startServer(t);
  const other = await startServer(t, { selfSigned: true });
  const machine = await cleanMachine(t);
  const { installCommand } = await server.newToken('server');
  t.notMatch(installCommand, 'pin', 'plain HTTP stays on the machine');
  await machine.expect(`${installCommand} --no-service --name 'front desk'`);
  t.match((await server.get('/api/v1/devices')).items, [{ name: 'front desk' }]);
  const before = await machine.files();

  t.test('is not given to another server by accident', async (t) => {
    const elsewhere = (await other.newToken('server')).installCommand;
    const { code, stderr } = await machine.run(`${elsewhere} --no-service`);
    t.equal(code, 26, stderr);
    t.match(stderr, `This machine is enrolled with ${server.address}. Add --force to move it to ${other.address}`);
    t.same(await machine.files(), before);
    await machine.expect(`${elsewhere} --no-service --force`);
    t.equal((await other.get('/api/v1/devices')).items.length, 1);
  });

  t.test('whose agent tries once more with a token that is used up', async (t) => {
    await machine.expect('sh /opt/vigia-agent/agent.sh remove');
    const { code, stderr } = await machine.run(`${installCommand} --no-service`);
    t.equal(code, 22, stderr);
    t.match(stderr, 'has no uses left');
    t.equal((await machine.run('ls -d /opt/vigia-agent /var/lib/vigia-agent')).stdout, '');
  });
});
