import { type CheckOutcome, outcome } from '../../../protocol/check/outcome.ts';
import { runTcp } from '../../../protocol/check/tcp.ts';
import type { PlannedCheck } from '../../../protocol/wire/plan.ts';
import { trustAuthorities } from '../../link/authorities.ts';
import { readPolicy } from '../policy.ts';
import { permitsPage, resolveFor } from './own-address.ts';
import { createRunProcess } from './process.ts';
import { runUnit } from './unit.ts';

/** Every wait inside a run ends by its timeout; this one is for what cannot be told to stop, such as a name server. */
const GRACE_MS = 1_000;

/** Runs checks as this agent's own policy allows, which is read anew each time. Ends within a second of the timeout. */
export function createRunner(dataDir: string): (check: PlannedCheck) => Promise<CheckOutcome> {
  const runProcess = createRunProcess();
  const resolve = resolveFor(() => readPolicy(dataDir).allows('check-network'));
  const permits = permitsPage(() => readPolicy(dataDir).allows('check-local-query'));
  return async ({ target, timeoutMs }) => {
    const startedAtMs = performance.now();
    const { promise: tooLate, resolve: giveUp } = Promise.withResolvers<CheckOutcome>();
    const deadline = setTimeout(() => giveUp(outcome(false, 'timeout', startedAtMs)), timeoutMs + GRACE_MS);
    try {
      return await Promise.race([runTarget(target, timeoutMs), tooLate]);
    } finally {
      clearTimeout(deadline);
    }
  };

  async function runTarget(target: PlannedCheck['target'], timeoutMs: number): Promise<CheckOutcome> {
    switch (target.kind) {
      case 'process':
        return runProcess(target.name);
      case 'unit':
        return runUnit(target.name, timeoutMs);
      case 'tcp':
        return runTcp(target, { timeoutMs, resolve });
      case 'http': {
        // The authorities are a megabyte and a half, and few machines are asked for pages.
        trustAuthorities();
        const { runHttp } = await import('../../../protocol/check/http.ts');
        return runHttp(target, { timeoutMs, resolve, permits });
      }
    }
  }
}
