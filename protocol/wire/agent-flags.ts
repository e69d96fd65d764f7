/**
 * How the agent's bundle is run, so that the machine does not notice it: a small heap, no JIT, no helper threads.
 * Used by the service unit, by `npm start` and by the measurements. `--jitless` has no WebAssembly, hence no built-in
 * `fetch`, and starts no TypeScript file. With `--bytecode-old-age=1` V8 soon forgets what ran at the start only, half a megabyte.
 * With `--expose-gc` it can have its memory swept; agent/link/connector.ts says when.
 * With `--disable-sigusr1` there is no thread that waits to open a debugger, and with `--use-openssl-ca` Node does not load its
 * list of certificate authorities before somebody asks for them; agent/link/authorities.ts does.
 */
export const agentNodeFlags = [
  '--jitless',
  '--max-semi-space-size=1',
  '--max-old-space-size=24',
  '--optimize-for-size',
  '--bytecode-old-age=1',
  '--expose-gc',
  '--single-threaded',
  '--v8-pool-size=0',
  '--disable-sigusr1',
  '--use-openssl-ca',
] as const;

/** The environment that goes with {@link agentNodeFlags}: glibc gives back what the start took, and two threads wait for disks. */
export const agentEnvironment = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '32768',
  MALLOC_TOP_PAD_: '4096',
  UV_THREADPOOL_SIZE: '2',
} as const;
