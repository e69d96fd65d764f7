import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';

const KEY_BYTES = 32;

/**
 * The 32 bytes of `secret.key` in the data folder. What protects the database from whoever has only the database is derived from
 * them.
 */
export interface KeyFile {
  readonly key: Buffer;
  /** There was none. */
  readonly isNew: boolean;
  /** Writes a new one (mode 0600): before that it ends with the process. */
  keep(): Promise<void>;
}

/** @throws VigiaError secrets_unreadable if the file is there but holds no key */
export async function loadKeyFile(dataDir: string): Promise<KeyFile> {
  const path = join(dataDir, 'secret.key');
  const stored = await readSecretFile(path);
  if (stored !== null) return { key: parse(stored, path), isNew: false, keep: async () => undefined };
  const key = randomBytes(KEY_BYTES);
  return { key, isNew: true, keep: () => writeSecretFile(path, `${key.toString('base64')}\n`) };
}

function parse(stored: string, path: string): Buffer {
  const text = stored.trim();
  const key = Buffer.from(text, 'base64');
  if (key.length === KEY_BYTES && key.toString('base64') === text) return key;
  // Never replaced by a new key: what was sealed would be lost although a backup may hold the old one.
  throw refused('secrets_unreadable', said('refused.secret.no-key', { path }));
}
