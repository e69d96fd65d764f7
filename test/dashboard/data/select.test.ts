import t from 'tap';
import { byPriorityThenAge, compareNames, countStates, groupFleet, holdOrder } from '../../../dashboard/data/select.ts';
import { byId, clients, device, incident, sites } from '../documents.ts';

t.test('incidents stand by priority, then by age', async (t) => {
  const sorted = [
    incident({ id: 'young-high', openedAt: '2026-10-06T11:50:00.000Z' }),
    incident({ id: 'normal', priority: 'normal', openedAt: '2026-10-01T00:00:00.000Z' }),
    incident({ id: 'old-high', openedAt: '2026-10-06T09:00:00.000Z' }),
    incident({ id: 'emergency', priority: 'emergency', openedAt: '2026-10-06T11:59:00.000Z' }),
  ].sort(byPriorityThenAge);
  t.same(
    sorted.map(({ id }) => id),
    ['emergency', 'old-high', 'young-high', 'normal'],
  );
});

t.test('states are counted worst first, and absent ones are left out', async (t) => {
  const counts = countStates([device(), device({ state: 'lost' }), device(), device({ state: 'unknown' })]);
  t.same(counts, [
    { state: 'lost', count: 1 },
    { state: 'unknown', count: 1 },
    { state: 'up', count: 2 },
  ]);
});

t.test('names are compared as people do', async (t) => {
  t.same(['web-10', 'Web-9', 'db-1', 'web-9a'].sort(compareNames), ['db-1', 'Web-9', 'web-9a', 'web-10']);
});

t.test('the fleet is grouped by client and site, each by name', async (t) => {
  const groups = groupFleet(
    [
      device({ id: '2', name: 'b-2', clientId: 'c2', siteId: 's2' }),
      device({ id: '1', name: 'a-10' }),
      device({ id: '3', name: 'a-9' }),
    ],
    byId(clients),
    byId(sites),
  );
  t.same(
    groups.map(({ client, sites: members }) => [
      client.name,
      members.map(({ site, devices }) => [site.name, devices.map(({ name }) => name)]),
    ]),
    [
      ['Acme', [['North', ['a-9', 'a-10']]]],
      ['Beta', [['South', ['b-2']]]],
    ],
  );
});

t.test('a held order', async (t) => {
  const f = (shown: string[], next: string[], known: string[], want: string[]) =>
    t.same(
      holdOrder(
        shown,
        next,
        (id) => id,
        (id) => (known.includes(id) ? id : undefined),
      ),
      want,
      `${shown} then ${next}`,
    );
  f(['a', 'b', 'c'], ['c', 'a', 'b'], [], ['a', 'b', 'c']);
  f(['a', 'b'], ['new', 'b', 'a'], [], ['a', 'b', 'new']);
  f(['a', 'b', 'c'], ['a', 'c'], ['b'], ['a', 'b', 'c']);
  f(['a', 'b', 'c'], ['a', 'c'], [], ['a', 'c']);
  f([], ['a'], [], ['a']);
});
