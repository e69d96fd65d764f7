import { statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { SentenceError } from '../../../protocol/error.ts';
import { askLocalSocket, serveLocalSocket } from '../../../server/cli/local-socket.ts';
import { tempDir } from '../../support/temp-dir.ts';

const silent = { operation: 'silence', input: {} };

t.test('a question and its answer; only the owner may ask', async (t) => {
  const path = join(tempDir(t), 's.sock');
  writeFileSync(path, 'left by a dead server');
  const server = await serveLocalSocket(path, async ({ operation, input }) => ({ operation, input }));
  t.equal(statSync(path).mode & 0o777, 0o600);
  const request = { operation: 'echo', input: { text: 'äöü\n', long: 'x'.repeat(30_000) } };
  t.strictSame(await askLocalSocket(path, request), request);
  await Promise.all(
    Array.from({ length: 10 }, async (_, index) =>
      t.match(await askLocalSocket(path, { operation: 'echo', input: index }), { input: index }),
    ),
  );
  await server.close();
  await t.rejects(askLocalSocket(path, request), { code: 'unavailable', message: /does not answer/ });
});

t.test('refusals keep their code, faults show nothing of the inside', async (t) => {
  const path = join(tempDir(t), 's.sock');
  const server = await serveLocalSocket(path, async ({ operation }) => {
    if (operation === 'refuse') throw new SentenceError('conflict', 'Not now.');
    throw new Error('secret inside');
  });
  t.teardown(() => server.close());
  await t.rejects(askLocalSocket(path, { operation: 'refuse', input: {} }), { code: 'conflict', message: 'Not now.' });
  await t.rejects(askLocalSocket(path, silent), { code: 'internal', message: /^(?!.*secret)/ });

  const say = async (line: string) => {
    const socket = connect(path);
    socket.write(line);
    return text(socket);
  };
  t.match(JSON.parse(await say('not JSON\n')), { error: { code: 'internal' } });
  t.equal(await say(`${'x'.repeat(70_000)}\n`).catch(() => ''), '', 'too long: no answer');
});
