import type { AgentFeature, AgentKit } from '../feature.ts';
import { anyKind } from '../kind.ts';
import { createAskChild } from './ask-child.ts';
import { createDiscoverKind, createRecoveryKind } from './kind.ts';

type Kit = Pick<AgentKit, 'dataDir' | 'recoveryFile'>;

/** What the backups are that the machine's own file of sources names. */
export function createRecoveryFeature(kit: Kit): AgentFeature {
  return { kind: anyKind(createRecoveryKind(createAskChild(kit))) };
}

/** Where the machine seems to have backups that the file does not name. */
export function createDiscoverFeature(kit: Kit): AgentFeature {
  return { kind: anyKind(createDiscoverKind(createAskChild(kit))) };
}
