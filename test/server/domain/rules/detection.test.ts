import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import type { SchemaIndex } from '../../../../server/domain/reading.ts';
import {
  type DetectionState,
  freshDetection,
  judgeFindings,
  judgeReading,
  type Verdict,
} from '../../../../server/domain/rules/detection.ts';
import { readDetection, saveDetection } from '../../../../server/domain/rules/detection-json.ts';
import { diskInodes, diskReadOnly, diskSpace } from '../../../../server/domain/rules/disk.ts';
import { clockSkew, cpuBusy, rebootUnexpected } from '../../../../server/domain/rules/machine.ts';
import { QuietDevice } from '../../../../server/domain/rules/quiet-device.ts';
import type { RuleContext } from '../../../../server/domain/rules/rule.ts';
import { holds } from '../../../support/property.ts';
import { contextOf, disk, findingsOf, GiB, readingOf, type Values } from '../../../support/reading.ts';
import { spoken } from '../../../support/spoken.ts';

const minutes = 60_000;
const START = Date.UTC(2026, 2, 1);

/** A device's detection over time. Readings come every half minute. */
function observe(state: DetectionState = freshDetection()) {
  let at = START;
  const device = {
    state,
    get at() {
      return at;
    },
    read(values: Values, context: Partial<RuleContext> = {}): readonly Verdict[] {
      at += 30_000;
      const { swappedAt: _, ...surroundings } = contextOf(context);
      return judgeReading(device.state, readingOf(at, values), surroundings);
    },
    /** The same values, read by the hour. */
    pass(durationMs: number, values: Values): string {
      const said: string[] = [];
      for (const until = at + durationMs; at < until; at += 60 * minutes) {
        for (const verdict of device.read(values)) said.push(short(verdict));
      }
      return said.join(', ');
    },
    /** The same values for so long; what was said, in short, with the minutes it took. */
    hold(durationMs: number, values: Values, context: Partial<RuleContext> = {}): string {
      const from = at;
      const said: string[] = [];
      while (at - from < durationMs) {
        for (const verdict of device.read(values, context)) said.push(`${short(verdict)} @${(at - from) / minutes}`);
      }
      return said.join(', ');
    },
  };
  return device;
}

function short(verdict: Verdict): string {
  const { kind, rule, object } = verdict;
  return `${kind} ${rule}${object && ` ${object}`}${verdict.kind === 'clear' ? '' : ` ${verdict.priority}`}`;
}

const healthy = disk('/', 100, 50);

t.test('one disk, one incident that changes: Medium, High, Medium again, over', async (t) => {
  const device = observe();
  device.read(healthy);
  t.equal(device.hold(20 * minutes, disk('/', 100, 9)), 'raise disk.space / medium @15.5');
  t.equal(device.hold(20 * minutes, disk('/', 100, 4)), 'change disk.space / high @5.5');
  t.equal(device.hold(20 * minutes, disk('/', 100, 7)), '', 'between the thresholds of High');
  t.equal(device.hold(20 * minutes, disk('/', 100, 8)), 'change disk.space / medium @0.5');
  t.equal(device.hold(20 * minutes, disk('/', 100, 12)), '');
  t.equal(device.hold(20 * minutes, disk('/', 100, 13)), 'clear disk.space / @0.5');
  t.same([...device.state.levels], []);
  t.same([...device.state.raised], []);
});

t.test('a full disk is told whatever the interval of reports', async (t) => {
  for (const everyMs of [10_000, 4 * minutes, 6 * minutes, 14 * minutes, 16 * minutes, 60 * minutes]) {
    const state = freshDetection();
    const { swappedAt: _, ...surroundings } = contextOf();
    const said: string[] = [];
    const read = (n: number, values: Values): void => {
      const at = START + n * everyMs;
      for (const verdict of judgeReading(state, readingOf(at, values), surroundings)) {
        said.push(`${short(verdict)} @${(at - START - everyMs) / everyMs}`);
      }
    };
    read(0, healthy);
    const first = (durationMs: number): number => Math.ceil(durationMs / everyMs);
    const [high, medium] = [first(5 * minutes), first(15 * minutes)];
    for (let n = 1; n < 200; n += 1) read(n, disk('/', 100, 4));
    t.same(said, [`raise disk.space / high @${high}`], `every ${everyMs / minutes} min`);
    read(200, healthy);
    for (let n = 201; n < 400; n += 1) read(n, disk('/', 100, 9));
    t.equal(said.at(-1), `raise disk.space / medium @${200 + medium}`);
  }
});

t.test('a verdict says since when and why', async (t) => {
  const device = observe();
  device.read(healthy);
  const onset = device.at + 30_000;
  let raised: Verdict | undefined;
  while (!raised) raised = device.read(disk('/', 100, 4))[0];
  t.same(spoken(raised), {
    kind: 'raise',
    rule: 'disk.space',
    object: '/',
    priority: 'high',
    said: '/ has 4.0 GB left of 100 GB (4.0% free, below 5.0 GB for 5 min)',
    evidence: { metrics: ['fs.available[/]'], threshold: { metric: 'fs.available[/]', value: 5 * GiB } },
    onset,
    at: onset + 5 * minutes,
  });
  const [cleared] = device.read(healthy);
  t.same(spoken(cleared), {
    kind: 'clear',
    rule: 'disk.space',
    object: '/',
    said: '/ has enough space again',
    at: device.at,
  });
});

t.test('each rule has its sentence for being over', async (t) => {
  const bad: Values = {
    ...healthy,
    'fs.inodes[/]': 1_000,
    'fs.inodesFree[/]': 1,
    'fs.readOnly[/]': 1,
    'cpu.busy': 1,
    'memory.size': GiB,
    'memory.available': 1,
  };
  const good: Values = { ...bad, 'fs.inodesFree[/]': 999, 'fs.readOnly[/]': 0, 'cpu.busy': 0, 'memory.available': GiB };
  const swap = (total: number) => ({ 'swap.inBytes': total, 'swap.outBytes': 0 });
  const device = observe();
  device.read({ ...good, ...swap(0) });
  for (let n = 1; n <= 70; n += 1) {
    device.read({ ...bad, ...swap(n) }, { clockOffsetMs: 400_000, unexpectedRebootAt: START });
  }
  t.same([...device.state.raised.keys()].sort(), [
    'clock.skew|',
    'cpu.busy|',
    'disk.inodes|/',
    'disk.read-only|/',
    'memory.exhausted|',
    'reboot.unexpected|',
  ]);
  const sentences = new Set<string>();
  for (let n = 0; n < 30; n += 1) {
    for (const verdict of device.read({ ...good, ...swap(0) })) sentences.add(plain(verdict.said, 0));
  }
  t.same([...sentences].sort(), [
    '/ can be written again',
    '/ has enough inodes again',
    'Enough memory is available again, or the machine no longer swaps',
    'No further unexpected restart for a day',
    'The CPU is no longer saturated',
    'The clock is right again',
  ]);
});

t.test('swapping is noticed by its counters, which begin again at a boot', async (t) => {
  const device = observe();
  const full = (total: number | null): Values => ({
    'memory.size': 64 * GiB,
    'memory.available': 1,
    'swap.inBytes': total,
    'swap.outBytes': total,
  });
  t.equal(device.hold(20 * minutes, full(7)), '', 'a full memory that does not swap');
  let said = '';
  for (let swapped = 8; swapped < 40; swapped += 1) said += device.hold(30_000, full(swapped));
  t.equal(said, 'raise memory.exhausted normal @0.5');
  const since = device.state.swappedAt;
  device.read(full(null));
  t.equal(device.state.swappedAt, since, 'unreadable counters change nothing');
  device.read(full(0));
  t.equal(device.state.swappedAt, since, 'nor do counters that began again');
});

t.test('what cannot be read holds what is known', async (t) => {
  const device = observe();
  device.read(healthy);
  device.hold(6 * minutes, disk('/', 100, 4));
  t.equal(device.hold(60 * minutes, disk('/', 100, null)), '', 'a hung mount keeps its incident');
  t.equal(device.hold(minutes, disk('/', 100, 4)), '');
  t.equal(device.hold(minutes, healthy), 'clear disk.space / @0.5');
});

t.test('an object that is no longer reported ends its incidents after 10 minutes', async (t) => {
  const device = observe();
  device.read({ ...healthy, ...disk('/mnt', 100, 50) });
  device.hold(6 * minutes, { ...healthy, ...disk('/mnt', 100, 1) });
  t.equal(device.hold(9 * minutes, healthy), '');
  t.equal(device.hold(2 * minutes, healthy), 'clear disk.space /mnt @1');
  t.same([...device.state.raised], []);
  t.same([...device.state.levels], [], 'nothing of it is remembered');
  t.equal(device.hold(6 * minutes, { ...healthy, ...disk('/mnt', 100, 1) }), 'raise disk.space /mnt high @5.5');
});

const days = 24 * 60 * minutes;
const readOnly = (mountpoint: string, flag: number | null): Values => ({ [`fs.readOnly[${mountpoint}]`]: flag });

t.test('read-only is an incident where it could be written before, and nowhere else', async (t) => {
  const device = observe();
  const iso = { ...disk('/iso', 4, 0), ...readOnly('/iso', 1), 'fs.inodes[/iso]': 100, 'fs.inodesFree[/iso]': 0 };
  const root = (flag: number) => ({ ...healthy, ...readOnly('/', flag) });
  t.equal(device.hold(30 * minutes, { ...root(0), ...iso }), '', 'an image is full, and is meant to be');
  t.same([...device.state.onboarding.keys()], [], 'nor is it on the list of what was found');
  const later = { ...disk('/late', 4, 0), ...readOnly('/late', 1) };
  t.equal(device.hold(30 * minutes, { ...root(0), ...iso, ...later }), '', 'nor is one that comes later');
  t.equal(device.hold(30 * minutes, { ...root(1), ...iso, ...later }), 'raise disk.read-only / high @0.5');
  device.state = readDetection(JSON.parse(JSON.stringify(saveDetection(device.state))));
  t.equal(device.hold(30 * minutes, { ...root(1), ...iso, ...later }), '');
  t.equal(device.hold(30 * minutes, { ...root(0), ...iso, ...later }), 'clear disk.read-only / @0.5');
  const written = { ...root(0), ...iso, ...later, ...readOnly('/late', 0), ...disk('/late', 4, 2) };
  device.read(written);
  const full = { ...written, ...disk('/late', 4, 0), ...readOnly('/late', 1) };
  t.match(device.hold(30 * minutes, full), /raise disk\.read-only \/late high @0\.5, raise disk\.space \/late high/);
});

t.test('a read-only incident of an older version stays', async (t) => {
  const device = observe();
  device.read({ ...healthy, ...readOnly('/', 0) });
  device.hold(minutes, { ...healthy, ...readOnly('/', 1) });
  device.state.mounts.clear();
  t.equal(device.hold(minutes, { ...healthy, ...readOnly('/', 1) }), '');
  t.equal(device.hold(minutes, { ...healthy, ...readOnly('/', 0) }), 'clear disk.read-only / @0.5');
});

t.test('a file system of long standing that vanishes is an incident, and ends none', async (t) => {
  const device = observe();
  const both = (gib: number): Values => ({ ...healthy, ...disk('/srv', 100, gib) });
  device.pass(6 * days, both(50));
  t.equal(device.hold(20 * minutes, healthy), '', 'not before it has been there for a week');
  t.equal(device.pass(8 * days, both(50)), '');
  t.equal(device.hold(5 * minutes, healthy), '', 'a moment is nothing');
  t.equal(device.hold(6 * minutes, both(4)), 'raise disk.space /srv high @5.5');
  device.state = readDetection(JSON.parse(JSON.stringify(saveDetection(device.state))));
  t.equal(device.hold(60 * minutes, healthy), 'raise disk.unmounted /srv high @10.5');
  t.equal(device.hold(60 * minutes, both(4)), 'clear disk.unmounted /srv @0.5', 'and it is as full as before');
  t.equal(device.hold(minutes, both(50)), 'clear disk.space /srv @0.5');
  t.equal(device.pass(8 * days, both(50)), '');
  t.equal(device.pass(13 * days, healthy), 'raise disk.unmounted /srv high');
  t.equal(device.pass(2 * days, healthy), 'clear disk.unmounted /srv', 'in time it is no longer expected');
  t.same([device.state.levels.size, device.state.raised.size], [0, 0]);
});

t.test('what automount took away for now, or what is only left out, is not missed', async (t) => {
  for (const name of ['fs.readable[/srv]', 'fs.leftOut[/srv]']) {
    const device = observe();
    t.equal(device.pass(9 * days, { ...healthy, ...disk('/srv', 100, 50) }), '');
    t.equal(device.pass(days, { ...healthy, [name]: null }), '', name);
    t.equal(device.hold(20 * minutes, healthy), 'raise disk.unmounted /srv high @10.5');
  }
});

t.test('a file system that vanishes says so in words', async (t) => {
  const device = observe();
  const there = { ...healthy, ...disk('/srv', 100, 50) };
  device.pass(9 * days, there);
  const said: string[] = [];
  for (let n = 0; n < 30; n += 1) said.push(...device.read(healthy).map((verdict) => plain(verdict.said, 0)));
  said.push(...device.read(there).map((verdict) => plain(verdict.said, 0)));
  t.same(said, [
    '/srv is no longer mounted, after 9 d: what is written there fails or fills the disk below it',
    '/srv is mounted again',
  ]);
});

t.test('a pending raise and an onboarding entry go with their object too', async (t) => {
  const device = observe();
  device.read({ ...healthy, ...disk('/full', 100, 1) });
  device.read({ ...healthy, ...disk('/full', 100, 1), ...disk('/brief', 100, 1) });
  t.same([...device.state.onboarding.keys()], ['disk.space|/full']);
  device.hold(9 * minutes, healthy);
  t.same([...device.state.onboarding.keys()], ['disk.space|/full']);
  device.hold(2 * minutes, healthy);
  t.same([...device.state.onboarding], []);
  t.same([...device.state.levels], []);
});

t.test('objects with bars in their names stay apart', async (t) => {
  const device = observe();
  const both = (a: number, b: number) => ({ ...disk('/b', 100, a), ...disk('/a|/b', 100, b) });
  device.read(both(50, 50));
  device.hold(6 * minutes, both(1, 1));
  t.same([...device.state.raised.keys()], ['disk.space|/b', 'disk.space|/a|/b']);
  t.equal(device.hold(11 * minutes, disk('/a|/b', 100, 1)), 'clear disk.space /b @10');
  t.same([...device.state.levels.keys()].sort(), ['disk.space|high|/a|/b', 'disk.space|medium|/a|/b']);
});

t.test('what holds at the first report becomes the onboarding list, without an incident', async (t) => {
  const device = observe();
  const first: Values = { ...disk('/', 100, 4), ...disk('/ok', 100, 50), 'cpu.busy': 1 };
  t.same(device.read(first, { clockOffsetMs: -130_000 }), []);
  t.same(spoken(Object.fromEntries(device.state.onboarding)), {
    'disk.space|/': {
      rule: 'disk.space',
      object: '/',
      said: '/ has 4.0 GB left of 100 GB (4.0% free, below 5.0 GB for 5 min)',
      foundAt: device.at,
    },
    'clock.skew|': {
      rule: 'clock.skew',
      object: '',
      said: "The clock is 2 min 10 s behind the server's (more than 2 min)",
      foundAt: device.at,
    },
  });
  t.equal(
    device.hold(60 * minutes, first, { clockOffsetMs: -130_000 }),
    'raise cpu.busy normal @30',
    'a busy CPU is of the present',
  );
  // High is over, Medium still stands.
  t.equal(device.hold(minutes, { ...first, ...disk('/', 100, 9) }), '');
  t.same([...device.state.onboarding.keys()], ['disk.space|/']);
  t.equal(device.hold(6 * minutes, { ...first, ...disk('/', 100, 4) }), 'raise disk.space / high @5.5');
  t.equal(device.hold(minutes, { ...first, ...healthy }), 'clear disk.space / @0.5');
  t.same([...device.state.onboarding], []);
  t.equal(device.hold(20 * minutes, { ...first, ...disk('/', 100, 9) }), 'raise disk.space / medium @15.5');
});

t.test('worse than it was at enrolment is new', async (t) => {
  const device = observe();
  device.read(disk('/', 100, 9));
  t.equal(device.hold(20 * minutes, disk('/', 100, 9)), '');
  t.equal(device.hold(6 * minutes, disk('/', 100, 4)), 'raise disk.space / high @5.5');
  t.equal(device.hold(minutes, disk('/', 100, 9)), 'clear disk.space / @0.5');
  t.same([...device.state.onboarding.keys()], ['disk.space|/']);
});

t.test('a second unexpected reboot is told although the first still stands', async (t) => {
  const device = observe();
  device.read(healthy);
  const first = device.at - 5_000;
  const [raised] = device.read(healthy, { unexpectedRebootAt: first });
  t.match(raised, { kind: 'raise', rule: 'reboot.unexpected', priority: 'medium', onset: first });
  t.equal(device.hold(60 * minutes, healthy, { unexpectedRebootAt: first }), '');
  const second = device.at;
  const [repeated] = device.read(healthy, { unexpectedRebootAt: second });
  t.match(repeated, { kind: 'repeat', rule: 'reboot.unexpected', priority: 'medium', onset: second });
  t.equal(device.hold(60 * minutes, healthy, { unexpectedRebootAt: second }), '');
  t.equal(device.hold(24 * 60 * minutes, healthy, { unexpectedRebootAt: second }), 'clear reboot.unexpected @1379.5');
});

/** A story of random readings; the state is written out and read again where `restarts` says so. */
t.test('a restart at any moment changes nothing', async (t) => {
  const reading = fc.record({
    root: fc.constantFrom(2, 4, 7, 9, 12, 50, null),
    mnt: fc.constantFrom('gone' as const, 1, 50),
    cpu: fc.constantFrom(0.2, 0.92, 1),
    offset: fc.constantFrom(0, 130_000, 400_000),
    times: fc.integer({ min: 1, max: 40 }),
    restart: fc.boolean(),
  });
  holds(
    t,
    fc.property(fc.array(reading, { minLength: 1, maxLength: 15 }), (story) => {
      const play = (withRestarts: boolean): string[] => {
        const device = observe();
        const said: string[] = [];
        for (const { root, mnt, cpu, offset, times, restart } of story) {
          const values = {
            ...disk('/', 100, root),
            ...(mnt === 'gone' ? {} : disk('/mnt', 100, mnt)),
            'cpu.busy': cpu,
          };
          for (let n = 0; n < times; n += 1) {
            if (withRestarts && restart)
              device.state = readDetection(JSON.parse(JSON.stringify(saveDetection(device.state))));
            for (const verdict of device.read(values, { clockOffsetMs: offset })) said.push(JSON.stringify(verdict));
          }
        }
        return [...said, JSON.stringify(saveDetection(device.state))];
      };
      const [whole, restarted] = [play(false), play(true)];
      if (whole.join('\n') !== restarted.join('\n'))
        throw new Error(`${whole.join('\n')}\n-- but --\n${restarted.join('\n')}`);
    }),
    { numRuns: 150 },
  );
});

t.test('raise and clear alternate for every rule and object, whatever happens', async (t) => {
  const value = fc.constantFrom(1, 4, 7, 9, 12, 50, null);
  holds(
    t,
    fc.property(fc.array(fc.record({ value, times: fc.integer({ min: 1, max: 40 }) }), { maxLength: 20 }), (story) => {
      const device = observe();
      let priority: string | null = null;
      for (const { value: available, times } of story) {
        for (let n = 0; n < times; n += 1) {
          for (const verdict of device.read(disk('/', 100, available))) {
            const isFault =
              verdict.kind === 'raise'
                ? priority !== null
                : priority === null || (verdict.kind === 'change' && verdict.priority === priority);
            if (isFault) throw new Error(`${verdict.kind} while ${priority}`);
            priority = verdict.kind === 'clear' ? null : verdict.priority;
          }
        }
      }
    }),
    { numRuns: 150 },
  );
});

t.test('asking only what has something to say gives what asking everything gives', async (t) => {
  const rules = [diskSpace, diskInodes, diskReadOnly, cpuBusy, rebootUnexpected, clockSkew];
  const step = fc.record({
    available: fc.constantFrom(null, 0, 2, 4, 6, 8, 30),
    inodesFree: fc.constantFrom(null, 0, 40, 90, 500),
    readOnly: fc.constantFrom(0, 1),
    busy: fc.constantFrom(0.1, 0.92, 0.99),
    clockOffsetMs: fc.constantFrom(0, 130_000, 400_000),
    rebootAt: fc.constantFrom(null, 1, 2),
    waitMs: fc.constantFrom(10_000, 600_000, 90_000_000),
  });
  const spoken = (verdicts: readonly Verdict[]): string => JSON.stringify(verdicts);
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      const [some, all, fewest] = [freshDetection(), freshDetection(), freshDetection()];
      const quiet = new QuietDevice();
      let schema: SchemaIndex | undefined;
      let at = 1_000_000;
      let isWritable = false;
      for (const { available, inodesFree, readOnly, busy, clockOffsetMs, rebootAt, waitMs } of steps) {
        at += waitMs;
        const values = { ...disk('/', 50, available), 'fs.inodes[/]': 1000, 'fs.inodesFree[/]': inodesFree };
        const reading = readingOf(at, { ...values, 'fs.readOnly[/]': readOnly, 'cpu.busy': busy });
        isWritable ||= readOnly === 0;
        const wasWritable = (): boolean => isWritable || all.raised.has('disk.read-only|/');
        const context = contextOf({ clockOffsetMs, unexpectedRebootAt: rebootAt, wasWritable });
        const isFirst = all.firstReportAt === null;
        all.firstReportAt ??= at;
        const said = rules.flatMap((rule) => findingsOf(rule, reading, context));
        const verdicts = judgeFindings(all, said, at, isFirst);
        assert.equal(spoken(judgeReading(some, reading, context)), spoken(verdicts));
        assert.deepEqual([some.levels, some.raised], [all.levels, all.raised]);
        schema ??= reading.schema;
        assert.equal(spoken(judgeReading(fewest, { ...reading, schema }, context, quiet)), spoken(verdicts));
        assert.deepEqual(fewest, some);
      }
    }),
    { numRuns: 120 },
  );
  t.pass('in every order of signals');
});
