import { isIP } from 'node:net';
import { join } from 'node:path';
import { VigiaError } from '../../protocol/error.ts';
import { readFileIfAny, replaceFile } from '../files/file.ts';

/** What an agent does for its server beyond reporting on its own machine, and only if its policy file names it. */
export const policyActions = ['probe-peers', 'check-network', 'check-local-query', 'recovery-read'] as const;
/**
 * `probe-peers`: tell whether a neighbour at the same site answers. `check-network`: run checks against other hosts.
 * `check-local-query`: ask services of this machine itself for addresses with a query, which may do more than show something.
 * `recovery-read`: look at the backups that the machine's own file of sources names, and where there seem to be others.
 */
export type PolicyAction = (typeof policyActions)[number];

export interface Policy {
  allows(action: PolicyAction): boolean;
  /** Networks beyond those at the machine's own interfaces whose hosts count as neighbours, such as `192.0.2.0/24`. */
  readonly networks: readonly string[];
  /** What is wrong with the file, in a sentence that says what to do. */
  readonly fault: string | undefined;
}

export const POLICY_FILE = 'policy.json';

/**
 * Reads `policy.json` of the data folder, such as `{ "allow": ["check-network"] }`; `networks` may name further networks of the
 * site. The server cannot write it. Without the file, and while it cannot be understood, nothing is allowed.
 */
export function readPolicy(dataDir: string): Policy {
  const path = join(dataDir, POLICY_FILE);
  try {
    const { allow, networks } = parse(readFileIfAny(path) ?? '{ "allow": [] }');
    return { allows: (action) => allow.includes(action), networks, fault: undefined };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      allows: () => false,
      networks: [],
      fault: `${path} allows nothing until it is mended: ${why} Write { "allow": ["${policyActions.join('", "')}"] }, or fewer of them.`,
    };
  }
}

/** Writes the file. @throws VigiaError usage if a name is no action */
export function writePolicy(dataDir: string, allow: readonly string[]): void {
  const unknown = allow.find((one) => !policyActions.some((action) => action === one));
  if (unknown !== undefined) {
    throw new VigiaError('usage', `--allow ${unknown} is no action. An agent may ${policyActions.join(' or ')}.`);
  }
  replaceFile(join(dataDir, POLICY_FILE), `${JSON.stringify({ allow })}\n`);
}

function parse(text: string): { readonly allow: readonly string[]; readonly networks: readonly string[] } {
  const document: unknown = JSON.parse(text);
  const allow = typeof document === 'object' && document !== null && 'allow' in document ? document.allow : undefined;
  if (!Array.isArray(allow)) throw new Error('it has no list "allow".');
  const isAction = (one: unknown): one is PolicyAction => policyActions.some((action) => action === one);
  const unknown = allow.find((one) => !isAction(one));
  if (unknown !== undefined) throw new Error(`${JSON.stringify(unknown)} is no action.`);
  const networks = 'networks' in (document as object) ? (document as { networks: unknown }).networks : [];
  if (!Array.isArray(networks)) throw new Error('its "networks" is no list.');
  const wrong = networks.find((one) => !isNetwork(one));
  if (wrong !== undefined) throw new Error(`${JSON.stringify(wrong)} is no network.`);
  return { allow, networks };
}

function isNetwork(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const [address = '', prefix = '', ...more] = value.split('/');
  const family = isIP(address);
  return family !== 0 && more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32);
}
