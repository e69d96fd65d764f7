import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const server = join(import.meta.dirname, '../../server');
/** How the query builder begins, and SQL of our own. */
const builds = /\.(?:selectFrom|insertInto|updateTable|deleteFrom|replaceInto)\(|\bsql`|\bsql<[^>]*>`/;
/** The store itself, and the series, which have a database of their own. */
const owners = /^platform\/(?:store|series|backup|files)\//;

t.test('SQL lives in the store and in repositories', async (t) => {
  const sources = readdirSync(server, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const withSql = sources.filter((path) => !owners.test(path) && builds.test(readFileSync(join(server, path), 'utf8')));
  t.ok(withSql.length > 2);
  t.same(
    withSql.filter((path) => !path.endsWith('-repository.ts')),
    [],
  );
});
