import { part } from '../part.ts';

const backupFaults = [
  'contents-unreadable',
  'contents-incomplete',
  'no-contents',
  'lacks',
  'strange',
  'missing',
  'damaged',
] as const;

const brokenBackup = (why: (typeof backupFaults)[number], file: string): string =>
  ({
    'contents-unreadable': 'its list of contents cannot be read',
    'contents-incomplete': 'its list of contents is incomplete',
    'no-contents': 'it has no list of contents',
    lacks: `it lacks ${file}`,
    strange: `it holds ${file}, which is no part of one`,
    missing: `${file} is missing`,
    damaged: `${file} is damaged`,
  })[why];

/** Why the database does not do what it is asked, and what is wrong with a backup. */
export const storedSaid = part(
  {
    'refused.database.waiting': {},
    'refused.database.busy': { forMs: 'duration' },
    'refused.database.silent': { forMs: 'duration' },
    'refused.database.closed': {},
    'refused.database.thread': { why: 'said' },
    'refused.database.read-only': {},
    'refused.database.full': {},
    'refused.database.locked': {},
    'refused.database.stuck': { why: 'text', code: 'digits?' },
    'refused.database.damaged': { finding: 'text' },
    'refused.database.damaged-file': { path: 'text', finding: 'text' },
    'refused.database.of': { path: 'text', what: 'said' },
    'refused.database.unique': { columns: 'name' },
    'refused.database.refers': {},
    'refused.database.audit-ignored': {},
    'refused.unwritable': { why: 'said' },
    'refused.lane-full': {},
    'refused.named.client': { name: 'name' },
    'refused.named.site': { name: 'name' },
    'refused.device.enrolled': {},
    'refused.user.known': {},
    'refused.user.last-admin': {},
    'refused.every-client': {},
    'refused.backup.exists': { file: 'text' },
    'refused.backup.unwritten': { file: 'text', why: 'said' },
    'refused.backup.broken': { why: backupFaults, file: 'text' },
    'refused.backup.unread': { why: 'said' },
    'refused.backup.occupied': { folder: 'text' },
    'refused.backup.no-file': { file: 'text' },
  },
  {
    en: {
      'refused.database.waiting': 'Too many requests wait for the database. Retry in a moment.',
      'refused.database.busy': (p) => `The database was busy for ${p.forMs}. Retry in a moment.`,
      'refused.database.silent': (p) => `The database did not answer for ${p.forMs}. Its disk may be stuck.`,
      'refused.database.closed': 'The database is closed.',
      'refused.database.thread': (p) => `The thread of the database failed: ${p.why}. Restart the server.`,
      'refused.database.read-only':
        'The file system of the data folder is read-only, or this user may not write there. Look at why, let it be written, and restart Vigia.',
      'refused.database.full': 'The disk of the data folder is full. Free space; Vigia then goes on by itself.',
      'refused.database.locked': 'The database cannot be used now: Another process holds a lock on it.',
      'refused.database.stuck': (p) =>
        `The database cannot be used now: ${p.why}${p.code === null ? '' : ` (SQLite ${p.code}).`}`,
      'refused.database.damaged': (p) => p.finding,
      'refused.database.damaged-file': (p) =>
        `The database ${p.path} is damaged (${p.finding}). Move it and its -wal and -shm files aside and restore a backup; keep the moved files, as much of them may still be readable.`,
      'refused.database.of': (p) => `${p.path}: ${p.what}`,
      'refused.database.unique': (p) => `There is such an entry already (${p.columns}).`,
      'refused.database.refers': 'The entry refers to something that does not exist.',
      'refused.database.audit-ignored':
        'Nothing was changed: the database keeps no row of the audit log. Look for a foreign trigger on the table "audit" in state.db and remove it.',
      'refused.unwritable': (p) => `Nothing can be changed now. ${p.why}`,
      'refused.lane-full': 'Too many changes wait to be written. Retry in a moment.',
      'refused.named.client': (p) => `There is a client named "${p.name}" already.`,
      'refused.named.site': (p) => `The client has a site named "${p.name}" already.`,
      'refused.device.enrolled': 'A device with this key is enrolled already. Retire it first.',
      'refused.user.known': 'There is an account with this e-mail address already.',
      'refused.user.last-admin': 'This is the last admin. Make another one first.',
      'refused.every-client': 'Only who sees every client may do this.',
      'refused.backup.exists': (p) => `${p.file} exists already. Choose another name, or remove it first.`,
      'refused.backup.unwritten': (p) => `The backup could not be written to ${p.file}: ${p.why}.`,
      'refused.backup.broken': (p) =>
        `The file is not a whole backup of Vigia: ${brokenBackup(p.why, p.file)}. Nothing was changed.`,
      'refused.backup.unread': (p) => `The file is not a whole backup of Vigia: ${p.why}. Nothing was changed.`,
      'refused.backup.occupied': (p) =>
        `${p.folder} holds a server already. Give --replace to set it aside, or another folder with VIGIA_DATA_DIR.`,
      'refused.backup.no-file': (p) => `There is no file ${p.file}.`,
    },
  },
);
