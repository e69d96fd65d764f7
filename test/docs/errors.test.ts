import { readFileSync } from 'node:fs';
import t from 'tap';
import { errorCodes, httpStatus } from '../../protocol/api/error-codes.ts';
import { errorFactRows } from '../support/error-facts.ts';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const [codes = ''] = page.split('## What errors say');
const rows = [...codes.matchAll(/^\| `(\w+)` \| (\S+) \| (.+?) \| (.+) \|$/gm)].map(
  ([, code, status, where, meaning]) => ({
    code,
    status: status === '-' ? null : Number(status),
    where,
    meaning,
  }),
);

t.test('the page names every code once, in the order of the table', (t) => {
  t.strictSame(
    rows.map(({ code }) => code),
    Object.keys(errorCodes),
  );
  t.end();
});

t.test('the page gives the status that the server answers', (t) => {
  t.strictSame(Object.fromEntries(rows.map(({ code, status }) => [code, status])), httpStatus);
  t.end();
});

t.test('codes and sentences can be told apart', (t) => {
  for (const [code, sentence] of Object.entries(errorCodes)) {
    t.match(code, /^[a-z]+(?:_[a-z]+)*$/);
    t.match(sentence, /^[A-Z].*\.$/, code);
  }
  t.equal(new Set(Object.values(errorCodes)).size, Object.keys(errorCodes).length);
  t.end();
});

t.test('the page has every fact of an error, with its parameters and words', (t) => {
  t.strictSame(
    page.split('\n').filter((line) => /^\| `(?:refused|terms|warned)\./.test(line)),
    errorFactRows(),
  );
  t.ok(errorFactRows().length > 200);
  t.end();
});
