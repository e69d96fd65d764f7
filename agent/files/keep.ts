import { dirname } from 'node:path';
import { close, fdatasync, open, rename, rm, write } from './disk.ts';

/**
 * As `replaceFile`, without holding up whatever else the agent does: a crash or a power cut leaves the old content or the new, and
 * a disk that is full nothing beside it.
 * @throws Error of the system
 */
export async function keepFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const bytes = Buffer.from(content);
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      let done = 0;
      while (done < bytes.length) done += (await write(file, bytes, done, bytes.length - done)).bytesWritten;
      await fdatasync(file);
    } finally {
      await close(file);
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), 'r');
  try {
    await fdatasync(folder);
  } finally {
    await close(folder);
  }
}
