import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { chooseGoodbye, readStopEvidence, type StopEvidence } from '../../agent/goodbye.ts';
import { tempDir } from '../support/temp-dir.ts';

/** As `systemctl list-jobs --plain --no-legend` of systemd 252 prints them. Made by hand. */
const jobs = (target: string) =>
  `  1423 ${target}.target          start waiting\n  1399 vigia-agent.service     stop  running\n`;

t.test('the goodbye that the evidence speaks for', async (t) => {
  const f = (evidence: Partial<StopEvidence>, reason: string, minutes: number) => {
    const whole: StopEvidence = { isUpgrade: false, systemdJobs: '', isStopping: false, ...evidence };
    t.same(chooseGoodbye(whole), { type: 'goodbye', reason, returnInMs: minutes * 60_000 }, JSON.stringify(evidence));
  };
  f({}, 'service_stop', 10);
  f({ isUpgrade: true }, 'upgrade', 5);
  f({ systemdJobs: jobs('reboot') }, 'reboot', 15);
  f({ systemdJobs: jobs('kexec') }, 'reboot', 15);
  f({ systemdJobs: jobs('soft-reboot') }, 'reboot', 15);
  f({ systemdJobs: jobs('poweroff') }, 'shutdown', 0);
  f({ systemdJobs: jobs('halt') }, 'shutdown', 0);
  f({ systemdJobs: jobs('poweroff'), isUpgrade: true }, 'shutdown', 0);
  f({ isStopping: true }, 'reboot', 15);
  f({ systemdJobs: jobs('multi-user') }, 'service_stop', 10);
  f({ systemdJobs: '  7 my-reboot.target start waiting\n' }, 'service_stop', 10);
  f({ systemdJobs: '  7 reboot.target stop waiting\n' }, 'service_stop', 10);
});

t.test('the mark of an upgrade counts while it is fresh', async (t) => {
  const dataDir = tempDir(t);
  const nowMs = Date.now();
  t.match(await readStopEvidence(dataDir, nowMs), { isUpgrade: false });
  const mark = join(dataDir, 'upgrade');
  writeFileSync(mark, '');
  t.match(await readStopEvidence(dataDir, nowMs), { isUpgrade: true });
  utimesSync(mark, nowMs / 1_000 - 3_600, nowMs / 1_000 - 3_600);
  t.match(await readStopEvidence(dataDir, nowMs), { isUpgrade: false });
});
