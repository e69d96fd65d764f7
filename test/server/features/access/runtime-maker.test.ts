import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createRuntimeMaker, makeRuntimeIn } from '../../../../server/features/access/runtime-maker.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { until } from '../../../support/until.ts';

t.test('all who ask at once get the one that is made', async (t) => {
  const made: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const runtimes = createRuntimeMaker({
    make: (platform) => {
      made.push(platform);
      return promise;
    },
  });
  const asked = ['linux-x64', 'linux-x64', 'linux-arm64'] as const;
  const answers = Promise.all(asked.map((platform) => runtimes.ensure(platform)));
  resolve();
  await answers;
  await runtimes.ensure('linux-x64');
  t.same(made, ['linux-x64', 'linux-arm64']);
});

t.test('who would wait too long is told to ask again', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const runtimes = createRuntimeMaker({ make: () => promise, patienceMs: 5 });
  await t.rejects(runtimes.ensure('linux-x64'), {
    code: 'unavailable',
    message: /preparing the Node runtime for linux-x64/,
    details: { retryAfterMs: Number },
  });
  resolve();
  await runtimes.ensure('linux-x64');
});

t.test('a failure is remembered for a while, then tried again', async (t) => {
  let attempts = 0;
  const runtimes = createRuntimeMaker({
    make: async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('the registry is away');
    },
    failureMs: 50,
  });
  for (let i = 0; i < 3; i += 1) {
    await t.rejects(runtimes.ensure('linux-arm64'), { code: 'artifact_missing', message: /the registry is away$/ });
  }
  t.equal(attempts, 1);
  await until('a second attempt', () =>
    runtimes.ensure('linux-arm64').then(
      () => true,
      () => false,
    ),
  );
  t.equal(attempts, 2);
});

t.test('the script of the installation makes it; its last words are the reason when it cannot', async (t) => {
  const folder = tempDir(t);
  mkdirSync(join(folder, 'scripts'));
  const script = (source: string) => writeFileSync(join(folder, 'scripts', 'runtime.mjs'), source);
  const make = makeRuntimeIn(folder);
  script(`import { writeFileSync } from 'node:fs'; writeFileSync('made', process.argv[2]);`);
  await make('linux-arm64');
  script(`console.error('vigia: Preparing ...\\nvigia: npm pack failed: no network'); process.exit(1);`);
  await t.rejects(make('linux-arm64'), { message: 'npm pack failed: no network' });
});
