import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Where each file that a new machine may fetch lies in the installation. */
const paths = {
  'agent.sh': 'deploy/agent.sh',
  'vigia-agent.service': 'deploy/vigia-agent.service',
  'vigia-agent.mjs': 'dist/agent/vigia-agent.mjs',
  'inventory-child.mjs': 'dist/agent/inventory-child.mjs',
  'node-linux-x64.gz': 'dist/runtime/node-linux-x64.gz',
  'node-linux-arm64.gz': 'dist/runtime/node-linux-arm64.gz',
} as const;

export type InstallFileName = keyof typeof paths;

export interface Manifest {
  readonly version: string;
  /** Those that are there, with their SHA-256 in hex. */
  readonly files: { readonly [N in InstallFileName]?: { readonly sha256: string; readonly sizeBytes: number } };
}

/** What `/install/` serves. */
export interface InstallFiles {
  /** The absolute path of the file, or null if there is none of this name in this installation. */
  find(name: string): Promise<string | null>;
  manifest(): Promise<Manifest>;
}

/** `root` is the folder of the installation. Checksums are computed once for each version of a file. */
export function createInstallFiles(root: string, version: string): InstallFiles {
  const sums = new Map<string, { readonly stamp: string; readonly sha256: Promise<string> }>();

  async function describe(path: string): Promise<{ sha256: string; sizeBytes: number } | null> {
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
      if (!Object.hasOwn(paths, name)) return null;
      const path = join(root, paths[name as InstallFileName]);
      return (await stat(path).catch(() => null))?.isFile() ? path : null;
    },
    async manifest() {
      const entries = Object.entries(paths).map(
        async ([name, path]) => [name, await describe(join(root, path))] as const,
      );
      const present = (await Promise.all(entries)).filter(([, facts]) => facts !== null);
      return { version, files: Object.fromEntries(present) };
    },
  };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
