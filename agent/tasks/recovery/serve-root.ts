import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  opendirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isSourceName } from '../../../protocol/wire/recovery-task.ts';
import type { ConfiguredPlace, RecoveryConfig } from './config.ts';
import type { Look } from './look.ts';
import { RECENT_MS, type RootResult, readResult } from './root-result.ts';

export interface ServeRootOptions {
  readonly config: RecoveryConfig;
  /** The agent's folder with requests. */
  readonly requestsDir: string;
  /** Root's own, which the agent's group may read. */
  readonly resultsDir: string;
  readonly look: (source: ConfiguredPlace) => Promise<Look>;
  readonly bootMs: () => number;
  readonly bootId: string;
  readonly say: (sentence: string) => void;
}

/** One turn takes so many names away, and comes back as long as there are more: nobody fills its memory. */
const MAX_ENTRIES = 1_000;
const MAX_TURNS = 20;
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Does as root what the agent asks for. All that is taken from the agent are names of entries in its folder, and of these only such as
 * root's own file has as a source for root. No entry is ever opened. The folder itself is opened once, following no link, and is then
 * spoken of by its descriptor: whatever the agent puts in its place meanwhile, nothing outside of it is touched.
 */
export async function serveRoot(options: ServeRootOptions): Promise<void> {
  const { config, requestsDir, resultsDir, look, bootMs, bootId, say } = options;
  if (config.fault !== null) say(config.fault);
  const results = openSync(resultsDir, FOLDER);
  const requests = openSync(requestsDir, FOLDER);
  try {
    const { uid, gid, mode } = fstatSync(results);
    if (uid !== process.geteuid?.() || (mode & 0o022) !== 0) throw new Error(`${resultsDir} is not root's alone.`);
    if (process.geteuid() === 0 && fstatSync(requests).uid === 0)
      throw new Error(`${requestsDir} belongs to root; it is to be a folder of the agent's user.`);
    for (let turn = 0; turn < MAX_TURNS; turn += 1) {
      // Taken away before it is looked for: who asks during the look asks anew.
      const { names, isEmpty } = takeNames(requests, say);
      for (const name of names) {
        const source = config.sources.get(name);
        if (source === undefined || !source.needsRoot) {
          say(`Asked for ${JSON.stringify(name)}, which is no source for root.`);
          continue;
        }
        const begun = { bootId, begunBootMs: bootMs() };
        const last = await readResult(join(resultsDir, `${name}.json`));
        if (last !== null && isRecent(last, begun)) continue;
        const found = await look(source);
        write(results, name, JSON.stringify({ ...begun, ...found } satisfies RootResult), gid);
        say(`Looked at ${name}: ${found.finding.state}.`);
      }
      if (isEmpty) return;
    }
  } finally {
    closeSync(requests);
    closeSync(results);
  }
}

/** Whoever asks again and again is given what was found a moment ago. */
function isRecent(last: RootResult, now: Pick<RootResult, 'bootId' | 'begunBootMs'>): boolean {
  const ageMs = now.begunBootMs - last.begunBootMs;
  return last.bootId === now.bootId && ageMs >= 0 && ageMs < RECENT_MS;
}

/** Entries of the folder behind this descriptor, each once; they are gone then. */
function takeNames(folder: number, say: (sentence: string) => void): { names: ReadonlySet<string>; isEmpty: boolean } {
  const names = new Set<string>();
  const path = Buffer.from(`/proc/self/fd/${folder}/`);
  // Names are bytes: one that is no text is to go as well.
  const entries = opendirSync(path, { encoding: 'buffer' as BufferEncoding });
  let count = 0;
  try {
    for (; count < MAX_ENTRIES; count += 1) {
      const entry = entries.readSync();
      if (entry === null) break;
      const bytes = entry.name as unknown as Buffer;
      const name = bytes.toString();
      // Taken away whatever it is: of a link the link.
      tryTo(() => (entry.isDirectory() ? rmdirSync : unlinkSync)(Buffer.concat([path, bytes])), say);
      if (entry.isFile() && isSourceName(name)) names.add(name);
    }
  } finally {
    entries.closeSync();
  }
  return { names, isEmpty: count === 0 };
}

function tryTo(remove: () => void, say: (sentence: string) => void): void {
  try {
    remove();
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    // The agent may have taken it away itself.
    if (code !== 'ENOENT') say(`An entry of the folder with requests cannot be taken away (${code}).`);
  }
}

/** In one step, for the group that the folder has. */
function write(folder: number, name: string, content: string, gid: number): void {
  const path = `/proc/self/fd/${folder}/${name}.json`;
  rmSync(`${path}.tmp`, { force: true });
  const file = openSync(
    `${path}.tmp`,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    writeFileSync(file, content);
    fchownSync(file, process.geteuid?.() ?? 0, gid);
    fchmodSync(file, 0o640);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.tmp`, path);
}
