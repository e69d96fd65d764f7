import { chmodSync, type Dirent, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Said, said } from '../../../protocol/said/said.ts';

/** What the group and all others may do. */
const OTHERS = 0o077;

/**
 * Takes a folder, and what lies in it, away from everybody but its owner, and lets this process make nothing that others may
 * read from now on. An older version, a copy or a backup program may have opened them. Files keep what the owner may do; folders
 * in it are closed, but not looked into, and links are not followed.
 * @returns what people should know if others can still read some of it, such as on a file system without rights
 */
export function keepPrivate(folder: string): Said | null {
  // Windows has no such rights.
  if (process.platform === 'win32') return null;
  process.umask(OTHERS);
  close(folder, statSync(folder).mode);
  // The folder may be a link, whose own mode says nothing.
  const isFolderOpen = isOpen(realpathSync(folder));
  const open = [...(isFolderOpen ? [folder] : []), ...entriesOf(folder).filter((path) => isOpen(path))];
  const [first] = open;
  return first === undefined ? null : said('server.exposed', { path: first, more: open.length - 1 });
}

/** Files and folders in it, now closed as far as that is possible. */
function entriesOf(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile() || entry.isDirectory());
  return entries.map((entry) => closed(join(folder, entry.name), entry)).filter((path) => path !== null);
}

/** Null if it went away meanwhile. */
function closed(path: string, entry: Dirent): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isFile() !== entry.isFile()) return null;
  close(path, stat.mode);
  return path;
}

function close(path: string, mode: number): void {
  if ((mode & OTHERS) === 0) return;
  try {
    // Never through an open handle: to close that would take away the locks that SQLite holds on the file in this process.
    chmodSync(path, mode & 0o700);
  } catch {
    // Of another owner, or on a file system without rights: what is open afterwards is told.
  }
}

function isOpen(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat !== undefined && (stat.mode & OTHERS) !== 0;
}
