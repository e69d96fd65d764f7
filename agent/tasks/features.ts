import { createChecksFeature } from './checks/feature.ts';
import type { AgentFeature, AgentKit } from './feature.ts';
import { createProbeFeature } from './probe/feature.ts';
import { createDiscoverFeature, createRecoveryFeature } from './recovery/feature.ts';

/** Everything that a server may ask of an agent beyond its reports. What each brings is in feature.ts. */
export const features: readonly ((kit: AgentKit) => AgentFeature)[] = [
  createProbeFeature,
  createChecksFeature,
  createRecoveryFeature,
  createDiscoverFeature,
  // The newest stands last.
];
