import t from 'tap';
import { Teardown } from '../../../server/app/teardown.ts';

t.test('what was opened is closed, the newest first, each once, whatever the others do', async (t) => {
  const closed: string[] = [];
  const causes: string[] = [];
  const teardown = new Teardown();
  teardown.push(() => void closed.push('store'));
  teardown.push(() => {
    throw new Error('at once');
  });
  teardown.push(() => Promise.reject(new Error('later')));
  teardown.push(async () => {
    await new Promise(setImmediate);
    closed.push('sockets');
  });
  await teardown.run((cause) => causes.push(String(cause)));
  await teardown.run((cause) => causes.push(String(cause)));
  t.same(closed, ['sockets', 'store']);
  t.same(causes, ['Error: later', 'Error: at once']);
});
