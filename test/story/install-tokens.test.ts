import t from 'tap';
import { cleanMachine } from '../support/clean-machine.ts';
import { failureCheck } from '../support/install-failure.ts';
import { startServer, storyClock } from '../support/story.ts';

/** Enrolments that the server or the agent refuses: the exit code, one sentence, and a machine as it was before. */

t.test('no enrolment, no installation', async (t) => {
  const clock = storyClock();
  const server = await startServer(t, { selfSigned: true, clock });
  const other = await startServer(t, { selfSigned: true });
  const machine = await cleanMachine(t);
  const { installCommand, token } = await server.newToken('server');
  const line = `${installCommand} --no-service`;
  const fails = await failureCheck(machine);

  t.test('the token', async (t) => {
    const unknown = token.replace(/^vig1_.{22}/, `vig1_${'A'.repeat(22)}`);
    await fails(t, line.replace(token, unknown), 20, /token is not one of this server/);
    await fails(t, line.replace(token, 'vig1_cut-off'), 20, /^vigia: The token is no whole one: /);
    const foreign = await other.token('server');
    await fails(t, line.replace(token, foreign), 23, /is not the one that made this token/);
  });

  t.test('the clocks', async (t) => {
    clock.advance(600_000);
    await fails(t, line, 24, /^vigia: The clock of this machine is 10 minutes behind the server's\./);
    clock.advance(-600_000);
    const short = (await server.newToken('server', 60_000)).token;
    clock.advance(61_000);
    await fails(t, line.replace(token, short), 21, /has expired/);
  });
});
