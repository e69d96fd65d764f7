import t from 'tap';
import { said } from '../../../../protocol/said/said.ts';
import type { ReportRule } from '../../../../server/domain/rules/condition.ts';
import { clockSkew, cpuBusy, memoryExhausted, rebootUnexpected } from '../../../../server/domain/rules/machine.ts';
import type { RuleContext } from '../../../../server/domain/rules/rule.ts';
import { contextOf, findingsOf, GiB, readingOf, type Values, wordsOf } from '../../../support/reading.ts';

const minutes = 60_000;
const MiB = 1024 ** 2;

function signals(rule: ReportRule, at: number, values: Values, context: Partial<RuleContext> = {}): string {
  return findingsOf(rule, readingOf(at, values), contextOf(context))
    .map(({ priority, signal }) => `${priority} ${signal}`)
    .join(', ');
}

const busy = (process: string, busyRatio: number) => said('process.busy', { process, busyRatio });

t.test('CPU: Normal at 95 % for 30 min', async (t) => {
  const f = (busy: number | null, want: string) => t.equal(signals(cpuBusy, 0, { 'cpu.busy': busy }), want);
  f(1, 'normal raise');
  f(0.95, 'normal raise');
  f(0.9499, 'normal hold');
  f(0.9, 'normal hold');
  f(0.8999, 'normal clear');
  f(null, '');
  const [finding] = findingsOf(
    cpuBusy,
    readingOf(0, { 'cpu.busy': 0.987 }),
    contextOf({ topProcesses: () => [busy('ffmpeg', 0.82), busy('postgres', 0.09)] }),
  );
  t.match(finding!.timing, { forMs: 30 * minutes, keepForMs: 5 * minutes });
  t.equal(finding!.standing, false);
  t.equal(wordsOf(finding), 'CPU is 98.7% busy, at least 95.0% for 30 min; busiest: ffmpeg 82.0%, postgres 9.0%');
  const [quiet] = findingsOf(cpuBusy, readingOf(0, { 'cpu.busy': 0.987 }), contextOf());
  t.equal(wordsOf(quiet), 'CPU is 98.7% busy, at least 95.0% for 30 min');
});

t.test('memory: below 5 % and 512 MB while swapping', async (t) => {
  const at = 100 * minutes;
  const f = (sizeGiB: number, availableMiB: number | null, swappedAgoMs: number | null, want: string) =>
    t.equal(
      signals(
        memoryExhausted,
        at,
        { 'memory.size': sizeGiB * GiB, 'memory.available': availableMiB === null ? null : availableMiB * MiB },
        { swappedAt: swappedAgoMs === null ? null : at - swappedAgoMs },
      ),
      want,
    );
  // 64 GiB: the amount decides. It is clear at 8/5 of it.
  f(64, 511, 0, 'normal raise');
  f(64, 512, 0, 'normal hold');
  f(64, 819, 0, 'normal hold');
  f(64, 820, 0, 'normal clear');
  // 4 GiB: 5 % are 204.8 MiB.
  f(4, 204, 0, 'normal raise');
  f(4, 205, 0, 'normal hold');
  f(4, 328, 0, 'normal clear');
  // A full machine that does not swap is healthy.
  f(64, 10, null, 'normal clear');
  f(64, 10, 5 * minutes, 'normal raise');
  f(64, 10, 5 * minutes + 1, 'normal clear');
  f(64, null, 0, '');
  f(0, 0, 0, '');
  const [finding] = findingsOf(
    memoryExhausted,
    readingOf(at, { 'memory.size': 4 * GiB, 'memory.available': 100 * MiB }),
    contextOf({ swappedAt: at, topProcesses: () => [busy('java', 0.03)] }),
  );
  t.equal(
    wordsOf(finding),
    '100 MB of 4.0 GB memory is available and the machine is swapping, for 15 min; largest: java 3.0%',
  );
});

t.test('an unexpected reboot is Medium and stands for a day', async (t) => {
  const day = 24 * 60 * minutes;
  const f = (agoMs: number | null, want: string) =>
    t.equal(
      signals(rebootUnexpected, 2 * day, {}, { unexpectedRebootAt: agoMs === null ? null : 2 * day - agoMs }),
      want,
    );
  f(null, 'medium clear');
  f(0, 'medium raise');
  f(day - 1, 'medium raise');
  f(day, 'medium clear');
  const [finding] = findingsOf(
    rebootUnexpected,
    readingOf(day, {}),
    contextOf({ unexpectedRebootAt: Date.UTC(1970, 0, 1, 23, 59, 1) }),
  );
  t.equal(finding!.since, Date.UTC(1970, 0, 1, 23, 59, 1));
  t.equal(
    wordsOf(finding),
    'The machine restarted at 1970-01-01 23:59:01 UTC without being told to: a crash, a power cut or a hard reset',
  );
});

t.test('clock: Normal above 120 s, Medium above 300 s, either way', async (t) => {
  const f = (offsetMs: number | null, want: string) =>
    t.equal(signals(clockSkew, 0, {}, { clockOffsetMs: offsetMs }), want);
  f(null, '');
  f(0, 'medium clear, normal clear');
  f(60_000, 'medium clear, normal clear');
  f(60_001, 'medium clear, normal hold');
  f(120_000, 'medium clear, normal hold');
  f(120_001, 'medium clear, normal raise');
  f(150_000, 'medium clear, normal raise');
  f(150_001, 'medium hold, normal raise');
  f(300_000, 'medium hold, normal raise');
  f(300_001, 'medium raise, normal raise');
  f(-300_001, 'medium raise, normal raise');
  const sentence = (clockOffsetMs: number) =>
    findingsOf(clockSkew, readingOf(0, {}), contextOf({ clockOffsetMs })).map((finding) => wordsOf(finding));
  t.same(sentence(3_723_000), [
    "The clock is 1 h 2 min ahead of the server's (more than 5 min)",
    "The clock is 1 h 2 min ahead of the server's (more than 2 min)",
  ]);
  t.equal(sentence(-130_000)[1], "The clock is 2 min 10 s behind the server's (more than 2 min)");
});
