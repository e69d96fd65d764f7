import { inRoot } from './paths.mjs';

/** How the server's process is started, so that it takes no more memory than it needs. */

/** A young generation that grows to V8's own 16 MB or more costs 20 to 30 MB that nothing needs. */
export const serverFlags = ['--max-semi-space-size=4'];

/** What Node made of the sources last time is used again: the compiler that strips types then never loads (40 MB, in each thread). */
export const serverEnvironment = {
  NODE_COMPILE_CACHE: inRoot('node_modules', '.cache', 'vigia'),
  MALLOC_ARENA_MAX: '2',
};
