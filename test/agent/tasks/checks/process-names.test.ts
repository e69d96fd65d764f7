import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { createRunProcess } from '../../../../agent/tasks/checks/process.ts';
import { isNamed } from '../../../../agent/tasks/checks/process-names.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { until } from '../../../support/until.ts';

/** Every word of the line that names the process, its program aside. */
function namedBy(line: string): string[] {
  const words = line.split(' ');
  const [program = ''] = words;
  const candidates = words.slice(1).flatMap((word) => [word, word.slice(2), ...word.split(/[/=,]/)]);
  const isOne = (name: string) =>
    isNamed(name, { comm: basename(program).slice(0, 15), executable: null, arguments: words });
  return [...new Set(candidates.filter((name) => name !== '' && isOne(name)))];
}

t.test('of the words behind an interpreter, the one it runs is its name', async (t) => {
  const f = (line: string, ...names: string[]) => t.same(namedBy(line), names, line);
  f('node server.js', 'server.js');
  f('node -r ./x.cjs server.js', 'server.js');
  f('node --require x server.js', 'server.js');
  f('node --require=x server.js', 'server.js');
  f('node --import tsx --conditions development src/server.ts --port 80', 'src/server.ts', 'server.ts');
  f('node --max-old-space-size=4096 server.js', 'server.js');
  f('node inspect server.js', 'server.js');
  f('node -- -odd.js', '-odd.js');
  f('node -e code argument');
  f('node --run start');
  f('node -');
  f('/usr/bin/nodejs --inspect /srv/app.mjs', '/srv/app.mjs', 'app.mjs');
  f('java -cp x.jar -jar app.jar', 'app.jar');
  f('java -Xmx1g -cp a:b com.example.Main start', 'com.example.Main');
  f('java @options.txt --add-opens java.base/java.lang=ALL-UNNAMED com.example.Main', 'com.example.Main');
  f(
    'java --module-path mods -m com.greetings/com.greetings.Main x',
    'com.greetings/com.greetings.Main',
    'com.greetings.Main',
  );
  f('python3 -m gunicorn app:app', 'gunicorn');
  f('python3 -mgunicorn app:app', 'gunicorn');
  f('python3 -um http.server 80', 'http.server');
  f('python3 -W ignore app.py', 'app.py');
  f('python3 -Wignore -uX dev app.py', 'app.py');
  f('python3.12 -uc code argument');
  f('perl -I lib app.pl', 'app.pl');
  f('perl -Ilib -wT app.pl', 'app.pl');
  f('perl -d:Trace -MCarp app.pl', 'app.pl');
  f('perl -lane code file');
  f('perl -pi.e app.pl', 'app.pl');
  f('ruby -I lib app.rb', 'app.rb');
  f('ruby -rbundler/setup -r json -S puma', 'puma');
  f('ruby -W0 --enable yjit app.rb', 'app.rb');
  f('php -d x=y artisan queue:work', 'artisan');
  f('php -S 0.0.0.0:80 -t public router.php', 'router.php');
  f('php -f worker.php', 'worker.php');
  f('php -r code');
  f('bash -c server.js');
  f('bash -lc server.js');
  f('sh -s argument');
  f('bash -euo pipefail /opt/run.sh', '/opt/run.sh', 'run.sh');
  f('bash +o posix --rcfile rc run.sh', 'run.sh');
  f('fish -C init run.fish', 'run.fish');
  f('dotnet App.dll', 'App.dll');
  f('dotnet exec --runtimeconfig a.json --depsfile b.json App.dll', 'App.dll');
  f('dotnet run --project App');
  f('deno run -A main.ts', 'main.ts');
  f('deno run --allow-net -c deno.json main.ts', 'main.ts');
  f('deno eval code');
  f('bun run server.ts', 'server.ts');
  f('bun --cwd /srv --preload ./a.ts run server.ts', 'server.ts');
  f('bun server.ts', 'server.ts');
  f('pwsh -NoProfile -ExecutionPolicy Bypass -File job.ps1', 'job.ps1');
  f('pwsh -Command Get-Item');
  f('lua -l socket -e code app.lua', 'app.lua');
  f('busybox httpd -f', 'httpd');
  f('/usr/lib/R/bin/exec/R --no-echo --file=job.R --args a', 'job.R');
  f('beam.smp -- -root /usr/lib/erlang -progname erl -- -noshell -extra /opt/tool', '/opt/tool', 'tool');
  f('beam.smp -- -root /usr/lib/erlang -sname rabbit');
  f('vim -u server.js nginx');
});

t.test('what an option of node takes is never its script', async (t) => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  const option = fc.constantFrom('-r', '--require', '--import', '--loader', '-C', '--title', '--env-file');
  const flag = fc.constantFrom('--inspect', '--no-warnings', '--max-old-space-size=4096', '--enable-source-maps');
  const words = fc.array(fc.oneof(fc.tuple(option, word), fc.tuple(flag)), { maxLength: 6 });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(words, fc.array(word), (options, rest) => {
        const names = {
          comm: 'MainThread',
          executable: '/usr/bin/node',
          arguments: ['node', ...options.flat(), 'SERVER', ...rest],
        };
        return (
          isNamed('SERVER', names) &&
          [...options.flat(), ...rest].every((other) => other === 'node' || !isNamed(other, names))
        );
      }),
    ),
  );
});

const onLinux = process.platform === 'linux' ? t.test.bind(t) : () => undefined;

onLinux('real processes behind real options', async (t) => {
  const folder = tempDir(t);
  const own = (name: string, text: string) => {
    const path = join(folder, `vigia-${process.pid}-${name}`);
    writeFileSync(path, text);
    return path;
  };
  const first = own('first.cjs', '');
  const f = async (program: string, args: readonly string[], script: string, ...others: string[]) => {
    const child = spawn(program, args, { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] });
    t.teardown(() => child.kill('SIGKILL'));
    await once(child, 'spawn');
    const run = createRunProcess();
    await until(`${program} runs`, async () => (await run(basename(script))).up === true);
    for (const other of others)
      t.match(await run(basename(other)), { up: false }, `${program} ${args.join(' ')}: ${other}`);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    t.match(await run(basename(script)), { up: false }, 'it has ended');
  };
  const waits = own('server.cjs', 'process.stdin.resume()');
  await f(process.execPath, ['-r', first, '--max-old-space-size=64', waits], waits, first);
  const script = own('job.pl', 'my $line = <STDIN>;');
  await f('perl', ['-I', folder, script], script, folder);
  const job = own('job.sh', 'read -r line; exit 0');
  const options = own('rc', '');
  await f('bash', ['--rcfile', options, '-o', 'errexit', job], job, options, 'errexit');
  const text = `vigia-${process.pid}-text`;
  const shell = spawn('bash', ['-c', 'read -r line; exit 0', text], { stdio: ['pipe', 'ignore', 'ignore'] });
  t.teardown(() => shell.kill('SIGKILL'));
  await once(shell, 'spawn');
  t.match(await createRunProcess()(text), { up: false }, 'a text is no file');
});
