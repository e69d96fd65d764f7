import t from 'tap';
import type { Priority } from '../../../../protocol/api/view.ts';
import { typed } from '../../../../protocol/said/said.ts';
import { type IncidentRecord, incidentKey } from '../../../../server/domain/incidents/incident.ts';
import { noTimes } from '../../../../server/domain/incidents/incident-times.ts';
import { stepIncident } from '../../../../server/domain/incidents/step-incident.ts';
import type { Verdict } from '../../../../server/domain/rules/detection.ts';
import { spoken } from '../../../support/spoken.ts';

const subject = { clientId: 'c1', siteId: 's1', deviceId: 'd1' };
const HOUR = 3_600_000;
const evidence = { metrics: ['fs.available[/]'], threshold: null };

const raise = (at: number, priority: Priority = 'medium', kind: 'raise' | 'change' | 'repeat' = 'raise'): Verdict => ({
  kind,
  rule: 'disk.space',
  object: '/',
  priority,
  said: typed(`${kind} ${priority} at ${at}`),
  evidence,
  onset: at - 100,
  at,
});
const clear = (at: number): Verdict => ({
  kind: 'clear',
  rule: 'disk.space',
  object: '/',
  said: typed(`clear at ${at}`),
  at,
});

let ids = 0;
function step(current: IncidentRecord | null, verdict: Verdict, tellAt?: number) {
  ids += 1;
  const options = { newId: () => `i${ids}`, reopenWindowMs: HOUR, ...(tellAt === undefined ? {} : { tellAt }) };
  return stepIncident(current, verdict, subject, options);
}
const opened = step(null, raise(1_000))!.record;
const resolved = step(opened, clear(5_000))!.record;

t.test('a key names client, device or site, rule and object', async (t) => {
  t.equal(incidentKey(subject, 'disk.space', '/var'), 'c1/d1/disk.space//var');
  t.equal(incidentKey({ ...subject, deviceId: null }, 'contact', ''), 'c1/s1/contact/');
  t.equal(incidentKey({ clientId: 'c1', siteId: null, deviceId: null }, 'contact', ''), 'c1//contact/');
});

t.test('raised: opened and told at once, or when it is time', async (t) => {
  t.same(spoken(step(null, raise(1_000))), {
    record: {
      id: `i${ids}`,
      key: 'c1/d1/disk.space//',
      ...subject,
      rule: 'disk.space',
      object: '/',
      priority: 'medium',
      state: 'open',
      said: 'raise medium at 1000',
      evidence,
      onsetAt: 900,
      openedAt: 1_000,
      acknowledgedAt: null,
      acknowledgedBy: null,
      assigneeId: null,
      resolvedAt: null,
      reopenedCount: 0,
      updatedAt: 1_000,
      source: 'rule',
      serviceId: null,
      parentId: null,
      suppressedBy: null,
      clock: null,
      times: noTimes,
      flap: { states: '1', at: 1_000, everyMs: 60_000, said: 'raise medium at 1000', isFlapping: false },
    },
    event: { kind: 'opened', at: 1_000, by: null, said: 'raise medium at 1000' },
    notice: { kind: 'raised', tellAt: 1_000 },
  });
  t.same(step(null, raise(1_000), 9_000)!.notice, { kind: 'raised', tellAt: 9_000 });
});

t.test('what changes nothing is no step', async (t) => {
  t.equal(step(null, clear(1_000)), null);
  t.equal(step(resolved, clear(6_000)), null);
  t.equal(step(opened, raise(2_000)), null);
  t.equal(step({ ...opened, state: 'acknowledged' }, raise(2_000)), null);
});

t.test('a change of priority: worse is told, better is not', async (t) => {
  const worse = step(opened, raise(2_000, 'high', 'change'))!;
  t.match(spoken(worse), {
    record: { id: opened.id, priority: 'high', said: 'change high at 2000', onsetAt: 900, openedAt: 1_000 },
    event: { kind: 'changed', at: 2_000 },
    notice: { kind: 'changed', tellAt: 2_000 },
  });
  const better = step(worse.record, raise(3_000, 'normal', 'change'))!;
  t.match(better, { record: { priority: 'normal', updatedAt: 3_000 }, event: { kind: 'changed' } });
  t.equal(better.notice, null);
  const acknowledged = { ...opened, state: 'acknowledged', acknowledgedBy: 'Ann', acknowledgedAt: 1_500 } as const;
  t.match(step(acknowledged, raise(2_000, 'high', 'change'))!.record, { state: 'acknowledged', acknowledgedBy: 'Ann' });
});

t.test('once more while it is open is told too', async (t) => {
  t.match(spoken(step(opened, raise(2_000, 'medium', 'repeat'))), {
    record: { id: opened.id, said: 'repeat medium at 2000', reopenedCount: 0 },
    event: { kind: 'changed', at: 2_000 },
    notice: { kind: 'changed', tellAt: 2_000 },
  });
});

t.test('cleared: resolved and told', async (t) => {
  t.match(spoken(step({ ...opened, state: 'acknowledged' }, clear(5_000))), {
    record: { id: opened.id, state: 'resolved', resolvedAt: 5_000, said: 'clear at 5000', updatedAt: 5_000 },
    event: { kind: 'resolved', at: 5_000, by: null, said: 'clear at 5000' },
    notice: { kind: 'resolved', tellAt: 5_000 },
  });
});

t.test('a recurrence within the window reopens, later it is another incident', async (t) => {
  const seen = { ...resolved, acknowledgedAt: 2_000, acknowledgedBy: 'Ann', assigneeId: 'u1' };
  const f = (at: number, kind: 'raise' | 'change' | 'repeat', want: object) =>
    t.match(step(seen, raise(at, 'high', kind)), want);
  const reopened = {
    record: {
      id: resolved.id,
      state: 'open',
      priority: 'high',
      resolvedAt: null,
      acknowledgedAt: null,
      acknowledgedBy: null,
      assigneeId: 'u1',
      reopenedCount: 1,
      openedAt: 1_000,
    },
    event: { kind: 'reopened' },
    notice: { kind: 'raised' },
  };
  f(5_000, 'raise', reopened);
  f(5_000 + HOUR, 'raise', reopened);
  // A person resolved it although it stood: a change or a repeat brings it back.
  f(6_000, 'change', reopened);
  f(6_000, 'repeat', reopened);
  const another = step(seen, raise(5_001 + HOUR))!;
  t.match(another, { record: { reopenedCount: 0, openedAt: 5_001 + HOUR }, event: { kind: 'opened' } });
  t.not(another.record.id, resolved.id);
});
