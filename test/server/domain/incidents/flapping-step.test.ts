import t from 'tap';
import { typed } from '../../../../protocol/said/said.ts';
import { flapUntil } from '../../../../server/domain/incidents/flapping.ts';
import { calmStep, stands } from '../../../../server/domain/incidents/flapping-step.ts';
import type { IncidentRecord, IncidentStep } from '../../../../server/domain/incidents/incident.ts';
import { stepIncident } from '../../../../server/domain/incidents/step-incident.ts';
import type { Verdict } from '../../../../server/domain/rules/detection.ts';
import { spoken } from '../../../support/spoken.ts';

const EVERY_MS = 20_000;
const subject = { clientId: 'c1', siteId: null, deviceId: null };
const rest = { rule: 'check.failed', object: 'k1', everyMs: EVERY_MS } as const;
const raise = (at: number): Verdict => ({
  ...rest,
  kind: 'raise',
  priority: 'high',
  said: typed(`Shop: HTTP 500 at ${at}`),
  evidence: { metrics: [], threshold: null },
  onset: at,
  at,
});
const clear = (at: number): Extract<Verdict, { kind: 'clear' }> => ({
  ...rest,
  kind: 'clear',
  said: typed(`Shop: HTTP 200 at ${at}`),
  at,
});

/** A check that alternates so many times, once each result. */
function alternate(times: number): { steps: IncidentStep[]; record: IncidentRecord; at: number } {
  const steps: IncidentStep[] = [];
  let record: IncidentRecord | null = null;
  let at = 0;
  for (let index = 0; index < times; index += 1) {
    at = index * EVERY_MS;
    const options = { newId: () => 'i1', reopenWindowMs: 3_600_000 };
    const step = stepIncident(record, index % 2 === 0 ? raise(at) : clear(at), subject, options);
    if (step === null) throw new Error('nothing changed');
    steps.push(step);
    record = step.record;
  }
  return { steps, record: record!, at };
}

t.test('thirty changes are six messages, one incident, and a whole history', async (t) => {
  const { steps, record } = alternate(30);
  const told = steps.flatMap(({ notice }) => notice?.kind ?? []);
  t.same(told, ['raised', 'resolved', 'raised', 'resolved', 'raised', 'resolved', 'flapping']);
  t.same(new Set(steps.map(({ record }) => record.id)), new Set(['i1']));
  t.equal(steps.length, 30);
  t.match(spoken(steps.at(-1)?.event), { kind: 'changed', said: /^Shop: HTTP 200 at 580000$/ }, 'every change is kept');
  t.match(spoken(record), {
    state: 'open',
    said: /^Shop: HTTP 200 .* \(flapping: 20 changes in the last 21 results, 100.0%/,
  });
  t.equal(stands(record), false);
});

t.test('an acknowledgement outlives the changes', async (t) => {
  const { record, at } = alternate(12);
  const taken: IncidentRecord = { ...record, state: 'acknowledged', acknowledgedAt: at, acknowledgedBy: 'Ann' };
  const step = stepIncident(taken, raise(at + EVERY_MS), subject, { newId: () => 'i2', reopenWindowMs: 3_600_000 });
  t.match(step, { record: { state: 'acknowledged', acknowledgedBy: 'Ann' }, notice: null });
});

t.test('calm is told once: well, or not', async (t) => {
  for (const [times, wanted] of [
    [30, { record: { state: 'resolved', said: 'Shop: HTTP 200 at 580000' }, notice: { kind: 'resolved' } }],
    [31, { record: { state: 'open', said: 'Shop: HTTP 500 at 600000' }, notice: { kind: 'calm' } }],
  ] as const) {
    const { record, at } = alternate(times);
    const later = at + 16 * EVERY_MS;
    t.equal(flapUntil(record.flap!, later - 1).isFlapping, true);
    const flap = flapUntil(record.flap!, later);
    t.equal(flap.isFlapping, false);
    t.match(spoken(calmStep(record, flap, later)), wanted);
  }
});

t.test('a change after a long calm that nobody noticed ends it too', async (t) => {
  const { record, at } = alternate(30);
  const step = stepIncident(record, raise(at + 40 * EVERY_MS), subject, {
    newId: () => 'i2',
    reopenWindowMs: 3_600_000,
  });
  t.match(step, { record: { id: 'i1', state: 'open', flap: { isFlapping: false } }, notice: { kind: 'calm' } });
});

t.test('what is gone does not flap on', async (t) => {
  const { record, at } = alternate(30);
  const options = { newId: () => 'i2', reopenWindowMs: 3_600_000 };
  const step = stepIncident(record, { ...clear(at + 1), isFinal: true }, subject, options);
  t.match(step, { record: { state: 'resolved' }, notice: { kind: 'resolved' } });
  t.equal(stepIncident(record, clear(at + 1), subject, options), null, 'what is over already is not over again');
});
