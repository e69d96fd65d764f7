import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { RuntimeMaker, RuntimePlatform } from './runtime-maker.ts';

/** Where each file that a new machine may fetch lies in the installation. */
const paths = {
  'agent.sh': 'deploy/agent.sh',
  'vigia-agent.service': 'deploy/vigia-agent.service',
  'vigia-recovery.path': 'deploy/vigia-recovery.path',
  'vigia-recovery.service': 'deploy/vigia-recovery.service',
  'vigia-agent.mjs': 'dist/agent/vigia-agent.mjs',
  'inventory-child.mjs': 'dist/agent/inventory-child.mjs',
  'recovery-child.mjs': 'dist/agent/recovery-child.mjs',
  'node-linux-x64.gz': 'dist/runtime/node-linux-x64.gz',
  'node-linux-arm64.gz': 'dist/runtime/node-linux-arm64.gz',
} as const;

export type InstallFileName = keyof typeof paths;

/** Whose runtime a file is; the others fit every platform. */
const platforms: { readonly [N in InstallFileName]?: RuntimePlatform } = {
  'node-linux-x64.gz': 'linux-x64',
  'node-linux-arm64.gz': 'linux-arm64',
};

export interface InstallFileFacts {
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface Manifest {
  readonly version: string;
  /** Those that are there, with their SHA-256 in hex. */
  readonly files: { readonly [N in InstallFileName]?: InstallFileFacts };
}

/** What `/install/` serves. */
export interface InstallFiles {
  /**
   * The absolute path of the file.
   * @throws VigiaError `artifact_missing` if there is none of this name in this installation, and what {@link RuntimeMaker} throws
   */
  find(name: string): Promise<string>;
  /** What is there now; with a platform all that an agent on it needs. @throws VigiaError as {@link find} */
  manifest(platform?: RuntimePlatform): Promise<Manifest>;
}

/** `root` is the folder of the installation. Checksums are computed once for each version of a file. */
export function createInstallFiles(root: string, version: string, runtimes: RuntimeMaker): InstallFiles {
  const sums = new Map<string, { readonly stamp: string; readonly sha256: Promise<string> }>();

  async function describe(name: InstallFileName): Promise<InstallFileFacts | null> {
    const path = join(root, paths[name]);
    const found = await stat(path).catch(() => null);
    if (!found?.isFile()) return null;
    const stamp = `${found.ino}:${found.size}:${found.mtimeMs}`;
    const known = sums.get(path);
    const sha256 = known?.stamp === stamp ? known.sha256 : sha256Of(path);
    sums.set(path, { stamp, sha256 });
    return { sha256: await sha256, sizeBytes: found.size };
  }

  return {
    async find(name) {
      if (!isInstallFile(name)) throw refused('artifact_missing', said('refused.file.unknown', { name }));
      const platform = platforms[name];
      if (platform !== undefined) await runtimes.ensure(platform);
      if ((await describe(name)) === null) throw missing(name);
      return join(root, paths[name]);
    },
    async manifest(platform) {
      if (platform !== undefined) await runtimes.ensure(platform);
      const names = (Object.keys(paths) as InstallFileName[]).filter(
        (name) => platform === undefined || platforms[name] === undefined || platforms[name] === platform,
      );
      const files = await Promise.all(names.map(async (name) => [name, await describe(name)] as const));
      const absent = files.find(([, facts]) => facts === null)?.[0];
      if (platform !== undefined && absent !== undefined) throw missing(absent);
      return { version, files: Object.fromEntries(files.filter(([, facts]) => facts !== null)) };
    },
  };
}

/**
 * The manifest for a shell: the sum of all sizes in a comment, then lines that `sha256sum -c` reads.
 *
 *     # 54321098 bytes
 *     9f86d0818884...  vigia-agent.mjs
 */
export function checksumLines({ files }: Manifest): string {
  const entries = Object.entries(files);
  const sizeBytes = entries.reduce((sum, [, facts]) => sum + facts.sizeBytes, 0);
  const lines = entries.map(([name, { sha256 }]) => `${sha256}  ${name}\n`);
  return `# ${sizeBytes} bytes\n${lines.join('')}`;
}

function isInstallFile(name: string): name is InstallFileName {
  return Object.hasOwn(paths, name);
}

function missing(name: InstallFileName): VigiaError {
  return refused('artifact_missing', said('refused.file.missing', { name, path: paths[name] }), { name });
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
