import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const root = join(import.meta.dirname, '../..');

t.test(
  'what is tested once more as an ordinary user is there: a test that was moved would be told at the end only',
  async (t) => {
    const list = `eval "$(sed -n '/^AS_ORDINARY_USER=(/,/^)/p' .ci/run)"; printf '%s\\n' "\${AS_ORDINARY_USER[@]}"`;
    const paths = execFileSync('bash', ['-c', list], { cwd: root, encoding: 'utf8' }).trim().split('\n');
    t.ok(paths.length > 20, `${paths.length} paths`);
    t.same(
      paths.filter((path) => !existsSync(join(root, path))),
      [],
    );
  },
);
