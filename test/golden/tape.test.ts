import t from 'tap';
import { differences, explain } from './compare.ts';
import { recordNow, TAPE_DIR } from './run.ts';
import { readSections } from './tape.ts';

t.setTimeout(400_000);

t.test('an hour of a small fleet in trouble is what the tape says, byte for byte', async (t) => {
  const found = differences(readSections(TAPE_DIR), await recordNow());
  t.ok(found.length === 0, found.length === 0 ? 'no difference' : explain(found));
});

t.test('a difference is shown by section, line and place', (t) => {
  const lines = (...facts: object[]): string[] => facts.map((fact) => JSON.stringify(fact));
  const [a, b, c] = [{ asked: 'GET /a', body: { up: 1, at: [1, 2] } }, { asked: 'GET /b' }, { asked: 'GET /c' }];
  const tape = new Map([['routes', lines(a, b, c)]]);
  t.same(differences(tape, new Map([['routes', lines(a, b, c)]])), []);
  const changed = { ...a, body: { up: 0, at: [1, 2, 3] } };
  t.same(differences(tape, new Map([['routes', lines(changed, c)]])), [
    'routes:1 (GET /a) /body/up\n    was 1\n    is  0',
    'routes:1 (GET /a) /body/at/2\n    was nothing\n    is  3',
    'routes:2 is gone: {"asked":"GET /b"}',
  ]);
  t.same(differences(tape, new Map([['routes', lines(a, { asked: 'GET /x' }, b, c)]])), [
    'routes:2 is new: {"asked":"GET /x"}',
  ]);
  t.same(differences(tape, new Map([['mails', lines(a)]])), [
    'routes: the section is gone',
    'mails: a new section of 1 lines',
  ]);
  t.end();
});
