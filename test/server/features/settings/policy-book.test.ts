import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { settingsWith } from '../../../../server/domain/policies/catalogue.ts';
import { effective } from '../../../../server/domain/policies/resolve.ts';
import { PolicyShelf } from '../../../../server/domain/policies/shelf.ts';
import { defaultSettings } from '../../../../server/domain/settings.ts';
import { PolicyBook } from '../../../../server/features/settings/policy-book.ts';
import { toVersion } from '../../../../server/features/settings/rows.ts';
import { futureStatements } from '../../../../server/platform/store/heal-future.ts';
import type { Row } from '../../../../server/platform/store/tables.ts';
import { tempStore } from '../../../support/store.ts';

type Version = Row<'policy_version'>;
type Device = Parameters<PolicyBook['ofDevice']>[0];

const ids = [
  'default',
  'client:acme',
  'site:hq',
  'site:lab',
  'kind:server',
  'tag:db',
  'tag:ups',
  'device:d1',
  'device:d2',
];
const owners: Record<string, string> = {
  'client:acme': 'acme',
  'site:hq': 'acme',
  'site:lab': 'acme',
  'device:d1': 'acme',
  'device:d2': 'acme',
};

function row(version: number, id: string, from: number, ratio: number | null): Version {
  const values = ratio === null ? null : JSON.stringify([['cpu.raiseRatio', ratio]]);
  const by = { by_id: 'u', by_name: 'Ann' };
  return { ...by, version, policy: id, client_id: owners[id] ?? null, rank: 0, values_json: values, from_ms: from };
}

const device = (id: string, siteId = 'hq', tags: string[] = [], placements: Device['placements'] = []): Device => ({
  info: { id, client_id: 'acme', site_id: siteId, kind: 'server', tags_json: JSON.stringify(tags) } as Device['info'],
  placements,
});

t.test('without policies it costs nothing and is what is built in', async (t) => {
  const book = new PolicyBook(defaultSettings);
  t.equal(book.ofDevice(device('d1'), 0), defaultSettings);
  book.take(row(1, 'device:d2', 0, 0.8));
  t.equal(book.ofDevice(device('d1'), 0), defaultSettings, 'nor for whom none applies to');
});

t.test('the same values are the same object, whatever they were derived from', async (t) => {
  const book = new PolicyBook(defaultSettings);
  book.take(row(1, 'client:acme', 0, 0.8));
  const first = book.ofDevice(device('d1'), 1);
  t.equal(first.cpu.raiseRatio, 0.8);
  t.equal(book.ofDevice(device('d2', 'lab', ['db']), 1), first);
  book.take(row(2, 'tag:db', 0, 0.8));
  t.equal(book.ofDevice(device('d2', 'lab', ['db']), 1), first);
  t.equal(book.ofSite({ id: 'hq', client_id: 'acme' }, 1), first);
  book.take(row(3, 'site:hq', 0, 0.7));
  t.equal(book.ofSite({ id: 'hq', client_id: 'acme' }, 1).cpu.raiseRatio, 0.7);
  t.equal(book.ofDevice(device('d2', 'lab', ['db']), 1), first);
});

/** What may happen between two questions. */
const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('put' as const),
      id: fc.constantFrom(...ids),
      from: fc.integer({ min: 0, max: 9 }),
      ratio: fc.option(fc.constantFrom(0.5, 0.6, 0.7)),
    }),
    fc.record({
      kind: fc.constant('move' as const),
      id: fc.constantFrom('d1', 'd2'),
      siteId: fc.constantFrom('hq', 'lab'),
      tags: fc.subarray(['db', 'ups']),
    }),
    fc.record({
      kind: fc.constant('ask' as const),
      id: fc.constantFrom('d1', 'd2'),
      at: fc.integer({ min: -1, max: 12 }),
    }),
    fc.record({ kind: fc.constant('set back' as const), now: fc.integer({ min: 0, max: 9 }) }),
  ),
  { maxLength: 40 },
);

t.test('what is remembered is what would be found anew, whatever happened in between', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(steps, (all) => {
        const book = new PolicyBook(defaultSettings);
        let versions: Version[] = [];
        const devices = new Map([device('d1'), device('d2')].map((one) => [one.info.id, one]));
        let clock = 0;
        for (const step of all) {
          clock += 1;
          if (step.kind === 'put') {
            const made = row(clock, step.id, step.from, step.ratio);
            versions.push(made);
            book.take(made);
          } else if (step.kind === 'move') {
            const { info, placements } = devices.get(step.id) as Device;
            const left = { until_ms: clock / 4, site_id: info.site_id, tags_json: info.tags_json };
            devices.set(step.id, device(step.id, step.siteId, step.tags, [...placements, left]));
          } else if (step.kind === 'set back') {
            book.redate(step.now, { sizeMs: 0, since: Number.POSITIVE_INFINITY });
            versions = versions.map((one) => ({ ...one, from_ms: Math.min(step.now, one.from_ms) }));
          } else {
            const one = devices.get(step.id) as Device;
            const { site_id: siteId, tags_json: tags } =
              one.placements.find(({ until_ms }) => step.at < until_ms) ?? one.info;
            const place = {
              clientId: 'acme',
              siteId,
              kind: 'server' as const,
              tags: JSON.parse(tags) as string[],
              deviceId: step.id,
            };
            const shelf = new PolicyShelf(versions.flatMap((version) => toVersion(version) ?? []));
            const { values } = effective(shelf, place, step.at, defaultSettings);
            const want = settingsWith(
              defaultSettings,
              values.map(({ name, value }) => [name, value] as const),
            );
            if (JSON.stringify(book.ofDevice(one, step.at)) !== JSON.stringify(want)) return false;
          }
        }
        return true;
      }),
      { numRuns: 500 },
    ),
  );
});

t.test('what no version of Vigia has written is passed over', async (t) => {
  const book = new PolicyBook(defaultSettings);
  const f = (over: Partial<Version>) => book.take({ ...row(1, 'default', 0, 0.8), ...over });
  f({ values_json: 'no JSON' });
  t.equal(book.ofDevice(device('d1'), 1), defaultSettings);
  f({ version: 2, values_json: '{"cpu.raiseRatio":0.8}' });
  f({ version: 3, values_json: '[["__proto__",{"cpu":1}],["cpu.raiseRatio"],7,null]' });
  f({ version: 4, policy: 'planet:mars' });
  t.equal(book.ofDevice(device('d1'), 1), defaultSettings);
  t.match(book.explain(device('d1'), 1).ignored, [{ name: '__proto__', why: { key: 'refused.setting.unknown' } }]);
});

t.test('a clock that is set back leaves the same in memory and in the database', async (t) => {
  const NOW = 1_800_000_000_000;
  const store = await tempStore(t, { nowMs: NOW });
  const HOUR = 3_600_000;
  const instants = fc.array(fc.integer({ min: NOW - 3 * HOUR, max: NOW + 3 * HOUR }), { maxLength: 5 });
  const setBacks = fc.constantFrom(
    [0, Number.POSITIVE_INFINITY],
    [-HOUR, Number.POSITIVE_INFINITY],
    [-HOUR, NOW - HOUR],
  );
  await t.resolves(
    fc.assert(
      fc.asyncProperty(instants, setBacks, async (all, [sizeMs = 0, since = 0]) => {
        await store.db.deleteFrom('policy_version').execute();
        for (const [index, from] of all.entries())
          await store.db
            .insertInto('policy_version')
            .values(row(index + 1, 'default', from, 0.8))
            .execute();
        const book = new PolicyBook(defaultSettings);
        await book.load(store);
        await store.commit(futureStatements(store, NOW, { sizeMs, since }));
        book.redate(NOW, { sizeMs, since });
        const stored = new PolicyBook(defaultSettings);
        await stored.load(store);
        const seen = (one: PolicyBook) => [...one.shelf.all()].map(({ version, from }) => `${version} ${from}`).sort();
        assert.deepEqual(seen(book), seen(stored));
      }),
      { numRuns: 30 },
    ),
  );
});

t.test('a whole fleet asks anew after a change, within a moment', async (t) => {
  const book = new PolicyBook(defaultSettings);
  const tags = Array.from({ length: 3_000 }, (_, index) => `t${index}`);
  for (const [index, tag] of tags.entries()) book.take(row(index + 1, `tag:${tag}`, index, 0.9));
  book.take(row(4_000, 'device:d1', 0, 0.6));
  const fleet = Array.from({ length: 10_000 }, (_, index) =>
    device(`d${index}`, `s${index % 100}`, [`t${index % 10}`]),
  );
  const startedAt = process.cpuUsage();
  for (const [round, ratio] of [0.7, 0.8].entries()) {
    book.take(row(5_000 + round, 'default', 5_000 + round, ratio));
    const found = fleet.map((one) => book.ofDevice(one, 6_000).cpu.raiseRatio);
    t.same(found.indexOf(0.6), 1);
    t.same(
      found.toSpliced(1, 1).every((one) => one === 0.9),
      true,
    );
  }
  t.ok(process.cpuUsage(startedAt).user < 300_000, 'it is asked between two ticks');
});
