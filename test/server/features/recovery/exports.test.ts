import t from 'tap';
import type { PlanState } from '../../../../server/domain/recovery/plan-state.ts';
import { everyClient, inScope, ofClients } from '../../../../server/domain/scope.ts';
import type { RecordedDrill } from '../../../../server/features/recovery/drills/drill-book.ts';
import { createRecoveryExports } from '../../../../server/features/recovery/exports.ts';
import type { ProtectedPlan } from '../../../../server/features/recovery/protected-plan.ts';

const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

function plan(id: string, change: Partial<ProtectedPlan> = {}): ProtectedPlan {
  const what = { deviceId: null, serviceId: null, tool: 'restic', place: 'nas', timeZone: 'UTC' } as const;
  return { id, clientId: 'acme', name: 'Files', ...what, rpoMs: null, rtoMs: null, ...change };
}

const plans = [
  plan('p1', { name: 'Files "of" all', rpoMs: 26 * HOUR_MS, rtoMs: 4 * HOUR_MS }),
  plan('p2', { clientId: 'bolt' }),
];
const standings = new Map([
  ['p1', { newestAt: NOW - HOUR_MS, exposureMs: HOUR_MS, missed: 2 }],
  ['p2', { newestAt: null, exposureMs: null, missed: 0 }],
]);
const drill = { scope: 'full', result: 'restored', startedAt: NOW - 3 * HOUR_MS, finishedAt: NOW - 2 * HOUR_MS };
const going = { ...drill, finishedAt: NOW + 1 };

const scraped = createRecoveryExports({
  protection: {
    plans: (scope) => plans.filter(({ clientId }) => inScope(scope, clientId)),
    standing: (id) => standings.get(id) as PlanState,
  },
  drills: { of: (id) => (id === 'p1' ? ([drill, going] as RecordedDrill[]) : []) },
  slugsOf: ({ clientId }) => ({ client: clientId, site: '', device: '' }),
  now: () => NOW,
});

async function samples(scope: Parameters<typeof scraped>[0]): Promise<string[]> {
  const text = (await Array.fromAsync(scraped(scope))).join('');
  return text.split('\n').filter((line) => line.startsWith('vigia_'));
}

t.test('plans as Prometheus scrapes them: what is not known or promised has no sample', async (t) => {
  const p1 = 'client="acme",site="",device="",plan="Files \\"of\\" all",plan_id="p1"';
  const p2 = 'client="bolt",site="",device="",plan="Files",plan_id="p2"';
  t.same(await samples(everyClient), [
    `vigia_recovery_point_timestamp_seconds{${p1}} ${(NOW - HOUR_MS) / 1000}`,
    `vigia_recovery_exposure_seconds{${p1}} 3600`,
    `vigia_recovery_missed_runs{${p1}} 2`,
    `vigia_recovery_missed_runs{${p2}} 0`,
    `vigia_rpo_target_seconds{${p1}} 93600`,
    `vigia_rto_target_seconds{${p1}} 14400`,
    `vigia_recovery_drill_timestamp_seconds{${p1},scope="full",result="restored"} ${(NOW - 2 * HOUR_MS) / 1000}`,
    `vigia_recovery_drill_duration_seconds{${p1},scope="full",result="restored"} 3600`,
  ]);
});

t.test('whoever sees one client sees its plans only', async (t) => {
  t.same(await samples(ofClients('bolt')), [
    'vigia_recovery_missed_runs{client="bolt",site="",device="",plan="Files",plan_id="p2"} 0',
  ]);
});
