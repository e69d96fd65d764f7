import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * The text of a file that others may have put there: never more than so much of it, and never a device or a pipe.
 * @throws Error of the system, or if it is no file or too large
 */
export async function readSmall(path: string, maxBytes: number, flags = 0): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | flags);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error(`${path} is no file.`);
    const bytes = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
      if (length > maxBytes) throw new Error(`${path} is larger than ${maxBytes} bytes.`);
    }
    return bytes.toString('utf8', 0, length);
  } finally {
    await file.close();
  }
}
