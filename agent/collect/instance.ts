import { createHash } from 'node:crypto';

/** `fs.inodesFree[...]` is the longest family: with it a name of this length stays below the protocol's 255 bytes. */
const MAX_INSTANCE_BYTES = 200;

/**
 * The name of a mountpoint, disk, interface or sensor as it may stand in a metric: no control characters, at most 200 bytes of
 * UTF-8. A longer one is cut and ends in `~` and 8 hexadecimal digits of its SHA-256, so that two long ones stay apart.
 */
export function instanceName(raw: string): string {
  const clean = printable(raw);
  if (Buffer.byteLength(clean) <= MAX_INSTANCE_BYTES) return clean;
  const digest = createHash('sha256').update(raw).digest('hex').slice(0, 8);
  let room = MAX_INSTANCE_BYTES - 9;
  let cut = '';
  for (const character of clean) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    cut += character;
  }
  return `${cut}~${digest}`;
}

/** The text with every control character replaced: whoever names a process or a folder may try them. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}
