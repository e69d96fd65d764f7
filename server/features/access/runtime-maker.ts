import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';

export const runtimePlatforms = ['linux-x64', 'linux-arm64'] as const;
/** A machine that a Node runtime is served for. */
export type RuntimePlatform = (typeof runtimePlatforms)[number];

/** Makes the packed Node runtimes that new machines fetch. */
export interface RuntimeMaker {
  /**
   * Resolves when the runtime of this platform lies in `dist/runtime`. The first call may take minutes: it packs a program
   * of 140 MB, for a foreign processor after fetching it. Who would have to wait longer than `patienceMs` is told to ask again.
   * @throws VigiaError `unavailable` while it is being made, with `retryAfterMs`; `artifact_missing` if that failed
   */
  ensure(platform: RuntimePlatform): Promise<void>;
}

export interface RuntimeMakerOptions {
  /** Makes the runtime of a platform, or rejects. */
  readonly make: (platform: RuntimePlatform) => Promise<unknown>;
  readonly patienceMs?: number;
  /** How long a failure is remembered: anybody may ask, and each attempt costs the server a download. */
  readonly failureMs?: number;
}

const PATIENCE_MS = 15_000;
const FAILURE_MS = 60_000;
const RETRY_AFTER_MS = 2_000;
const MAKE_DEADLINE_MS = 15 * 60_000;

export function createRuntimeMaker(options: RuntimeMakerOptions): RuntimeMaker {
  const { make, patienceMs = PATIENCE_MS, failureMs = FAILURE_MS } = options;
  const running = new Map<RuntimePlatform, Promise<unknown>>();

  function start(platform: RuntimePlatform): Promise<unknown> {
    const work = make(platform);
    running.set(platform, work);
    work.catch(() => setTimeout(() => running.delete(platform), failureMs).unref());
    return work;
  }

  return {
    async ensure(platform) {
      const work = running.get(platform) ?? start(platform);
      const { promise: impatience, resolve } = Promise.withResolvers<'slow'>();
      const timer = setTimeout(() => resolve('slow'), patienceMs);
      try {
        if ((await Promise.race([work, impatience])) !== 'slow') return;
      } catch (cause) {
        throw refused('artifact_missing', said('refused.runtime.failed', { platform, why: (cause as Error).message }), {
          platform,
        });
      } finally {
        clearTimeout(timer);
      }
      throw refused('unavailable', said('refused.runtime.coming', { platform }), {
        platform,
        retryAfterMs: RETRY_AFTER_MS,
      });
    },
  };
}

const execute = promisify(execFile);

/** Runs `scripts/runtime.mjs` of the installation, which leaves alone what is there already. Its last words are the reason when it fails. */
export function makeRuntimeIn(installationDir: string): RuntimeMakerOptions['make'] {
  return async (platform) => {
    const script = join(installationDir, 'scripts', 'runtime.mjs');
    try {
      await execute(process.execPath, [script, platform], { cwd: installationDir, timeout: MAKE_DEADLINE_MS });
    } catch (error) {
      const { stderr = '', message } = error as Error & { stderr?: string };
      throw new Error(
        stderr
          .trim()
          .split('\n')
          .at(-1)
          ?.replace(/^vigia: /, '') || message,
      );
    }
  };
}
