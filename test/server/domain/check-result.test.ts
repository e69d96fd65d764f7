import t from 'tap';
import { checkReasons } from '../../../protocol/check-reason.ts';
import { certificateEnd, observationIn } from '../../../server/domain/check-result.ts';
import { readingOf } from '../../support/reading.ts';

const NOW = Date.UTC(2026, 2, 1);
const result = (over: Record<string, number | null>) =>
  observationIn(
    readingOf(NOW, {
      'check.up[c]': 1,
      'check.reason[c]': checkReasons.indexOf('ok'),
      'check.duration[c]': 0.2,
      'check.age[c]': 3,
      'check.status[c]': 200,
      'check.certificateLeft[c]': 86_400,
      ...over,
    }),
    'c',
  );

t.test('what a report says of a check', async (t) => {
  t.match(result({}), {
    at: NOW - 3_000,
    up: true,
    reason: 'ok',
    durationMs: 200,
    httpStatus: 200,
    certificateEndsAt: NOW + 86_400_000,
  });
  t.equal(result({ 'check.age[c]': null }), null, 'it has not run yet');
  t.equal(result({ 'check.reason[c]': 999 }), null, 'a reason of a newer agent');
});

t.test('times that cannot be are not believed: nobody could show them', async (t) => {
  t.equal(result({ 'check.age[c]': 9e15 }), null);
  t.equal(result({ 'check.age[c]': -1 }), null);
  for (const left of [9e15, -9e15]) t.match(result({ 'check.certificateLeft[c]': left }), { certificateEndsAt: null });
  t.equal(certificateEnd(NOW, Number.NaN), null, 'a certificate whose end is no time');
  t.equal(certificateEnd(NOW, 0), NOW, 'it ends at this very moment');
  const last = Date.UTC(9999, 11, 31, 23, 59, 59);
  t.equal(certificateEnd(NOW, last - NOW), last, 'one that never ends');
});
