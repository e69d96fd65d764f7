import t from 'tap';
import { readCpu, readMemory, threadsBetween } from '../../../bench/lib/process-figures.ts';

if (process.platform === 'linux') {
  const before = readCpu(process.pid);
  for (let until = performance.now() + 200; performance.now() < until; );
  const after = readCpu(process.pid);
  t.ok(after.seconds > before.seconds, 'work costs time');
  t.ok(after.threads.size > 1);
  t.ok(threadsBetween(before, after).every(({ seconds }) => seconds >= 0.05));
  const { rssBytes, pssBytes, privateBytes } = readMemory(process.pid);
  t.ok(rssBytes >= pssBytes && pssBytes >= privateBytes && privateBytes > 0, `${rssBytes} ${pssBytes} ${privateBytes}`);
} else {
  t.pass('what a process costs is read from /proc');
}
