import {
  MAX_RECOVERY_FILE_BYTES,
  parseRecoveryDiscovery,
  parseRecoveryFinding,
  parseRecoveryTask,
  type RecoveryTask,
} from '../../../protocol/wire/recovery-task.ts';
import type { TaskKind } from '../kind.ts';
import type { Policy } from '../policy.ts';
import type { AskChild } from './ask-child.ts';

function objection(policy: Policy): string | undefined {
  return policy.allows('recovery-read') ? undefined : 'The policy of this agent does not allow recovery-read.';
}

/** `recovery`: what a source has. Which sources there are, and how they are read, the machine's own file says. */
export function createRecoveryKind(ask: AskChild): TaskKind<RecoveryTask> {
  return {
    name: 'recovery',
    isSerial: true,
    maxFileBytes: MAX_RECOVERY_FILE_BYTES,
    parse: parseRecoveryTask,
    objection: (_, policy) => objection(policy),
    run: async ({ source }, { signal, filePath }) => {
      return parseRecoveryFinding(await ask({ do: 'list', source, filePath }, signal));
    },
  };
}

/** `recovery-discover`: which sources are configured, and where there seem to be others. */
export function createDiscoverKind(ask: AskChild): TaskKind<null> {
  return {
    name: 'recovery-discover',
    isSerial: true,
    maxFileBytes: 0,
    parse: () => null,
    objection: (_, policy) => objection(policy),
    run: async (_, { signal }) => parseRecoveryDiscovery(await ask({ do: 'discover' }, signal)),
  };
}
