import { inRoot } from './paths.mjs';

/** How the server's process is started, so that it takes no more memory than it needs. deploy/vigia-server.service does the same. */

/**
 * The bundle, not the sources: with these, the compiler that strips types is loaded into each thread, and Node keeps a copy of all
 * that it compiled. That is 70 MB, and twice the time to start.
 */
export const serverEntry = inRoot('dist', 'server', 'main.mjs');

/**
 * V8 would let the young generation grow further than pays. Measured at 1,000 reports a second, with 8 MB in place of 16: 15 MB less,
 * and no more CPU, since reports that wait for their commit are used again and no garbage. The old generation is collected once it
 * has grown by half, not by a multiple: with 10,000 agents at 1 s that is 190 MB less and no more CPU; by a fifth it would be 80 MB
 * less again, and twice the work of the threads that collect. Before it has 40 MB, which it has with nobody there, it is not collected:
 * a start would be held up for that.
 */
export const serverFlags = ['--max-semi-space-size=8', '--heap-growing-percent=50', '--initial-old-space-size=40'];

/**
 * For each TLS connection Node keeps a buffer of 64 KB, of which a report needs a hundredth. Mapped by itself it takes one page; from
 * malloc's heap it takes whatever was used there before, 10 KB more on average. Free room of 64 KB at the heap's end would be taken
 * first, hence the third.
 */
export const serverEnvironment = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TOP_PAD_: '16384',
};
