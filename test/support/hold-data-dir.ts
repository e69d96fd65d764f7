import { openDataDir } from '../../server/platform/files/data-dir.ts';

/** Takes the data folder, says so, and keeps it until it is killed. */
openDataDir(process.argv[2] ?? '');
process.send?.('held');
setInterval(() => {}, 60_000);
