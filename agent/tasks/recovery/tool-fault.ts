import { withoutSecrets } from './secrets.ts';
import { type RecoverySource, SourceError } from './source.ts';
import type { ToolResult } from './tool.ts';

const MAX_WORDS = 200;

/** Why the command failed, with the last line of what it said; null if it did not. */
export function faultOfRun(
  source: Pick<RecoverySource, 'tool' | 'faultOf'>,
  { exitCode, stdout, stderr }: ToolResult,
): SourceError | null {
  const fault = source.faultOf(exitCode, `${stdout}\n${stderr}`);
  if (fault === null) return null;
  const lines = `${stderr}`.split('\n').filter((line) => line.trim() !== '');
  const last = withoutSecrets(lines.at(-1) ?? '').slice(0, MAX_WORDS);
  return new SourceError(fault, last || `${source.tool} ended with ${exitCode ?? 'a signal'} and said nothing.`);
}
