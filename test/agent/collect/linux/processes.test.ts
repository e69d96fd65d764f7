import t from 'tap';
import { parseProcessStat } from '../../../../agent/collect/linux/process-stat.ts';
import { topProcesses } from '../../../../agent/collect/linux/processes.ts';
import { fixture } from '../fixture.ts';

t.test('a stat line', async (t) => {
  t.match(parseProcessStat(fixture('machine/proc/1/stat')), { pid: 1, name: 'init', parentPid: 0, startTicks: 11 });
  t.match(parseProcessStat(fixture('container/proc/1/stat')), {
    pid: 1,
    name: 'bash',
    cpuTicks: 0,
    residentPages: 782,
  });
});

t.test('a name may hold blanks and brackets', async (t) => {
  const rest = 'S 7 0 0 0 -1 0 0 0 0 0 30 12 0 0 20 0 1 0 99 4096 25 18446744073709551615';
  const named = (name: string) => parseProcessStat(`42 (${name}) ${rest}`);
  t.same(named('a) R 1 (b'), {
    pid: 42,
    name: 'a) R 1 (b',
    parentPid: 7,
    cpuTicks: 42,
    startTicks: 99,
    residentPages: 25,
  });
  for (const text of ['', '1 (x', '1 x) S', '1 (x) S 1 2'])
    t.equal(parseProcessStat(text), undefined, JSON.stringify(text));
});

const scale = { pageBytes: 4096, ticksPerSecond: 100, cores: 2 };
const process = (pid: number, name: string, cpuTicks: number, residentPages = 0, startTicks = 1, parentPid = 1) => {
  return { pid, name, parentPid, cpuTicks, startTicks, residentPages };
};

t.test('shares of all cores, added up by name, busiest first', async (t) => {
  const before = { atMs: 0, processes: [process(10, 'db', 1000), process(11, 'web', 50), process(12, 'web', 50)] };
  const after = {
    atMs: 10_000,
    processes: [process(10, 'db', 1100, 5), process(11, 'web', 450, 10), process(12, 'web', 250, 10)],
  };
  t.same(topProcesses(before, after, scale), [
    { name: 'web', cpuRatio: 0.3, memoryBytes: 81920, count: 2 },
    { name: 'db', cpuRatio: 0.05, memoryBytes: 20480, count: 1 },
  ]);
});

t.test('a pid that was given away counts from its start; one that went back counts nothing', async (t) => {
  const before = { atMs: 0, processes: [process(10, 'old', 1000), process(11, 'odd', 500)] };
  const after = { atMs: 10_000, processes: [process(10, 'new', 200, 1, 99), process(11, 'odd', 400, 2)] };
  t.match(topProcesses(before, after, scale), [
    { name: 'new', cpuRatio: 0.1 },
    { name: 'odd', cpuRatio: 0 },
  ]);
  t.same(topProcesses(before, { ...after, atMs: 0 }, scale), [], 'no time has passed');
});

t.test('at most five for each, kernel workers as one, no control characters', async (t) => {
  const before = { atMs: 0, processes: [] };
  const processes = Array.from({ length: 40 }, (_, i) => process(i, `p${i}`, i, 40 - i));
  const workers = [process(100, 'kworker/0:1-events', 900, 0, 1, 2), process(101, 'kworker/u8:2', 100, 0, 1, 2)];
  const hostile = process(102, 'a\x1b[31m', 950);
  const top = topProcesses(before, { atMs: 10_000, processes: [...processes, ...workers, hostile] }, scale);
  t.equal(top.length, 10);
  t.match(top[0], { name: 'kworker', count: 2, cpuRatio: 0.5 });
  t.equal(top[1]?.name, 'a\ufffd[31m');
});
