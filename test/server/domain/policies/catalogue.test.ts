import fc from 'fast-check';
import t from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { faultOf, settingCatalogue, settingsWith } from '../../../../server/domain/policies/catalogue.ts';
import { freshDetection, judgeReading } from '../../../../server/domain/rules/detection.ts';
import { defaultSettings } from '../../../../server/domain/settings.ts';
import { readingOf } from '../../../support/reading.ts';

t.test('every built-in value lies within its bounds', async (t) => {
  for (const [name, { read }] of settingCatalogue) t.equal(faultOf(name, read(defaultSettings)), null, name);
});

t.test('what cannot be set', async (t) => {
  const f = (name: string, value: unknown, want: RegExp | null) => {
    const found = faultOf(name, value);
    const fault = found && plain(found, 0);
    if (want === null) t.equal(fault, null, name);
    else t.match(fault, want, `${name} ${String(value)}`);
  };
  f('cpu.raiseRatio', 0.5, null);
  f('cpu.raiseRatio', 1, null);
  f('cpu.raiseRatio', 0.49, /is 0\.49; it must be at least 0\.5 \(ratio\)/);
  f('cpu.raiseRatio', 1.01, /is 1\.01; it must be at most 1 \(ratio\)/);
  f('cpu.forMs', 0.5, /must be a whole number \(ms\)/);
  f('cpu.forMs', -1, /at least 0 \(ms\)/);
  f('cpu.forMs', '60000', /must be a number \(ms\)/);
  f('cpu.forMs', Number.NaN, /must be a number/);
  f('cpu.forMs', Number.POSITIVE_INFINITY, /must be a number/);
  f('cpu.forMs', null, /must be a number/);
  f('cpu', 1, /no setting "cpu"/);
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'cpu.__proto__', 'x'.repeat(500)])
    f(name, 1, /There is no setting/);
});

t.test('each name sets its own value and no other', async (t) => {
  for (const [name, { min, write: _, read }] of settingCatalogue) {
    const changed = settingsWith(defaultSettings, [[name, min]]);
    t.equal(read(changed), min, name);
    const others = [...settingCatalogue.values()].filter((other) => other.name !== name);
    const valuesIn = (settings: typeof changed) => others.map((other) => [other.name, other.read(settings)]);
    t.same(valuesIn(changed), valuesIn(defaultSettings), `${name} and no other`);
  }
  t.same(settingsWith(defaultSettings, []), defaultSettings);
});

/** Some value within the bounds of each setting, or none. */
const values = fc.record(
  Object.fromEntries(
    [...settingCatalogue].map(([name, { unit, min, max }]) => [
      name,
      unit === 'ratio'
        ? fc.double({ min, max, noNaN: true })
        : fc.maxSafeInteger().map((n) => min + (Math.abs(n) % (max - min + 1))),
    ]),
  ),
  { requiredKeys: [] },
);

t.test(
  'every combination within the bounds works: what is raised is over once nothing is wrong any more',
  async (t) => {
    const GiB = 1024 ** 3;
    const well = {
      'cpu.busy': 0,
      'fs.size[/]': 100 * GiB,
      'fs.available[/]': 100 * GiB,
      'fs.inodes[/]': 1000,
      'fs.inodesFree[/]': 1000,
      'memory.size': GiB,
      'memory.available': GiB,
      'swap.inBytes': 0,
      'swap.outBytes': 0,
    };
    const ill = { ...well, 'cpu.busy': 1, 'fs.available[/]': 0, 'fs.inodesFree[/]': 0, 'memory.available': 0 };
    t.doesNotThrow(() =>
      fc.assert(
        fc.property(values, (set) => {
          const pairs = Object.entries(set).filter((pair): pair is [string, number] => pair[1] !== undefined);
          const settings = settingsWith(defaultSettings, pairs);
          const state = freshDetection();
          let at = 0;
          let clockOffsetMs = 0;
          const judge = (reading: typeof well, count: number) => {
            for (let index = 0; index < count; index += 1) {
              at += 3_600_000;
              const surroundings = { settings, clockOffsetMs, unexpectedRebootAt: null, topProcesses: () => [] };
              judgeReading(state, readingOf(at, { ...reading, 'swap.outBytes': at }), surroundings);
            }
          };
          judge(well, 1);
          clockOffsetMs = 2 * 86_400_000;
          judge(ill, 30);
          const raised = new Set([...state.raised.values()].map(({ rule }) => rule));
          clockOffsetMs = 0;
          judge(well, 30);
          const isOff = (name: string): boolean => settingCatalogue.get(name)?.read(settings) === 0;
          if (!raised.has('cpu.busy') || !raised.has('clock.skew')) return false;
          if (raised.has('disk.space') === (isOff('disk.high.belowBytes') && isOff('disk.medium.belowBytes')))
            return false;
          return [...state.raised.keys()].length === 0;
        }),
        { numRuns: 200 },
      ),
    );
  },
);
