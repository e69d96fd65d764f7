import t from 'tap';
import { createLastUse, inMemoryUse } from '../../../../server/platform/security/last-use.ts';

function setUp() {
  const written: unknown[][] = [];
  const state = { isBroken: false, warnings: 0 };
  const lastUse = createLastUse({
    store: {
      async commit(statements) {
        if (state.isBroken) throw new Error('the disk is full');
        written.push([...statements]);
      },
    },
    // What a statement is does not matter here.
    statement: (id, atMs) => [id, atMs] as never,
    logger: {
      warn() {
        state.warnings += 1;
      },
    },
  });
  return { written, state, lastUse };
}

t.test('many uses are one write, of the newest', async (t) => {
  const { written, lastUse } = setUp();
  for (let at = 1; at <= 1000; at += 1) lastUse.note('k', at);
  lastUse.note('k', 5);
  lastUse.note('other', 7);
  t.same(written, [], 'whoever uses a key waits for nothing');
  t.equal(lastUse.of('k'), 1000);
  await lastUse.flush();
  t.same(written, [
    [
      ['k', 1000],
      ['other', 7],
    ],
  ]);
  t.equal(lastUse.of('k'), null, 'from now on it stands in the database');
  await lastUse.flush();
  t.equal(written.length, 1, 'nothing new, nothing written');
});

t.test('what cannot be written is kept and told once', async (t) => {
  const { written, state, lastUse } = setUp();
  state.isBroken = true;
  lastUse.note('k', 1);
  await lastUse.flush();
  await lastUse.flush();
  t.equal(lastUse.of('k'), 1);
  t.equal(state.warnings, 1);
  state.isBroken = false;
  await lastUse.close();
  t.same(written, [[['k', 1]]]);
});

t.test('what is used again while it is written is written again', async (t) => {
  const { written, lastUse } = setUp();
  lastUse.note('k', 1);
  const writing = lastUse.flush();
  lastUse.note('k', 2);
  await writing;
  t.equal(lastUse.of('k'), 2);
  await lastUse.close();
  t.same(written, [[['k', 1]], [['k', 2]]]);
});

t.test('in memory alone', async (t) => {
  const lastUse = inMemoryUse();
  lastUse.note('k', 2);
  lastUse.note('k', 1);
  await lastUse.flush();
  t.equal(lastUse.of('k'), 2);
  await lastUse.close();
});
