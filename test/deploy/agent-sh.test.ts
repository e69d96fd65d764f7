import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { formatEnrolmentToken } from '../../protocol/api/enrolment.ts';

const inRepository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const script = readFileSync(inRepository('deploy/agent.sh'), 'utf8');
const guide = readFileSync(inRepository('docs/install.md'), 'utf8');

t.test('the script and the guide name the same exit codes', (t) => {
  const inHeader = [...script.matchAll(/^# +(\d+(?:, \d+)*) {2}(.+)$/gm)].map(
    ([, codes, words]) => `${codes}: ${words}`,
  );
  const inGuide = [...guide.matchAll(/^\| (\d+(?:, \d+)*) \| (.+) \|$/gm)].map(
    ([, codes, words]) => `${codes}: ${words}`,
  );
  t.same(inHeader, inGuide);
  t.ok(inHeader.length > 20);
  const documented = new Set(inHeader.flatMap((line) => line.split(': ')[0]?.split(', ').map(Number) ?? []));
  const used = [...script.matchAll(/\b(?:fail|exit|code=) ?(\d+)/g)].map(([, code]) => Number(code));
  t.same(
    used.filter((code) => !documented.has(code)),
    [],
  );
  // 1 is what is left over, 10 belongs to the pasted line.
  t.same(
    [...documented].filter((code) => !used.includes(code)),
    [1, 10],
  );
  t.end();
});

t.test('it knows how long a token is', (t) => {
  const token = formatEnrolmentToken({ secret: 's'.repeat(22), fingerprint: 'f'.repeat(43) });
  t.match(script, `TOKEN_LENGTH=${token.length}\n`);
  t.end();
});

t.test('a plain shell understands it, and does nothing with a part of it', (t) => {
  execFileSync('dash', ['-n', inRepository('deploy/agent.sh')]);
  const lines = script.trimEnd().split('\n');
  t.equal(lines.at(-1), 'main "$@" </dev/null');
  const output = execFileSync('dash', ['-s', '--', 'install'], { input: lines.slice(0, -1).join('\n') });
  t.equal(output.length, 0);
  t.end();
});
