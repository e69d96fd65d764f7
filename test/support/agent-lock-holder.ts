import { lockDataDir } from '../../agent/files/lock.ts';

/** Takes the lock of the folder it is given, says so, and holds it until it is killed. */
lockDataDir(process.argv[2] ?? '');
process.stdout.write('locked\n');
setInterval(() => undefined, 1_000);
