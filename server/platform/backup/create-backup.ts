import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { packTar } from 'modern-tar/fs';
import { refused, saidOf } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { copyDatabase } from '../files/copy-database.ts';
import { type BackedUpFile, describeFile, FORMAT, MANIFEST_FILE, type Manifest, parts } from './manifest.ts';

export interface BackupOptions {
  readonly dataDir: string;
  /** Where it is written; absolute. Nothing may be there. */
  readonly file: string;
  readonly version: string;
  readonly now: number;
  /** Copies the series to a path. */
  readonly copySeries: (to: string) => Promise<unknown>;
}

export interface CreatedBackup {
  readonly file: string;
  readonly bytes: number;
  readonly createdAt: string;
}

/**
 * Writes everything that a server is into one tar file that its owner alone can read: both databases as of one moment each, the state
 * first, so that the series hold all that it has not evaluated; and the keys. What agents keep is not part of it.
 * @throws VigiaError conflict if the file exists, unavailable if it cannot be written
 */
export async function createBackup(options: BackupOptions): Promise<CreatedBackup> {
  const { dataDir, file, version, now, copySeries } = options;
  if (existsSync(file)) throw refused('conflict', said('refused.backup.exists', { file }));
  // Beside the file, so that it is moved into its place whole.
  const staging = join(dirname(file), `.vigia-backup-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(staging, { mode: 0o700 });
    await mkdir(join(staging, 'tls'), { mode: 0o700 });
    await copyDatabase(join(dataDir, 'state.db'), join(staging, 'state.db'));
    await copySeries(join(staging, 'series.db'));
    for (const part of parts) {
      if (part.file.endsWith('.db') || !existsSync(join(dataDir, part.file))) continue;
      await copyFile(join(dataDir, part.file), join(staging, part.file));
    }
    const files: BackedUpFile[] = [];
    for (const part of parts) {
      const path = join(staging, part.file);
      if (existsSync(path)) files.push(await describeFile(path, part.file));
    }
    const createdAt = new Date(now).toISOString();
    await pack(staging, { format: FORMAT, version, createdAt, files });
    await rename(join(staging, PACKED), file);
    return { file, bytes: (await stat(file)).size, createdAt };
  } catch (cause) {
    const _reason = cause instanceof Error ? cause.message : String(cause);
    throw refused('unavailable', said('refused.backup.unwritten', { file, why: saidOf(cause) }));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

const PACKED = 'packed.tar';

async function pack(staging: string, manifest: Manifest): Promise<void> {
  await writeFile(join(staging, MANIFEST_FILE), JSON.stringify(manifest, null, 2));
  const names = [MANIFEST_FILE, ...manifest.files.map(({ file }) => file)];
  const sources = names.map((name) => ({
    type: 'file' as const,
    source: join(staging, name),
    target: name,
    mode: 0o600,
  }));
  const packed = join(staging, PACKED);
  await pipeline(packTar(sources), createWriteStream(packed, { mode: 0o600, flush: true }));
  await chmod(packed, 0o600);
  const handle = await open(packed);
  await handle.sync();
  await handle.close();
}
