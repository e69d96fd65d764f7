import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type AskApart, askByProcess, askInTurn } from '../../../agent/collect/ask-apart.ts';
import { tempDir } from '../../support/temp-dir.ts';

/** Elsewhere there is no such program. */
const onLinux = process.platform === 'linux' ? t.test.bind(t) : () => undefined;

const never: AskApart = {
  parallel: 1,
  ask: () => {
    throw new Error('the program is there');
  },
  close() {},
};
const bytes = (...paths: string[]) => paths.map((path) => Buffer.from(path));

onLinux('the program says what the call says', async (t) => {
  const apart = askByProcess(never);
  const dir = join(tempDir(t), "it's -f; $(touch x) ñ");
  mkdirSync(dir);
  const { answers, ended } = apart.ask(bytes(dir, '/'), 20_000);
  const got = await answers;
  for (const [index, path] of [dir, '/'].entries()) {
    const { bsize, blocks, files } = statfsSync(path);
    t.match(got?.[index], { bsize, blocks, files }, path);
  }
  await ended;
  const missing = join(dir, 'nowhere');
  t.equal(await apart.ask(bytes('/', missing), 20_000).answers, undefined, 'then each has to be asked alone');
  t.same(await apart.ask(bytes(missing), 20_000).answers, ['refused']);
});

onLinux('a name that is no text is asked in another way', async (t) => {
  const asked: (readonly Buffer[])[] = [];
  const apart = askByProcess({
    ...never,
    ask: (paths) => {
      asked.push(paths);
      return { answers: Promise.resolve(['refused']), ended: Promise.resolve() };
    },
  });
  const odd = Buffer.from([0x2f, 0xff]);
  await apart.ask([odd], 1_000).answers;
  t.same(asked, [[odd]]);
});

t.test('in turn: a call that hangs is given up in time, and none is made beside it', async (t) => {
  const release = Promise.withResolvers<never>();
  let calls = 0;
  const inTurn = askInTurn(() => {
    calls += 1;
    return release.promise;
  });
  const first = inTurn.ask(bytes('/mnt/a'), 20);
  t.same(await first.answers, ['hung']);
  t.equal(await inTurn.ask(bytes('/mnt/b'), 20).answers, undefined);
  t.equal(calls, 1);
  release.reject(Object.assign(new Error(), { code: 'ESTALE' }));
  await first.ended;
  t.same(await inTurn.ask(bytes('/mnt/b'), 1_000).answers, ['failed']);
});
