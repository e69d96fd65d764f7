import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { inRoot } from '../../scripts/lib/paths.mjs';

const become = JSON.stringify(inRoot('scripts', 'lib', 'become.mjs'));

/** Starts a process that becomes a Node running `code`; its environment is as outside npm unless given. */
function start(code: string, env: NodeJS.ProcessEnv = {}) {
  const wrapper = `const { become } = await import(${become}); await become(process.execPath, ['-e', ${JSON.stringify(code)}]);`;
  const { npm_lifecycle_event: _, ...outside } = process.env;
  return spawn(process.execPath, ['--input-type=module', '-e', wrapper], {
    env: { ...outside, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

t.test('the exit code is the child’s', async (t) => {
  t.same(await once(start('process.exit(7)'), 'exit'), [7, null]);
});

t.test('the signal that ends the child ends us', async (t) => {
  t.same(await once(start("process.kill(process.pid, 'SIGKILL')"), 'exit'), [null, 'SIGKILL']);
});

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
  t.test(`${signal} reaches the child once`, async (t) => {
    const code = `let n = 0; process.on('${signal}', () => { n += 1; setTimeout(() => process.exit(40 + n), 300); });
      console.log('ready'); setInterval(() => {}, 1000);`;
    const process = start(code);
    await once(process.stdout, 'data');
    process.kill(signal);
    t.same(await once(process, 'exit'), [41, null]);
  });
}
