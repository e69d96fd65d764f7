import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { type ParamsOf, said } from '../../../protocol/said/said.ts';

/** The first entry of a backup. Says what the others are, so that a restore takes all of it or nothing. */
export const MANIFEST_FILE = 'vigia-backup.json';

/** What a backup holds besides the manifest; `isNeeded`: without it there is nothing to restore. */
export const parts = [
  { file: 'state.db', isNeeded: true },
  { file: 'series.db', isNeeded: true },
  { file: 'identity.key', isNeeded: true },
  { file: 'secret.key', isNeeded: false },
  { file: 'tls/key.pem', isNeeded: false },
  { file: 'tls/cert.pem', isNeeded: false },
] as const;

export interface BackedUpFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Manifest {
  /** Grows when an older version could not restore it. */
  readonly format: number;
  readonly version: string;
  readonly createdAt: string;
  readonly files: readonly BackedUpFile[];
}

export const FORMAT = 1;

const ManifestSchema = Type.Object({
  format: Type.Integer(),
  version: Type.String(),
  createdAt: Type.String(),
  files: Type.Array(
    Type.Object({
      file: Type.String(),
      bytes: Type.Integer({ minimum: 0 }),
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
  ),
});

/** @throws VigiaError bad_request if it is no manifest, or one that a newer version wrote */
export function parseManifest(text: string): Manifest {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw notABackup('contents-unreadable');
  }
  if (!Value.Check(ManifestSchema, manifest)) throw notABackup('contents-incomplete');
  if (manifest.format > FORMAT) {
    throw new VigiaError(
      'database_newer',
      `The backup was made by version ${manifest.version}. Restore it with that one.`,
    );
  }
  const names = manifest.files.map(({ file }) => file);
  const missing = parts.find(({ file, isNeeded }) => isNeeded && !names.includes(file));
  if (missing) throw notABackup('lacks', missing.file);
  const unknown = names.find((name) => !parts.some(({ file }) => file === name));
  if (unknown !== undefined) throw notABackup('strange', unknown);
  return manifest;
}

export function notABackup(why: ParamsOf<'refused.backup.broken'>['why'], file = ''): VigiaError {
  return refused('bad_request', said('refused.backup.broken', { why, file }));
}

export async function describeFile(path: string, file: string): Promise<BackedUpFile> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { file, bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}
