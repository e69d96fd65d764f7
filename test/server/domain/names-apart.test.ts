import t from 'tap';
import { isolated } from '../../../protocol/bidi.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { sayLowDrives } from '../../../server/domain/low-drives.ts';
import { judgeService } from '../../../server/domain/sla/service-ledger.ts';
import { sayLosses } from '../../../server/features/history/loss.ts';

/** Hebrew: unless it stands apart, it takes the figures behind it along. */
const name = '\u05E9\u05E8\u05EA 7';

t.test('a name that runs from right to left stands apart in every sentence', async (t) => {
  const drive = { at: 0, availableBytes: 1_000 };
  const low = sayLowDrives([{ name, kind: 'workstation', drive }]);
  t.match(low && plain(low, 0), `: ${isolated(name)} (`);
  const loss = { kind: 'damaged', deviceId: 'd', fromMs: 0, toMs: null } as Parameters<typeof sayLosses>[0][number];
  t.match(
    plain(
      sayLosses([loss], () => name),
      0,
    ),
    `: ${isolated(name)} from`,
  );
  const down = judgeService({ needed: 1, devices: [{ name, state: 'down' }], checks: [] });
  t.match(plain(down.said, 0), `${isolated(name)} down.`);
});
