import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { isSourceName, MAX_SOURCES } from '../../../protocol/wire/recovery-task.ts';
import { type Fields, isFields, type RecoveryPlace, type SourceKind, type TakeField } from './source.ts';
import { sourceKinds } from './sources.ts';

/** A source that the machine's own file names. */
export interface ConfiguredPlace {
  readonly name: string;
  readonly tool: SourceKind['tool'];
  /** Null: its entry has a mistake, see `fault`. */
  readonly place: RecoveryPlace | null;
  readonly fault: string | null;
  /** Only root may look at it: what runs as the agent does not try. */
  readonly needsRoot: boolean;
  /** The systemd unit that makes the backup. */
  readonly unit: string | null;
  readonly timeoutMs: number;
}

export interface RecoveryConfig {
  readonly sources: ReadonlyMap<string, ConfiguredPlace>;
  /** Where runs and what root found are written down. */
  readonly stateDir: string;
  /** What is wrong with the file as a whole, in a sentence; null also if there is none. */
  readonly fault: string | null;
}

const STATE_DIR = '/var/lib/vigia-recovery';
const MAX_BYTES = 256 * 1024;
const DEFAULT_TIMEOUT_MS = 120_000;
const MAX_TIMEOUT_S = 1_800;

/**
 * Reads the file of sources. It decides what runs on this machine, so it counts only if it is owned by root, or by whoever reads it, and
 * nobody else can write it. Never throws: what is wrong is told by whoever is asked for a source.
 */
export function readConfig(path: string): RecoveryConfig {
  const none = { sources: new Map(), stateDir: STATE_DIR };
  try {
    const text = readOwned(path);
    return text === null ? { ...none, fault: null } : parseConfig(text);
  } catch (error) {
    return { ...none, fault: `${path} cannot be used: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** @throws Error if the file as a whole is none */
export function parseConfig(text: string): RecoveryConfig {
  const document: unknown = JSON.parse(text);
  if (!isFields(document) || !Array.isArray(document.sources)) throw new Error('it has no list "sources".');
  const unknown = Object.keys(document).find((key) => key !== 'sources' && key !== 'stateDir');
  if (unknown !== undefined) throw new Error(`"${unknown}" is nothing that it can have.`);
  if (document.sources.length > MAX_SOURCES) throw new Error(`it has more than ${MAX_SOURCES} sources.`);
  const { stateDir = STATE_DIR } = document;
  if (typeof stateDir !== 'string' || !isPath(stateDir)) throw new Error('"stateDir" is no absolute path.');
  const sources = new Map<string, ConfiguredPlace>();
  for (const entry of document.sources as readonly unknown[]) {
    if (!isFields(entry) || !isSourceName(entry.name)) {
      throw new Error(
        'a source has no "name" of letters, digits, - and _, at most 48, that begins with a letter or digit.',
      );
    }
    if (sources.has(entry.name)) throw new Error(`it names the source ${entry.name} twice.`);
    const kind = sourceKinds.find(({ tool }) => tool === entry.tool);
    const tools = sourceKinds.map(({ tool }) => tool).join(' or ');
    if (kind === undefined) throw new Error(`"tool" of the source ${entry.name} is not ${tools}.`);
    sources.set(entry.name, readPlace(entry.name, kind, entry));
  }
  return { sources, stateDir, fault: null };
}

/** One that has a mistake does not take the others with it. */
function readPlace(name: string, kind: SourceKind, entry: Fields): ConfiguredPlace {
  const source = { name, tool: kind.tool, needsRoot: false, unit: null, timeoutMs: DEFAULT_TIMEOUT_MS };
  try {
    const taken = new Set(['name', 'tool']);
    const take = fieldTaker(entry, taken);
    const needsRoot = take.flag('root');
    const unit = take.text('unit') ?? null;
    if (unit !== null && !/^[\w@:.\\-]{1,200}\.service$/.test(unit)) throw new Error('"unit" is no name of a service.');
    taken.add('timeoutSeconds');
    const { timeoutSeconds = DEFAULT_TIMEOUT_MS / 1000 } = entry;
    const isTime = Number.isInteger(timeoutSeconds) && Number(timeoutSeconds) >= 1;
    if (!isTime || Number(timeoutSeconds) > MAX_TIMEOUT_S)
      throw new Error(`"timeoutSeconds" is not from 1 to ${MAX_TIMEOUT_S}.`);
    const place = kind.read(take);
    const unknown = Object.keys(entry).find((key) => !taken.has(key));
    if (unknown !== undefined) throw new Error(`"${unknown}" is nothing that it can have.`);
    return { ...source, place, fault: null, needsRoot, unit, timeoutMs: Number(timeoutSeconds) * 1000 };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...source, place: null, fault: `the source ${name}: ${why}` };
  }
}

function fieldTaker(entry: Fields, taken: Set<string>): TakeField {
  const take = (name: string): unknown => {
    taken.add(name);
    return Object.hasOwn(entry, name) ? entry[name] : undefined;
  };
  const text = (name: string): string | undefined => {
    const value = take(name);
    if (value === undefined) return undefined;
    // A line of an environment, and an argument: neither ends early nor has a second line.
    if (typeof value === 'string' && value !== '' && value.length <= 1_024 && !/\p{Cc}/u.test(value)) return value;
    throw new Error(`"${name}" is no text of 1 to 1,024 characters in one line.`);
  };
  return {
    text,
    path(name) {
      const value = text(name);
      if (value === undefined || isPath(value)) return value;
      throw new Error(`"${name}" is no absolute path.`);
    },
    flag(name) {
      const value = take(name) ?? false;
      if (typeof value === 'boolean') return value;
      throw new Error(`"${name}" is neither true nor false.`);
    },
  };
}

function isPath(text: string): boolean {
  return isAbsolute(text) && !/\p{Cc}/u.test(text) && !text.split('/').includes('..');
}

/** Null if there is none. @throws Error if it is not to be trusted */
function readOwned(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (code === 'ELOOP') throw new Error('it is a link.');
    throw error;
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw new Error('it is no file.');
    if (found.uid !== 0 && found.uid !== process.geteuid?.()) throw new Error('it does not belong to root.');
    if ((found.mode & 0o022) !== 0) throw new Error('others than its owner may write it. Run: chmod 644 on it.');
    if (found.size > MAX_BYTES) throw new Error('it is larger than 256 KB.');
    const bytes = Buffer.alloc(MAX_BYTES);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, MAX_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
