import fc from 'fast-check';
import t from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { faultOf, settingCatalogue } from '../../../../server/domain/policies/catalogue.ts';
import {
  type Place,
  type PolicyVersion,
  parsePolicyId,
  policyId,
  policyLevels,
} from '../../../../server/domain/policies/policy.ts';
import { effective } from '../../../../server/domain/policies/resolve.ts';
import { PolicyShelf } from '../../../../server/domain/policies/shelf.ts';
import { defaultSettings } from '../../../../server/domain/settings.ts';

const CPU = 'cpu.raiseRatio';
const place: Place = { clientId: 'acme', siteId: 'hq', kind: 'server', tags: ['db', 'ups'], deviceId: 'd1' };
const owners: Record<string, string> = {
  'site:hq': 'acme',
  'device:d1': 'acme',
  'site:x': 'bolt',
  'device:d2': 'bolt',
};

let count = 0;
function policy(id: string, value: unknown, over: Partial<PolicyVersion> = {}): PolicyVersion {
  count += 1;
  const target = parsePolicyId(id);
  if (!target) throw new Error(id);
  return {
    ...target,
    clientId: owners[id] ?? target.clientId,
    version: count,
    from: 0,
    rank: 0,
    values: value === null ? null : new Map([[CPU, value]]),
    by: { id: 'u', name: 'Ann' },
    ...over,
  };
}

const cpuOf = (versions: readonly PolicyVersion[], at = 100, where = place) => {
  const { values } = effective(new PolicyShelf(versions), where, at, defaultSettings);
  const found = values.find(({ name }) => name === CPU);
  return [found?.value, found?.policy ? policyId(found.policy) : 'built-in'];
};

t.test('the nearest level wins', async (t) => {
  const all = [
    policy('default', 0.51),
    policy('client:acme', 0.52),
    policy('site:hq', 0.53),
    policy('kind:server', 0.54),
    policy('kind:server@acme', 0.55),
    policy('tag:db', 0.56),
    policy('tag:db@acme', 0.57),
    policy('device:d1', 0.58),
  ];
  t.same(cpuOf([]), [0.95, 'built-in']);
  for (const [index, { values, ...last }] of all.entries())
    t.same(cpuOf(all.slice(0, index + 1)), [values?.get(CPU), policyId(last)], policyId(last));
  const others = [
    'client:bolt',
    'site:x',
    'kind:workstation',
    'kind:server@bolt',
    'tag:web',
    'tag:db@bolt',
    'device:d2',
  ];
  for (const id of others) t.same(cpuOf([policy(id, 0.6)]), [0.95, 'built-in'], `${id} is another`);
});

t.test('of several tags the higher rank wins, then the name; those of the client go before those of all', async (t) => {
  t.same(cpuOf([policy('tag:db', 0.6), policy('tag:ups', 0.7)]), [0.6, 'tag:db']);
  t.same(cpuOf([policy('tag:db', 0.6), policy('tag:ups', 0.7, { rank: 1 })]), [0.7, 'tag:ups']);
  t.same(cpuOf([policy('tag:db', 0.6, { rank: 2 }), policy('tag:ups', 0.7, { rank: 1 })]), [0.6, 'tag:db']);
  t.same(cpuOf([policy('tag:db', 0.6, { rank: 9 }), policy('tag:ups@acme', 0.7)]), [0.7, 'tag:ups@acme']);
});

t.test('the version of the moment', async (t) => {
  const versions = [
    policy('default', 0.6, { from: 100 }),
    policy('default', 0.7, { from: 200 }),
    policy('default', null, { from: 300 }),
    policy('default', 0.8, { from: 400 }),
  ];
  const f = (at: number, want: number) => t.equal(cpuOf(versions, at)[0], want, String(at));
  f(99, 0.95);
  f(100, 0.6);
  f(199, 0.6);
  f(200, 0.7);
  f(300, 0.95);
  f(400, 0.8);
  const setBack = [policy('default', 0.6, { from: 200 }), policy('default', 0.7, { from: 150 })];
  t.equal(cpuOf(setBack, 160)[0], 0.7);
  t.equal(cpuOf(setBack, 250)[0], 0.7, 'the later decision counts, although the clock was set back in between');
});

t.test('what cannot be used is passed over and told', async (t) => {
  const versions = [policy('default', 0.6), policy('client:acme', 7), policy('device:d1', 'high')];
  t.same(cpuOf(versions), [0.6, 'default']);
  const hostile = policy('device:d1', 0.6, {
    values: new Map<string, unknown>([
      ['__proto__', { x: 1 }],
      ['cpu', 1],
    ]),
  });
  const { values, ignored } = effective(new PolicyShelf([...versions, hostile]), place, 100, defaultSettings);
  t.same(
    ignored.map(({ name, policy: { level } }) => `${level} ${name}`),
    ['device __proto__', 'device cpu', `client ${CPU}`],
  );
  t.match(plain(ignored[2]!.why, 0), /at most 1/);
  t.same(
    values.map(({ name }) => name),
    [...settingCatalogue.keys()],
  );
});

t.test('ids of policies', async (t) => {
  for (const id of [
    'default',
    'client:a',
    'site:b-1',
    'kind:server',
    'kind:workstation@c',
    'tag:a.b-c_d',
    'tag:db@c',
    'device:x',
  ])
    t.equal(policyId(parsePolicyId(id) ?? { level: 'default', clientId: null, subject: '?' }), id);
  const bad = [
    '',
    'default:x',
    'client',
    'client:',
    'client:a@b',
    'kind:printer',
    'kind:__proto__',
    'tag:',
    'tag:A',
    'tag:a@',
  ];
  for (const id of [...bad, 'tag:a@b@c', 'tag:a:b', '__proto__:x', 'server:x', 'tag:a b', `site:${'x'.repeat(65)}`])
    t.equal(parsePolicyId(id), null, id);
  t.same([...policyLevels], ['default', 'client', 'site', 'kind', 'tag', 'device']);
});

/** Versions of a small world, some of them out of bounds or unknown, removed, and of equal instants. */
const ids = [
  'default',
  'client:acme',
  'client:bolt',
  'site:hq',
  'site:x',
  'kind:server',
  'kind:server@acme',
  'kind:workstation',
  'tag:db',
  'tag:ups',
  'tag:db@acme',
  'tag:ups@acme',
  'tag:db@bolt',
  'device:d1',
  'device:d2',
];
const name = fc.constantFrom(CPU, 'disk.high.belowBytes', 'presence.tellAfterMs', 'no.such', '__proto__');
const value = fc.oneof(fc.constantFrom(0.6, 0.7, 60_000, -1, 1e18), fc.constant('text'));
const versions = fc
  .array(
    fc.record({
      id: fc.constantFrom(...ids),
      from: fc.integer({ min: 0, max: 6 }),
      rank: fc.integer({ min: -1, max: 1 }),
      values: fc.option(fc.array(fc.tuple(name, value), { maxLength: 3 }), { freq: 5 }),
    }),
    { maxLength: 25 },
  )
  .map((drawn) =>
    drawn.map(({ id, values, ...rest }, index) =>
      policy(id, null, { ...rest, version: index + 1, values: values && new Map(values) }),
    ),
  );
const places = fc.record({
  clientId: fc.constantFrom('acme', 'bolt', null),
  siteId: fc.constantFrom('hq', 'x', null),
  kind: fc.constantFrom('server' as const, 'workstation' as const, null),
  tags: fc.subarray(['db', 'ups']),
  deviceId: fc.constantFrom('d1', 'd2', null),
});

/** Each pair of a version and a value is asked whether it counts; of those that do the best is taken. Shares nothing with the resolver. */
function oracle(
  all: readonly PolicyVersion[],
  where: Place,
  at: number,
  wanted: string,
): [number | null, number | null] {
  const order = ['default', 'client', 'site', 'kind', 'kind@', 'tag', 'tag@', 'device'];
  let best: { score: readonly (number | string)[]; value: number; version: number } | null = null;
  for (const one of all) {
    const isOurs = one.clientId === null || one.clientId === where.clientId;
    const isOver = all.some(
      (other) =>
        other.level === one.level &&
        other.subject === one.subject &&
        other.clientId === one.clientId &&
        other.from <= at &&
        other.version > one.version,
    );
    const meant = {
      default: true,
      client: where.clientId !== null && one.subject === where.clientId,
      site: one.subject === where.siteId,
      kind: one.subject === where.kind,
      tag: where.tags.includes(one.subject ?? ''),
      device: one.subject === where.deviceId,
    }[one.level];
    const found = one.values?.get(wanted);
    if (!isOurs || isOver || !meant || one.from > at || typeof found !== 'number') continue;
    const definition = settingCatalogue.get(wanted);
    if (!definition || found < definition.min || found > definition.max) continue;
    if (definition.unit !== 'ratio' && !Number.isInteger(found)) continue;
    const isOwn = (one.level === 'kind' || one.level === 'tag') && one.clientId !== null;
    const score = [
      order.indexOf(one.level + (isOwn ? '@' : '')),
      one.level === 'tag' ? one.rank : 0,
      one.subject ?? '',
    ] as const;
    const isBetter =
      best === null ||
      score[0] > (best.score[0] as number) ||
      (score[0] === best.score[0] &&
        (score[1] > (best.score[1] as number) || (score[1] === best.score[1] && score[2] < (best.score[2] as string))));
    if (isBetter) best = { score, value: found, version: one.version };
  }
  return [best?.value ?? settingCatalogue.get(wanted)?.read(defaultSettings) ?? null, best?.version ?? null];
}

t.test('agrees with an oracle that tries everything, in whatever order versions were put', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        versions,
        places,
        fc.integer({ min: -1, max: 7 }),
        fc.infiniteStream(fc.double({ noNaN: true })),
        (all, where, at, chance) => {
          const random = chance[Symbol.iterator]();
          const shuffled = all
            .map((one) => ({ one, key: random.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ one }) => one);
          const got = effective(new PolicyShelf(shuffled), where, at, defaultSettings);
          for (const { name: wanted, value: held, policy: source } of got.values) {
            const [value, version] = oracle(all, where, at, wanted);
            if (held !== value || (source?.version ?? null) !== version) return false;
          }
          return got.ignored.every(({ name: ignored, value }) => faultOf(ignored, value) !== null);
        },
      ),
      { numRuns: 2_000 },
    ),
  );
});

t.test('what is pruned is missed by nobody who asks of a later moment', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(versions, places, fc.integer({ min: -1, max: 7 }), fc.nat(4), (all, where, at, later) => {
        const shelf = new PolicyShelf(all);
        const before = effective(shelf, where, at + later, defaultSettings);
        shelf.prune(at);
        const after = effective(shelf, where, at + later, defaultSettings);
        return JSON.stringify(before) === JSON.stringify(after);
      }),
      { numRuns: 1_000 },
    ),
  );
});
