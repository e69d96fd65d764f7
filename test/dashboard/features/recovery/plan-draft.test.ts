import t from 'tap';
import { draftOf, newPlan, type PlanDraft, planInput } from '../../../../dashboard/features/recovery/plan-draft.ts';
import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';

const nightly: RecoveryPlanInput = {
  clientId: 'acme',
  deviceId: 'db-1',
  serviceId: null,
  name: 'Databases',
  tool: 'borg',
  target: { place: 'NAS', isOffSite: true },
  rpoMinutes: 1_560,
  rtoMinutes: null,
  rhythm: { kind: 'cron', line: '5 22 * * *' },
  closed: { weekdays: [6, 7], dates: ['2026-12-25'] },
  timeZone: 'America/Asuncion',
  durationMinutes: 40,
  graceMinutes: 15,
};

const rhythms: readonly RecoveryPlanInput['rhythm'][] = [
  { kind: 'cron', line: '5 22 * * *' },
  { kind: 'cron', line: '0 22 * * 1-5' },
  { kind: 'interval', everyMinutes: 30 },
  null,
];

t.test('a plan that is opened and sent as it is stays what it was', (t) => {
  for (const rhythm of rhythms) t.same(planInput(draftOf({ ...nightly, rhythm })), { ...nightly, rhythm });
  const service = { ...nightly, deviceId: null, serviceId: 'erp', rpoMinutes: 45, rtoMinutes: 50 };
  t.same(planInput(draftOf(service)), service);
  const other = { ...nightly, deviceId: null };
  t.same(planInput(draftOf(other)), other);
  t.end();
});

t.test('a line of a crontab that runs each day is shown as a time of day', (t) => {
  const [daily, weekdays] = rhythms.map((rhythm) => draftOf({ ...nightly, rhythm }));
  t.match(daily, { rhythm: 'daily', at: '22:05' });
  t.match(weekdays, { rhythm: 'cron', line: '0 22 * * 1-5' });
  t.end();
});

const whole = { ...draftOf(nightly) };
const missing: readonly (readonly [what: string, change: Partial<PlanDraft>])[] = [
  ['no client', { clientId: '' }],
  ['no machine', { targetId: '' }],
  ['no name', { name: '  ' }],
  ['no place', { place: '' }],
  ['no number of hours', { rpoHours: 'a day' }],
  ['less than a minute', { rtoHours: '0' }],
  ['no duration', { durationMinutes: '' }],
  ['half a time', { rhythm: 'daily', at: '22' }],
  ['no minutes', { rhythm: 'interval', everyMinutes: '1.5' }],
  ['no line', { rhythm: 'cron', line: ' ' }],
];

t.test('nothing is sent while something is missing', (t) => {
  t.not(planInput(whole), null);
  for (const [what, change] of missing) t.equal(planInput({ ...whole, ...change }), null, what);
  t.equal(planInput(newPlan('acme', 'UTC')), null, 'a new one');
  t.end();
});
