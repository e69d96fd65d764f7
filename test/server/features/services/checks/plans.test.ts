import { pino } from 'pino';
import t from 'tap';
import { Feature } from '../../../../../protocol/wire/frame.ts';
import type { TaskDesk } from '../../../../../server/core/tasks/desk.ts';
import { Plans } from '../../../../../server/features/services/checks/plans.ts';
import { linkOpened } from '../../../../../server/fleet/device-connection.ts';
import { Fleet } from '../../../../../server/fleet/fleet.ts';
import { startServices } from '../../../../support/services.ts';
import { addTenant, type TestClock, tempStore } from '../../../../support/store.ts';

t.test('an agent that refuses its plan with every connection is one line of the log', async (t) => {
  const clock: TestClock = { nowMs: 1_800_000_000_000 };
  const store = await tempStore(t, clock);
  await addTenant(store, 'Acme');
  const fleet = new Fleet(store);
  await fleet.load();
  const { checks } = await startServices(t, { store, clock });
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  let asked = 0;
  const tasks = {
    ask: ((_record, _kind, _input, { take }) => {
      asked += 1;
      take({ outcome: 'refused', reason: 'no' } as never);
    }) as TaskDesk['ask'],
  };
  const plans = new Plans({ checks, fleet, tasks, logger });
  for (const record of fleet.devices.values()) {
    const peer = { send: () => undefined, features: Feature.checks };
    linkOpened(record.connection, { peer, remoteAddress: null, intervalMs: null }, clock.nowMs);
    for (let connection = 0; connection < 50; connection += 1) plans.opened(record);
  }
  t.equal(asked, 50);
  t.equal(lines.length, 1);
});
