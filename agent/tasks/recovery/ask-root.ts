import { constants, unlinkSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfiguredPlace } from './config.ts';
import { faulty, type Look } from './look.ts';
import { RECENT_MS, readResult } from './root-result.ts';

export interface AskRootOptions {
  /** The agent's own folder for what it wants looked at: each request is an empty file whose name is that of a source. */
  readonly requestsDir: string;
  /** Root's folder for what it found. */
  readonly resultsDir: string;
  /** On the clock since boot, which root's answers are stamped by. */
  readonly bootMs: () => number;
  readonly bootId: string;
  readonly nowMs: () => number;
  readonly untilMs: number;
  readonly signal: AbortSignal;
}

const POLL_MS = 250;

/** Asks root to look at a source, and waits for what it found. Without root's part on this machine, that is said. */
export async function askRoot({ name, tool }: ConfiguredPlace, options: AskRootOptions): Promise<Look> {
  const { requestsDir, resultsDir, bootMs, bootId, nowMs, untilMs, signal } = options;
  const missing = `Only root may read this source, and root's part is not installed here: run agent.sh install with --recovery-as-root.`;
  if (!(await isFolder(resultsDir))) return faulty('not_permitted', missing, nowMs(), tool);
  const askedAt = bootMs();
  await mkdir(requestsDir, { recursive: true, mode: 0o700 });
  const request = join(requestsDir, name);
  await (await open(request, 'w', 0o600)).close();
  try {
    while (!signal.aborted && performance.now() < untilMs) {
      const result = await readResult(join(resultsDir, `${name}.json`));
      if (result?.bootId === bootId && result.begunBootMs >= askedAt - RECENT_MS) return result;
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    return faulty(
      'timeout',
      "Root's part did not answer: systemctl status vigia-recovery.path vigia-recovery.service",
      nowMs(),
      tool,
    );
  } finally {
    forget(request);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    await (await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)).close();
    return true;
  } catch {
    return false;
  }
}

/** Root takes it away when it begins; nobody wants what is left. */
function forget(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
