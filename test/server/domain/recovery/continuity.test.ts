import t from 'tap';
import type { ContinuityItem } from '../../../../protocol/api/continuity-items.ts';
import {
  type AcceptedRisk,
  type Answer,
  type Asset,
  continuityByClient,
  continuityOf,
} from '../../../../server/domain/recovery/continuity.ts';

const TODAY = '2026-10-02';
const there: Answer = { state: 'there' };

function asset(
  over: Partial<Record<ContinuityItem, Answer['state']>>,
  accepted: AcceptedRisk[] = [],
  id = 'srv',
  clientId = 'acme',
): Asset {
  const all = { backup: there, spare: there, runbook: there, owner: there, warranty: there, contact: there };
  const answers = Object.fromEntries(Object.entries(over).map(([item, state]) => [item, { state }]));
  return { id, clientId, answers: { ...all, ...answers }, accepted };
}

t.test('what do we do when this fails?', async (t) => {
  const f = (what: string, one: Asset, want: object) => t.match(continuityOf(one, TODAY), want, what);
  f('all is there', asset({}), { there: 6, needed: 6, score: 1, gaps: [], accepted: [] });
  f('gaps', asset({ spare: 'missing', warranty: 'expired' }), {
    there: 4,
    score: 0.666666,
    gaps: [
      { key: 'recovery.gap', params: { item: 'spare', why: 'missing' } },
      { key: 'recovery.gap', params: { item: 'warranty', why: 'expired' } },
    ],
  });
  f('what it has none of', asset({ spare: 'not_needed', warranty: 'missing' }), { there: 4, needed: 5, score: 0.8 });
  const nothing = { backup: 'not_needed', spare: 'not_needed', runbook: 'not_needed', owner: 'not_needed' } as const;
  f('nothing is needed', asset({ ...nothing, warranty: 'not_needed', contact: 'not_needed' }), {
    needed: 0,
    score: null,
  });
});

t.test('a protection that was refused in writing is an accepted risk, and no gap', async (t) => {
  const risk = (over: Partial<AcceptedRisk> = {}): AcceptedRisk => ({
    item: 'backup',
    document: 'Letter of 3 May',
    until: null,
    ...over,
  });
  const f = (what: string, accepted: AcceptedRisk[], gaps: number, risks: number) => {
    const got = continuityOf(asset({ backup: 'missing' }, accepted), TODAY);
    t.match([got.gaps.length, got.accepted.length, got.there, got.needed], [gaps, risks, 5, 6], what);
  };
  f('with its document', [risk()], 0, 1);
  f('nobody refused it', [], 1, 0);
  f('without a document', [risk({ document: ' ' })], 1, 0);
  f('of something else', [risk({ item: 'spare' })], 1, 0);
  f('until today', [risk({ until: TODAY })], 0, 1);
  f('until yesterday', [risk({ until: '2026-10-01' })], 1, 0);
  f('asked again', [risk({ until: '2026-10-01' }), risk({ document: 'New letter' })], 0, 1);
  const said = continuityOf(asset({ backup: 'breached' }, [risk({ until: TODAY })]), TODAY).accepted;
  t.same(said, [
    { key: 'recovery.risk.accepted', params: { item: 'backup', document: 'Letter of 3 May', until: TODAY } },
  ]);
  t.equal(continuityOf(asset({}, [risk()]), TODAY).accepted.length, 0, 'what is there is no risk');
});

t.test('a client is the sum of its assets, with the worst one', async (t) => {
  const refused: AcceptedRisk = { item: 'spare', document: 'Letter', until: null };
  const assets = [
    asset({}, [], 'b1', 'beta'),
    asset({ spare: 'missing' }, [refused], 'a1'),
    asset({ spare: 'missing', owner: 'missing' }, [], 'a2'),
    asset({ runbook: 'missing', owner: 'missing' }, [], 'a0'),
  ];
  const want = [
    { clientId: 'acme', score: 0.722222, assets: 3, gaps: 4, accepted: 1, worstId: 'a0' },
    { clientId: 'beta', score: 1, assets: 1, gaps: 0, accepted: 0, worstId: 'b1' },
  ];
  t.same(continuityByClient(assets, TODAY), want);
  t.same(continuityByClient(assets.toReversed(), TODAY), want);
  const none = {
    backup: 'not_needed',
    spare: 'not_needed',
    runbook: 'not_needed',
    owner: 'not_needed',
    warranty: 'not_needed',
    contact: 'not_needed',
  } as const;
  t.match(continuityByClient([asset(none)], TODAY), [{ score: null, worstId: null }]);
  t.same(continuityByClient([], TODAY), []);
});
