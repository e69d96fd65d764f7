import t from 'tap';
import {
  type DrillDraft,
  drillInput,
  newDrill,
  targetDraft,
  targetInput,
} from '../../../../dashboard/features/recovery/drill-draft.ts';

const draft: DrillDraft = {
  ...newDrill(Date.parse('2026-03-01T12:30:00Z')),
  gigabytes: '1.5',
  files: '120',
  evidence: ' Ticket 4711 ',
};

t.test('what is typed is sent in bytes and instants', (t) => {
  t.same(drillInput(draft, 'p1'), {
    planId: 'p1',
    scope: 'full',
    startedAt: '2026-03-01T11:30:00.000Z',
    finishedAt: '2026-03-01T12:30:00.000Z',
    result: 'restored',
    restoredBytes: 1.5 * 2 ** 30,
    files: 120,
    firstDifference: null,
    evidence: 'Ticket 4711',
  });
  const failed = { ...draft, result: 'mismatch', firstDifference: 'a.txt', gigabytes: '', files: '' } as const;
  t.match(drillInput(failed, 'p1'), { firstDifference: 'a.txt', restoredBytes: null, files: null });
  t.match(
    drillInput({ ...failed, result: 'restored' }, 'p1'),
    { firstDifference: null },
    'nothing differs in a success',
  );
  t.end();
});

t.test('nothing is sent while something is missing', (t) => {
  for (const change of [
    { evidence: 'ok' },
    { startedAt: '' },
    { finishedAt: 'soon' },
    { gigabytes: 'much' },
    { files: '-1' },
  ])
    t.equal(drillInput({ ...draft, ...change }, 'p1'), null, JSON.stringify(change));
  t.end();
});

t.test('how often a drill is wanted', (t) => {
  t.same(targetInput(targetDraft(null)), { scope: 'full', maxAgeDays: 90, windowEndsAt: null });
  const known = { scope: 'sample', maxAgeDays: null, windowEndsAt: '06:00' } as const;
  t.same(targetInput(targetDraft(known)), known);
  for (const change of [{ windowEndsAt: '24:00' }, { maxAgeDays: 'often' }])
    t.equal(targetInput({ ...targetDraft(known), ...change }), null, JSON.stringify(change));
  t.end();
});
