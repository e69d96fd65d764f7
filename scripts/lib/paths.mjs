import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the clone. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/[/\\]$/, '');

/** A path inside the clone. @param {string[]} parts */
export function inRoot(...parts) {
  return join(root, ...parts);
}
