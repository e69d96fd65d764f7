import fc from 'fast-check';
import t from 'tap';
import { sharersOf, spaceOf, toldBy } from '../../../server/domain/pools.ts';
import type { Reading } from '../../../server/domain/reading.ts';
import { diskInodes, diskReadOnly, diskSpace } from '../../../server/domain/rules/disk.ts';
import { diskUnreadable } from '../../../server/domain/rules/disk-unreadable.ts';
import type { Finding } from '../../../server/domain/rules/rule.ts';
import { contextOf, disk, findingsOf, GiB, readingOf, type Values, wordsOf } from '../../support/reading.ts';
import { spoken } from '../../support/spoken.ts';

/** Datasets of one pool: what each holds itself, and what is left to it, in GiB. */
function pool(datasets: Readonly<Record<string, readonly [held: number, left: number | null]>>, number = 1): Values {
  const values: Record<string, number | null> = Object.create(null);
  for (const [name, [held, left]] of Object.entries(datasets)) {
    Object.assign(values, disk(name, held + (left ?? 0), left), { [`fs.pool[${name}]`]: number });
  }
  return values;
}

const twelve = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => [index === 0 ? '/tank' : `/tank/data${index}`, [70 + index, 3] as const]),
);

const raised = (rule: typeof diskSpace, values: Values) =>
  findingsOf(rule, readingOf(0, values), contextOf()).filter(
    ({ signal, priority }) => signal === 'raise' && priority === 'high',
  );

t.test('twelve datasets of one full pool are one incident that names them all', async (t) => {
  const found = raised(diskSpace, pool(twelve));
  t.equal(found.length, 1);
  const [finding] = found as [Finding];
  const { object, evidence } = finding;
  t.equal(object, '/tank');
  const others = Array.from({ length: 10 }, (_, index) => `/tank/data${index + 1}`).join(', ');
  t.equal(
    wordsOf(finding),
    `/tank has 3.0 GB left of 909 GB (0.3% free, below 5.0 GB for 5 min), shared with ${others} and /tank/data11`,
  );
  t.same(evidence.metrics, ['fs.available[/tank]']);
  t.equal(raised(diskSpace, { ...pool(twelve), ...pool(Object.fromEntries([['/x', [90, 1]]]), 2) }).length, 2);
});

t.test('without word of pools each speaks for itself, as with agents of before', async (t) => {
  const values = Object.fromEntries(Object.entries(pool(twelve)).filter(([name]) => !name.startsWith('fs.pool')));
  t.equal(raised(diskSpace, values).length, 12);
});

t.test('what is full by a quota of its own is told by itself', async (t) => {
  const objects = (datasets: Parameters<typeof pool>[0]) =>
    raised(diskSpace, pool(datasets)).map(({ object }) => object);
  t.same(objects({ '/tank': [1, 500], '/tank/a': [200, 500], '/tank/q': [50, 0] }), ['/tank/q']);
  t.same(objects({ '/tank': [1, 3], '/tank/a': [200, 3], '/tank/q': [50, 0] }), ['/tank', '/tank/q']);
  t.same(objects({ '/tank': [1, 3], '/tank/a': [200, 3], '/tank/r': [50, 90] }), ['/tank'], 'one has a reservation');
  t.same(objects({ '/tank': [1, 500], '/tank/q': [50, 0.1] }), ['/tank/q'], 'of two that differ none stands for both');
});

t.test('several that are as full by quotas of their own are no pool, however alike', async (t) => {
  const f = (datasets: Parameters<typeof pool>[0], ...want: string[]) => {
    const reading = readingOf(0, pool(datasets));
    const full = raised(diskSpace, pool(datasets)).map(({ object }) => object);
    t.same(full, want, JSON.stringify(datasets));
    for (const name of want) t.equal(spaceOf(reading, name)?.availableBytes, (datasets[name]?.[1] ?? 0) * GiB);
    return reading;
  };
  // Whoever lies in another has its space too, unless a quota leaves less.
  f({ '/tank': [1, 500], '/tank/a': [9.7, 0.3], '/tank/b': [9.65, 0.35] }, '/tank/a', '/tank/b');
  f({ '/tank': [1, 500], '/tank/a': [10, 0], '/tank/b': [20, 0], '/tank/c': [30, 0] }, '/tank/a', '/tank/b', '/tank/c');
  const roomy = f({ '/tank': [900, 500], '/tank/a': [0, 4], '/tank/b': [0, 4] });
  t.same(spaceOf(roomy, '/tank/a'), { sizeBytes: 4 * GiB, availableBytes: 4 * GiB }, 'empty, and not 4 of 900 GB');
  // Beside one another: datasets of a pool have the same space left, and those of one quota the same size.
  f({ '/data': [900, 500], '/users/a': [9.7, 0.3], '/users/b': [9.65, 0.35] }, '/users/a', '/users/b');
  f({ '/data': [900, 500], '/users/a': [0, 4], '/users/b': [0, 4] });
  // The pool is below those of the same reservation, and above those of a quota.
  const mixed = { '/r': [1, 90], '/t': [1, 3], '/t/a': [200, 3], '/t/q': [9.9, 0.1], '/t/r': [9.9, 0.1] } as const;
  f(mixed, '/t', '/t/q', '/t/r');
});

t.test('further names of one file system are named with it', async (t) => {
  const values = { ...pool({ '/': [90, 2] }), 'fs.pool[/home]': 1, 'fs.pool[/var]': 1 };
  const [finding] = raised(diskSpace, values);
  t.match(wordsOf(finding), /^\/ has 2\.0 GB left of 92\.0 GB .*, shared with \/var and \/home$/);
  const reading = readingOf(0, values);
  t.same(sharersOf(reading, '/home'), ['/', '/var']);
});

t.test('many are counted where they would make no message', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`/t/${index}`, [70, 3] as const]));
  const [finding] = raised(diskSpace, pool(many));
  t.match(wordsOf(finding), / and 27 more$/);
});

t.test('what one takes over is not said to have room again', async (t) => {
  const findings = findingsOf(diskSpace, readingOf(0, pool(twelve)), contextOf());
  const covered = findings.find(({ object }) => object === '/tank/data3');
  t.equal(covered?.signal, 'clear');
  t.equal(spoken(covered?.recovery?.()), '/tank/data3 shares its space with /tank, with which it is told from now on');
  const [own] = findings;
  t.equal(own?.recovery, undefined, 'the rule has a sentence of its own');
});

t.test('inodes and silence of a pool are told once too', async (t) => {
  const names = ['/tank', '/tank/a', '/tank/b'];
  const inodes = names.map((name) => ({ [`fs.inodes[${name}]`]: 1_000, [`fs.inodesFree[${name}]`]: 10 }));
  const space = pool(Object.fromEntries(names.map((name) => [name, [10, 90]])));
  t.same(
    raised(diskInodes, Object.assign({}, space, ...inodes)).map(({ object }) => object),
    ['/tank'],
  );
  const silent = names.map((name, index) => ({ [`fs.readable[${name}]`]: index === 0 ? 1 : 0 }));
  const found = raised(diskUnreadable, Object.assign({}, space, ...silent));
  t.same(
    found.map(({ object }) => object),
    ['/tank/a'],
  );
  t.match(wordsOf(found[0]), /fails, shared with \/tank\/b$/);
});

t.test('read-only by an error is told although it never was seen to be writable', async (t) => {
  const never = contextOf({ wasWritable: () => false });
  const signals = (values: Values) =>
    findingsOf(diskReadOnly, readingOf(0, values), never).map((finding) => [finding.signal, wordsOf(finding)]);
  t.match(signals({ 'fs.readOnly[/]': 1, 'fs.error[/]': 1 }), [['raise', /noted errors/]]);
  t.match(signals({ 'fs.readOnly[/]': 1, 'fs.error[/]': 0 }), [['clear']], 'on purpose');
  t.match(signals({ 'fs.readOnly[/]': 1, 'fs.error[/]': null }), [['clear']]);
  t.match(signals({ 'fs.readOnly[/]': 0, 'fs.error[/]': 1 }), [['clear']], 'it can be written again');
});

t.test('the reading of a device, which each report fills anew, is never answered by what it said before', async (t) => {
  const full = readingOf(0, pool(twelve));
  const sizes = [...full.scaled];
  const roomy = readingOf(0, pool(Object.fromEntries(Object.keys(twelve).map((name) => [name, [70, 900] as const]))));
  const latest = { at: 0, schema: full.schema, scaled: [...roomy.scaled] };
  const conditions = diskSpace(latest.schema, contextOf().settings);
  const raisedNow = () => conditions.filter((condition) => condition.signal(latest, contextOf()) === 'raise').length;
  t.equal(raisedNow(), 0);
  latest.scaled.splice(0, sizes.length, ...sizes);
  t.equal(raisedNow(), 2, 'both levels of the one that stands for them');
  latest.scaled.splice(0, sizes.length, ...roomy.scaled);
  t.equal(raisedNow(), 0);
});

t.test('property: filled anew a reading says what a new one says', async (t) => {
  const values = fc.array(fc.option(fc.integer({ min: 0, max: 3 })), { minLength: 9, maxLength: 9 });
  const names = ['/', '/a', '/b'];
  const valuesOf = (drawn: readonly (number | null)[]): Values =>
    Object.fromEntries(
      names.flatMap((name, at) =>
        ['size', 'available', 'pool'].map((family, index) => [
          `fs.${family}[${name}]`,
          scaled(drawn[at * 3 + index] ?? null, family),
        ]),
      ),
    );
  const scaled = (value: number | null, family: string) =>
    value === null || family === 'pool' ? value : value * 10 * GiB;
  const said = (reading: Reading) => names.map((name) => [toldBy(reading, name), spaceOf(reading, name)]);
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(values, { minLength: 2, maxLength: 6 }), (reports) => {
        const latest = readingOf(0, valuesOf(reports[0] ?? []));
        const filled = { ...latest, scaled: [...latest.scaled] };
        for (const report of reports) {
          const fresh = readingOf(0, valuesOf(report));
          filled.scaled.splice(0, fresh.scaled.length, ...fresh.scaled);
          if (JSON.stringify(said(filled)) !== JSON.stringify(said(fresh))) return false;
        }
        return true;
      }),
    ),
  );
});

t.test('property: whoever is told by another shares its space, and that one speaks for itself', async (t) => {
  const datasets = fc.dictionary(
    fc.constantFrom('/', '/a', '/b', '/__proto__', '/tank', '/tank/a', '/tank/b'),
    fc.tuple(fc.integer({ min: 0, max: 50 }), fc.option(fc.integer({ min: 0, max: 9 }))),
  );
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        datasets,
        fc.array(fc.option(fc.integer({ min: 1, max: 2 })), { minLength: 7, maxLength: 7 }),
        (all, numbers) => {
          const values = { ...pool(all) };
          for (const [index, name] of Object.keys(all).entries()) values[`fs.pool[${name}]`] = numbers[index] ?? null;
          const reading = readingOf(0, values);
          return Object.keys(all).every((name) => {
            const teller = toldBy(reading, name);
            if (teller === null) return true;
            const [own, other] = [values[`fs.available[${name}]`] ?? 0, values[`fs.available[${teller}]`] ?? 0];
            return (
              toldBy(reading, teller) === null &&
              sharersOf(reading, name).includes(teller) &&
              (spaceOf(reading, teller)?.sizeBytes ?? 0) > 0 &&
              Math.abs(own - other) < GiB
            );
          });
        },
      ),
    ),
  );
});
