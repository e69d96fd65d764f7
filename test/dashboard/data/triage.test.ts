import t from 'tap';
import { countExplained, triage } from '../../../dashboard/data/triage.ts';
import { incident } from '../documents.ts';

t.test('triage parts who waits, who is in hand and what is over, newest first', async (t) => {
  const { waiting, inHand, resolved } = triage([
    incident({ id: 'a' }),
    incident({ id: 'b', state: 'acknowledged' }),
    incident({ id: 'c', state: 'resolved', resolvedAt: '2026-10-06T08:00:00.000Z' }),
    incident({ id: 'd', state: 'resolved', resolvedAt: '2026-10-06T10:00:00.000Z' }),
  ]);
  t.same(
    [waiting, inHand, resolved].map((group) => group.map(({ id }) => id)),
    [['a'], ['b'], ['d', 'c']],
  );
});

t.test('what an open incident explains stands with it, and alone again when that one is over', async (t) => {
  const site = incident({ id: 'site', deviceId: null });
  const host = incident({ id: 'host', parentId: 'site' });
  t.same(
    triage([host, site]).waiting.map(({ id }) => id),
    ['site'],
  );
  t.same([...countExplained([host, site])], [['site', 1]]);
  const over = { ...site, state: 'resolved' as const };
  t.same(
    triage([host, over]).waiting.map(({ id }) => id),
    ['host'],
  );
});
