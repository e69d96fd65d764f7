import t from 'tap';
import { filterPlans, parsePlansQuery } from '../../../../dashboard/features/recovery/plans-query.ts';
import { type Stage, shareOfTarget, worstFirst } from '../../../../dashboard/parts/recovery/stages.ts';
import type { RecoveryPlanRow } from '../../../../protocol/api/recovery.ts';

const HOUR_MS = 3_600_000;

function plan(name: string, stage: Stage, exposureHours: number | null, rpoHours: number | null): RecoveryPlanRow {
  const exposureMs = exposureHours === null ? null : exposureHours * HOUR_MS;
  const rpo = { minutes: rpoHours === null ? null : rpoHours * 60, from: 'plan' };
  return { id: name, name, clientId: name.slice(0, 1), rpo, standing: { stage, exposureMs } } as RecoveryPlanRow;
}

const plans = [
  plan('a kept', 'kept', 3, 24),
  plan('a nearly', 'kept', 23, 24),
  plan('b late', 'overdue', 25, 30),
  plan('b unseen', 'blind', null, 24),
  plan('b over', 'breached', 30, 24),
  plan('b long over', 'breached', 90, 24),
  plan('a free', 'kept', 90, null),
];

t.test('the worst comes first, then whoever has used up most of its promise', (t) => {
  const names = [...plans].sort(worstFirst).map(({ name }) => name);
  t.same(names, ['b long over', 'b over', 'b unseen', 'b late', 'a nearly', 'a kept', 'a free']);
  t.end();
});

t.test('a share needs both a backup and a promise', (t) => {
  t.same(plans.map(shareOfTarget), [0.125, 23 / 24, 25 / 30, null, 1.25, 3.75, null]);
  t.end();
});

t.test('the address says what is shown; stages that are none count for nothing', (t) => {
  const shown = (query: string) =>
    filterPlans(plans, parsePlansQuery(new URLSearchParams(query)), ({ name }) => name).map(({ name }) => name);
  t.equal(shown('').length, plans.length);
  t.same(shown('stage=breached,blind'), ['b unseen', 'b over', 'b long over']);
  t.equal(shown('stage=__proto__').length, plans.length);
  t.same(shown('client=a&q=Kept'), ['a kept']);
  t.same(shown('q=long+over'), ['b long over']);
  t.end();
});
