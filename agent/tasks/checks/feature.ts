import { Feature } from '../../../protocol/wire/frame.ts';
import type { AgentFeature, AgentKit } from '../feature.ts';
import { anyKind } from '../kind.ts';
import { createChecks } from './checks.ts';
import { createChecksKind } from './kind.ts';
import { createRunner } from './run-check.ts';

/** Checks that the server planned: what they find stands in every report. */
export function createChecksFeature({ dataDir, publicKey, clocks, log }: AgentKit): AgentFeature {
  const checks = createChecks({ dataDir, publicKey, clocks, log, run: createRunner(dataDir) });
  return {
    kind: anyKind(createChecksKind(checks)),
    addTo: (measurement) => checks.addTo(measurement),
    former: { type: 'plan', bits: Feature.checks, take: (json) => checks.take(json) },
    stop: () => checks.stop(),
  };
}
