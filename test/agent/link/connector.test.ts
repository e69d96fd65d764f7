import t from 'tap';
import { startConnector } from '../../../agent/link/connector.ts';
import type { Link, LinkEnd } from '../../../agent/link/link.ts';
import { createLog } from '../../../agent/log/log.ts';
import { until } from '../../support/until.ts';

const refused: LinkEnd = { code: 'server_unreachable', message: 'refused', returnInMs: undefined, connectedForMs: 0 };

/** A connector all of whose links are refused; `turn` lets it try once more. */
function refusedConnector(options: { readonly sweepMemory?: () => void }) {
  let dials = 0;
  const connector = startConnector({
    dial: () => {
      dials += 1;
      const welcomed = Promise.reject(new Error('refused'));
      return { welcomed, closed: Promise.resolve(refused) } as unknown as Link;
    },
    onOpen: async () => undefined,
    random: () => 0.5,
    log: createLog('silent'),
    ...options,
  });
  const turn = async () => {
    await new Promise(setImmediate);
    connector.hurry();
  };
  return { connector, turn, dials: () => dials };
}

t.test('what ended links leave behind is swept every 32 of them, not after each', async (t) => {
  const sweptAfter: number[] = [];
  const { connector, turn, dials } = refusedConnector({ sweepMemory: () => void sweptAfter.push(dials()) });
  for (let i = 0; i < 100; i += 1) await turn();
  t.equal(dials(), 101);
  t.same(sweptAfter, [32, 64, 96]);
  connector.stop();
});

t.test('a process that cannot sweep goes on all the same', async (t) => {
  const { connector, turn, dials } = refusedConnector({});
  for (let i = 0; i < 40; i += 1) await turn();
  t.equal(dials(), 41);
  connector.stop();
  await turn();
  t.equal(dials(), 41, 'stopped');
});

t.test('a server that refuses all the time, in other words or after a welcome, makes a line a minute', async (t) => {
  const lines: string[] = [];
  let dials = 0;
  const connector = startConnector({
    dial: () => {
      dials += 1;
      const message = `try again in ${dials} ms`;
      const welcomed = dials % 2 === 0 ? Promise.resolve({}) : Promise.reject(new Error('refused'));
      welcomed.catch(() => undefined);
      const closed = new Promise((resolve) => setImmediate(resolve, { ...refused, code: 'overloaded', message }));
      return { welcomed, closed } as unknown as Link;
    },
    onOpen: async () => undefined,
    random: () => 0.5,
    log: createLog('info', (line) => lines.push(line)),
  });
  t.teardown(() => connector.stop());
  await until(
    'fifty refusals',
    () => {
      connector.hurry();
      return dials >= 50;
    },
    { everyMs: 1 },
  );
  t.equal(lines.length, 1);
  t.match(lines[0], /"code":"overloaded"/);
});
