import { fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ownSeries } from '../../../../../server/app/own-series.ts';
import { openSeries } from '../../../../../server/platform/series/open-series.ts';
import { storedReports } from '../../../../support/stored-reports.ts';
import { tempDir } from '../../../../support/temp-dir.ts';

const ROUNDS = 10;
const HOSTS = 20;

t.test(
  'kill -9 at random moments: every acknowledged report is there exactly once, and what is kept is whole',
  async (t) => {
    const child = fileURLToPath(new URL('../../../../support/append-for-ever.ts', import.meta.url));
    const path = join(tempDir(t), 'series.db');
    const acknowledged = new Map<string, number>();
    for (let run = 1; run <= ROUNDS; run += 1) {
      const runId = String(run).padStart(32, '0');
      const writer = fork(child, [path, String(run)]);
      const ended = once(writer, 'exit');
      const killAt = randomInt(1, 400);
      writer.on('message', ({ round }: { round?: number }) => {
        if (round === undefined) return;
        acknowledged.set(runId, round);
        if (round === killAt) setTimeout(() => writer.kill('SIGKILL'), randomInt(0, 20));
      });
      await ended;
      const stored = storedReports(path);
      t.equal(stored.size, HOSTS);
      for (const [deviceId, reports] of stored) {
        const sequences = reports.filter((report) => report.runId === runId).map(({ sequence }) => sequence);
        sequences.sort((a, b) => a - b);
        const whole = Array.from({ length: sequences.length }, (_, n) => n + 1);
        t.same(sequences, whole, `run ${run}, ${deviceId}: each once`);
        t.ok(sequences.length >= (acknowledged.get(runId) ?? 0), `run ${run}, ${deviceId}: all that were acknowledged`);
      }
    }
    // What all of them left behind is opened, finished and counted like any other.
    const last = Date.UTC(2026, 2, 1) + (ROUNDS + 1) * 40 * 86_400_000;
    const series = await openSeries({
      ...ownSeries,
      path,
      now: () => last,
      retention: { raw: 365 * 86_400_000 },
      onFatal: (cause) => t.fail(cause.message),
      onDamage: (part) => t.fail(JSON.stringify(part)),
      onNote: (sentence) => t.fail(sentence),
    });
    await series.settle();
    const usage = await series.usage();
    t.ok(usage.held.fiveMinute.blocks > 0 && usage.held.hour.blocks > 0);
    await series.close();
  },
);
