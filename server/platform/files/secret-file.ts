import { randomBytes } from 'node:crypto';
import { chmod, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file that only its owner may read, whole or not at all: after a crash at any point there is the old content or
 * the new, and when it resolves the new content survives a power cut.
 */
export async function writeSecretFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeAndSync(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** The content, or null if there is no such file. Takes away what others may do with it, should a copy have opened it. */
export async function readSecretFile(path: string): Promise<string | null> {
  try {
    const content = await readFile(path, 'utf8');
    await chmod(path, 0o600).catch((error: NodeJS.ErrnoException) => {
      // Whoever keeps the folder says whether others may read what is in it.
      if (error.code !== 'EROFS' && error.code !== 'EPERM') throw error;
    });
    return content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function writeAndSync(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder, and needs no such thing.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
