import t from 'tap';
import type { Observation } from '../../../../server/domain/check-result.ts';
import { type CheckRule, freshAlarm, judgeCheck } from '../../../../server/domain/rules/check.ts';
import { spoken } from '../../../support/spoken.ts';

const url = 'https://shop.example/';
const rule: CheckRule = {
  id: 'c1',
  name: 'Shop',
  target: { kind: 'http', url, certificateDays: 14 },
  forMs: 120_000,
  priority: 'high',
  everyMs: 60_000,
};
const DAY_MS = 86_400_000;

function seen(at: number, over: Partial<Observation> = {}): Observation {
  return { at, up: true, reason: 'ok', durationMs: 120, httpStatus: 200, certificateEndsAt: null, ...over };
}
const failing = (at: number) => seen(at, { up: false, reason: 'status', httpStatus: 500 });

t.test('raises when it has failed for as long as it may, with its numbers; the first that passes clears', async (t) => {
  const alarm = freshAlarm();
  const verdicts = [0, 60_000, 120_000, 180_000].map((at) => judgeCheck(alarm, rule, failing(at), at));
  t.same(verdicts.slice(0, 2), [[], []]);
  t.match(spoken(verdicts[2], 120_000), [
    {
      kind: 'raise',
      rule: 'check.failed',
      object: 'c1',
      priority: 'high',
      onset: 0,
      at: 120_000,
      said: `Shop: HTTP 500 instead of 200-399 from ${url} in 120 ms, for 2 min`,
    },
  ]);
  t.same(verdicts[3], [], 'once');
  t.match(spoken(judgeCheck(alarm, rule, seen(240_000), 240_000)), [{ kind: 'clear', said: /^Shop: HTTP 200 from/ }]);
  t.same(alarm, { ...freshAlarm(), judgedAt: 240_000 });
});

t.test('a silence in between starts the wait again, a result that proves nothing does not', async (t) => {
  const silent = freshAlarm();
  judgeCheck(silent, rule, failing(0), 0);
  t.same(judgeCheck(silent, rule, failing(180_001), 180_001), []);
  const unsure = freshAlarm();
  judgeCheck(unsure, rule, failing(0), 0);
  judgeCheck(unsure, rule, seen(60_000, { up: null, reason: 'not_permitted' }), 60_000);
  t.equal(judgeCheck(unsure, rule, failing(120_000), 120_000).length, 1);
});

t.test('an older result than the last is not judged', async (t) => {
  const alarm = freshAlarm();
  judgeCheck(alarm, { ...rule, forMs: 0 }, seen(60_000), 60_000);
  t.same(judgeCheck(alarm, { ...rule, forMs: 0 }, failing(0), 61_000), []);
});

t.test('the certificate warns before it ends', async (t) => {
  const alarm = freshAlarm();
  const endsAt = 100 * DAY_MS;
  const at = (leftMs: number) =>
    judgeCheck(alarm, rule, seen(endsAt - leftMs, { certificateEndsAt: endsAt }), endsAt - leftMs);
  t.same(at(14 * DAY_MS), []);
  t.match(spoken(at(14 * DAY_MS - 1), endsAt - 14 * DAY_MS + 1), [
    { kind: 'raise', priority: 'medium', rule: 'check.certificate', said: /ends in 13 d 23 h$/ },
  ]);
  t.same(at(3 * DAY_MS), []);
  t.match(at(3 * DAY_MS - 1), [{ kind: 'change', priority: 'high' }]);
  t.same(judgeCheck(alarm, rule, seen(endsAt - 1), endsAt - 1), [], 'without a certificate to be seen nothing changes');
  t.match(at(-DAY_MS), [], 'still high');
  t.match(
    spoken(
      judgeCheck(
        alarm,
        rule,
        seen(endsAt + 2 * DAY_MS, { certificateEndsAt: endsAt + 99 * DAY_MS }),
        endsAt + 2 * DAY_MS,
      ),
    ),
    [{ kind: 'clear', said: /new certificate/ }],
  );
  const quiet = freshAlarm();
  const noDays: CheckRule = { ...rule, target: { kind: 'http', url } };
  t.same(judgeCheck(quiet, noDays, seen(0, { certificateEndsAt: 1 }), 0), [], 'only if asked for');
});
