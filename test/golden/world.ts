import { syncBuiltinESMExports } from 'node:module';
import { installChance } from './chance.ts';
import { Internet } from './internet.ts';
import { Sockets } from './sockets.ts';
import { Stillness } from './stillness.ts';
import { Threads } from './threads.ts';
import { SimulatedTime } from './time.ts';

/**
 * Preloaded by the process that records: takes time, chance, threads and the network of that process in hand before anything of
 * the server is loaded. The server itself is the real one and knows nothing of it.
 */

/** Wednesday, 07:40 in Tashkent, where this server stands: the digest of 08:00 and the housekeeping of 03:17 UTC are to come. */
export const STARTS_AT = Date.UTC(2026, 3, 1, 2, 40);

const time = new SimulatedTime(STARTS_AT);
const threads = new Threads();
const sockets = new Sockets();
const internet = new Internet();
const stillness = new Stillness({ time, threads, sockets });

time.install();
threads.install();
sockets.install();
internet.install();
installChance();
syncBuiltinESMExports();

export { internet, stillness, time };
