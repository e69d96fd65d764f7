import type { RecoveryTool } from '../../../../protocol/wire/recovery-task.ts';

/** Something that speaks of a backup. */
export interface Mention {
  readonly tool: RecoveryTool;
  /** Null: it does not say. */
  readonly repository: string | null;
  readonly schedule: string | null;
  /** The file, or the unit. */
  readonly evidence: string;
}
