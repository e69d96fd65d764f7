import fc from 'fast-check';
import t from 'tap';
import { toldBy } from '../../../server/domain/pools.ts';
import type { Reading } from '../../../server/domain/reading.ts';
import { freshDetection, judgeReading } from '../../../server/domain/rules/detection.ts';
import { conditionsOf } from '../../../server/domain/rules/index.ts';
import { QuietDevice } from '../../../server/domain/rules/quiet-device.ts';
import { defaultSettings } from '../../../server/domain/settings.ts';
import { holds } from '../../support/property.ts';
import { contextOf, disk, readingOf, type Values } from '../../support/reading.ts';

/** One pool of so many file systems, all with the same space left. */
function manyOf(count: number, leftGiB = 100): Values {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      ...Object.entries(disk(`/a${index}`, 1_000, leftGiB)),
      [`fs.pool[/a${index}]`, 1],
      [`fs.readable[/a${index}]`, 1],
    ]).flat(),
  );
}

/** How often values are looked up while a second report of such a machine is judged, in which all of them changed. */
function lookUps(count: number): number {
  const first = readingOf(0, manyOf(count));
  const [state, quiet] = [freshDetection(), new QuietDevice()];
  judgeReading(state, first, contextOf(), quiet);
  let asked = 0;
  const scaled = new Proxy(
    first.scaled.map((value) => value && value + 1),
    {
      get(values, name) {
        asked += 1;
        return Reflect.get(values, name) as unknown;
      },
    },
  );
  judgeReading(state, { ...first, at: 10_000, scaled }, contextOf(), quiet);
  return asked;
}

t.test('a report of many file systems in one pool is judged in their square, and no more', async (t) => {
  for (const count of [8, 64, 128]) {
    const asked = lookUps(count);
    t.ok(asked < 100 * count ** 2, `${count}: ${asked}`);
  }
});

t.test(
  'of a machine that names more than any agent does, each speaks for itself, at the price of a look',
  async (t) => {
    const asked = lookUps(512);
    t.ok(asked < 100 * 512, String(asked));
    const { schema } = readingOf(0, manyOf(512));
    const listed = conditionsOf(schema, defaultSettings).reduce((sum, { condition }) => {
      return sum + (condition.reads?.length ?? 0) + (condition.sharedReads?.length ?? 0);
    }, 0);
    t.ok(listed < 10 * schema.metrics.length, 'and its schema is taken in as any other');
    t.equal(toldBy(readingOf(0, manyOf(128, 1)), '/a1'), '/a0');
    t.equal(toldBy(readingOf(0, manyOf(129, 1)), '/a1'), null);
    const state = freshDetection();
    const raised = [100, 1, 1].flatMap((left, index) => {
      return judgeReading(state, readingOf(index * 400_000, manyOf(129, left)), contextOf());
    });
    t.match(raised.map(({ object }) => object).slice(0, 3), ['/a0', '/a1', '/a2']);
  },
);

t.test('property: while nothing is wrong, asking for what changed finds what asking for all finds', async (t) => {
  const left = fc.constantFrom(null, 1, 3, 500);
  const report = fc.record({ left: fc.tuple(left, left, left), pools: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)) });
  const names = ['/', '/a', '/b'];
  const valuesOf = ({ left, pools }: { left: (number | null)[]; pools: number[] }): Values =>
    Object.assign(
      Object.create(null) as object,
      ...names.map((name, index) => ({
        ...disk(name, 1_000, left[index] ?? null),
        [`fs.pool[${name}]`]: pools[index] || null,
        [`fs.readable[${name}]`]: left[index] === null ? 0 : 1,
      })),
    );
  holds(
    t,
    fc.property(fc.array(report, { minLength: 2, maxLength: 8 }), (reports) => {
      const [all, fewest, quiet] = [freshDetection(), freshDetection(), new QuietDevice()];
      const { schema } = readingOf(0, valuesOf(reports[0] as (typeof reports)[0]));
      return reports.every((one, index) => {
        const reading: Reading = { ...readingOf(index * 200_000, valuesOf(one)), schema };
        const said = [judgeReading(all, reading, contextOf()), judgeReading(fewest, reading, contextOf(), quiet)];
        return JSON.stringify(said[0]) === JSON.stringify(said[1]);
      });
    }),
  );
});
