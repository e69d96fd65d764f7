import t from 'tap';
import { draftOf, newWindow, startAt, windowInput } from '../../../../dashboard/features/maintenance/window-draft.ts';

const filled = { ...newWindow('c1', 'America/Costa_Rica', '2026-10-13'), title: ' Firmware ' };

t.test('a filled form is what the server takes', async (t) => {
  t.same(windowInput(filled), {
    clientId: 'c1',
    title: 'Firmware',
    target: { kind: 'client', id: null },
    timeZone: 'America/Costa_Rica',
    startsAt: '2026-10-13T22:00',
    durationMinutes: 120,
    rrule: null,
  });
  t.same(windowInput({ ...filled, kind: 'tag', targetId: ' core ' })?.target, { kind: 'tag', id: 'core' });
});

t.test('a form that lacks something is not asked about', async (t) => {
  const f = (change: Partial<typeof filled>) => t.equal(windowInput({ ...filled, ...change }), null);
  f({ clientId: '' });
  f({ title: ' ' });
  f({ startsAt: '' });
  f({ kind: 'site' });
  f({ hours: '0', minutes: '0' });
  f({ hours: '', minutes: '' });
  f({ hours: '1.51', minutes: '0' });
  f({ hours: 'x' });
  f({ recurrence: { ...filled.recurrence, kind: 'weekly', weekdays: [] } });
  f({ recurrence: { ...filled.recurrence, kind: 'raw' } });
  t.equal(windowInput({ ...filled, hours: '1.5', minutes: '0' })?.durationMinutes, 90);
});

t.test('a window comes back into the form as it was', async (t) => {
  for (const rrule of [null, 'FREQ=WEEKLY;BYDAY=TU', 'FREQ=YEARLY']) {
    const input = { ...windowInput(filled)!, rrule, durationMinutes: 75 };
    t.same(windowInput(draftOf(input)), input);
  }
});

t.test('a new start moves what the recurrence proposes, until it recurs', async (t) => {
  t.same(startAt(filled, '2026-10-31T08:00').recurrence.weekdays, [6]);
  const weekly = { ...filled, recurrence: { ...filled.recurrence, kind: 'weekly' as const } };
  t.same(startAt(weekly, '2026-10-31T08:00').recurrence.weekdays, [2]);
  t.equal(startAt(filled, '').startsAt, '', 'a field that is being emptied breaks nothing');
});
