import { join } from 'node:path';
import { readFileIfAny } from './file.ts';

/** What an agent does for its server beyond reporting on its own machine, and only if its policy file names it. */
export const policyActions = ['probe-peers', 'check-network'] as const;
/**
 * `probe-peers`: tell whether a neighbour at the same site answers. `check-network`: run checks against other hosts.
 */
export type PolicyAction = (typeof policyActions)[number];

export interface Policy {
  allows(action: PolicyAction): boolean;
  /** What is wrong with the file, in a sentence that says what to do. */
  readonly fault: string | undefined;
}

export const POLICY_FILE = 'policy.json';

/**
 * Reads `policy.json` of the data folder, such as `{ "allow": ["check-network"] }`. The server cannot write it. Without the
 * file, and while it cannot be understood, nothing is allowed.
 */
export function readPolicy(dataDir: string): Policy {
  const path = join(dataDir, POLICY_FILE);
  try {
    const allowed = parse(readFileIfAny(path) ?? '{ "allow": [] }');
    return { allows: (action) => allowed.includes(action), fault: undefined };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      allows: () => false,
      fault: `${path} allows nothing until it is mended: ${why} Write { "allow": ["${policyActions.join('", "')}"] }, or fewer of them.`,
    };
  }
}

function parse(text: string): readonly string[] {
  const document: unknown = JSON.parse(text);
  const allow = typeof document === 'object' && document !== null && 'allow' in document ? document.allow : undefined;
  if (!Array.isArray(allow)) throw new Error('it has no list "allow".');
  const isAction = (one: unknown): one is PolicyAction => policyActions.some((action) => action === one);
  const unknown = allow.find((one) => !isAction(one));
  if (unknown !== undefined) throw new Error(`${JSON.stringify(unknown)} is no action.`);
  return allow;
}
