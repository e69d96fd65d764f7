import { type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { parseConfig } from '../../../../agent/tasks/recovery/config.ts';
import { type Look, look } from '../../../../agent/tasks/recovery/look.ts';
import { createRunTool } from '../../../../agent/tasks/recovery/run-tool.ts';
import { parseRecoveryFinding, parseRecoveryListing } from '../../../../protocol/wire/recovery-task.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { until } from '../../../support/until.ts';

/** A tool as the suite uses it: always with the same repository, whose password is `right`. */
export interface RealTool {
  readonly tool: 'restic' | 'borg';
  /** Beside what goes through the environment. */
  readonly init: readonly string[];
  backup(folder: string, name: string): readonly string[];
  /** From standard input. */
  backupInput(name: string): readonly string[];
  /** Dated in 2031. */
  backupAhead(folder: string, name: string): readonly string[];
  /** Keeps the newest alone. */
  readonly prune: readonly (readonly string[])[];
  environment(repository: string): Readonly<Record<string, string>>;
  /** Where it puts its lock. */
  isLocked(repository: string): boolean;
  /** What it prints for so many backups, one a minute from 2026 on. */
  many(count: number): string;
  /** A repository on the other side of something that takes connections and never answers. */
  silent(t: Test, folder: string): Promise<Readonly<Record<string, unknown>>>;
}

export interface World {
  readonly folder: string;
  readonly repository: string;
  run(args: readonly string[], options?: SpawnSyncOptions): void;
  look(over?: Readonly<Record<string, unknown>>, timeoutMs?: number): Promise<Look>;
  /** A program that takes the tool's place. */
  program(script: string): string;
}

function worldOf(t: Test, tool: RealTool): World {
  const folder = tempDir(t);
  const repository = join(folder, 'repository');
  const password = join(folder, 'password file');
  writeFileSync(password, 'right\n', { mode: 0o600 });
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data', 'a'), 'hello');
  const env = { PATH: process.env.PATH, HOME: folder, TZ: 'America/New_York', ...tool.environment(repository) };
  let programs = 0;
  return {
    folder,
    repository,
    run(args, options = {}) {
      const { status, stderr } = spawnSync(args[0] ?? '', args.slice(1), { env, timeout: 120_000, ...options });
      if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
    },
    async look(over = {}, timeoutMs = 120_000) {
      const entry = { name: 'x', tool: tool.tool, repository, passwordFile: password, ...over };
      const source = parseConfig(JSON.stringify({ sources: [entry] })).sources.get('x');
      if (source === undefined) throw new Error('there is no source');
      const runTool = createRunTool({ untilMs: performance.now() + timeoutMs, signal: new AbortController().signal });
      const found = await look(source, { runTool, cacheDir: join(folder, 'cache') }, Date.now);
      // What is found can be told.
      parseRecoveryFinding(JSON.stringify(found.finding));
      parseRecoveryListing(Buffer.from(JSON.stringify(found.listing)));
      return found;
    },
    program(script) {
      programs += 1;
      const path = join(folder, `program-${programs}`);
      writeFileSync(path, `#!/bin/sh\n${script}\n`);
      chmodSync(path, 0o755);
      return path;
    },
  };
}

/** What every source that a tool lists has to pass, with the tool itself. */
export function conformsForReal(t: Test, tool: RealTool): void {
  const world = worldOf(t, tool);
  const { folder, repository, run, program } = world;
  const stateOf = async (over?: Readonly<Record<string, unknown>>) => (await world.look(over)).finding.state;
  const startsOf = async () => (await world.look()).listing.points.map(({ startedAt }) => startedAt);

  t.test('no repository, an empty one, and one that has a backup', async (t) => {
    t.equal(await stateOf(), 'repository_missing');
    run([tool.tool, ...tool.init]);
    const { finding, listing } = await world.look();
    t.match(finding, { state: 'ok', points: 0, leftOut: 0, refused: [], detail: null, tool: tool.tool });
    t.same(listing.points, []);
    const before = Date.now();
    run([tool.tool, ...tool.backup(join(folder, 'data'), 'first')]);
    const [start = 0, ...more] = await startsOf();
    t.same(more, []);
    // Borg cuts to seconds. It ran in New York.
    t.ok(start >= before - 1_000 && start <= Date.now(), `${start - before} ms after it was asked for`);
  });

  t.test('a wrong password, and none that may be read', async (t) => {
    writeFileSync(join(folder, 'wrong'), 'wrong\n');
    t.equal(await stateOf({ passwordFile: join(folder, 'wrong') }), 'wrong_password');
    t.equal(await stateOf({ passwordFile: join(folder, 'none') }), 'misconfigured');
    t.equal(await stateOf({ passwordFile: folder }), 'misconfigured');
    if (process.geteuid?.() !== 0) {
      chmodSync(join(folder, 'wrong'), 0);
      t.equal(await stateOf({ passwordFile: join(folder, 'wrong') }), 'not_permitted');
    }
  });

  t.test('a run that kill -9 ends leaves no point, and a lock that stays where it is', async (t) => {
    const env = { PATH: process.env.PATH, HOME: folder, ...tool.environment(repository) };
    const [name = '', ...args] = [tool.tool, ...tool.backupInput('killed')];
    const child = spawn(name, args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.on('error', () => undefined).write('half of it');
    await until('the run has its lock', () => tool.isLocked(repository));
    child.kill('SIGKILL');
    await until('it is gone', () => child.signalCode !== null);
    t.match((await world.look()).finding, { state: 'ok', points: 1 });
    t.ok(tool.isLocked(repository));
    run([tool.tool, ...(tool.tool === 'borg' ? ['break-lock'] : ['unlock', '--remove-all'])]);
  });

  t.test('a backup of the future is told as it is; what is pruned is no more', async (t) => {
    const ahead = tool.backupAhead(join(folder, 'data'), 'ahead');
    run(ahead[0] === 'faketime' ? ahead : [tool.tool, ...ahead]);
    const starts = await startsOf();
    t.equal(starts.length, 2);
    t.equal(new Date(starts[0] ?? 0).getUTCFullYear(), 2031, 'newest first');
    for (const args of tool.prune) run([tool.tool, ...args]);
    t.equal((await startsOf()).length, 1);
  });

  t.test('whoever never answers is left at the deadline, with all that was started', async (t) => {
    const over = await tool.silent(t, folder);
    const begunMs = performance.now();
    const { finding } = await world.look(over, 2_000);
    t.equal(finding.state, 'timeout');
    t.ok(performance.now() - begunMs < 30_000);
    const mine = () =>
      readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && environOf(pid).includes(`${folder}/cache`));
    await until('nothing of it is left', () => mine().length === 0);
  });

  t.test('a repository that was deleted', async (t) => {
    rmSync(repository, { recursive: true });
    t.equal(await stateOf(), 'repository_missing');
    t.notOk(existsSync(repository), 'and it is not made anew');
  });

  t.test('what is no such tool', async (t) => {
    const f = async (script: string, state: string) =>
      t.equal(await stateOf({ program: program(script) }), state, script);
    t.equal(await stateOf({ program: join(folder, 'none') }), 'tool_missing');
    await f('cat /bin/sh', 'unreadable');
    await f('echo "<!doctype html>"', 'unreadable');
    await f('true', 'unreadable');
    await f('yes 0123456789', 'unreadable');
    await f(`echo '{"snapshots": {}}'`, 'unknown_version');
    await f(`kill -9 $$`, 'failed');
    await f(`echo "Fatal: https://me:secret@nas/ is strange" >&2; exit 2`, 'failed');
    const { finding } = await world.look({
      program: program(`printf 'x: https://me:secret@nas \\033[1m' >&2; exit 2`),
    });
    t.equal(finding.detail, 'x: https://…@nas  [1m', 'without the password, and without controls');
  });

  t.test('10,000 backups: the newest 2,000 are told', async (t) => {
    writeFileSync(join(folder, 'many'), tool.many(10_000));
    const { finding, listing } = await world.look({ program: program(`cat '${join(folder, 'many')}'`) });
    t.match(finding, { state: 'ok', points: 2_000, leftOut: 8_000 });
    t.equal(listing.points[0]?.startedAt, Date.UTC(2026, 0, 1) + 9_999 * 60_000);
    writeFileSync(join(folder, 'half'), tool.many(10_000).slice(0, 500_000));
    t.equal(await stateOf({ program: program(`cat '${join(folder, 'half')}'`) }), 'unreadable');
  });

  t.test('the tool sees nothing of our environment, and nobody a secret among its arguments', async (t) => {
    const told = join(folder, 'told');
    await world.look({ program: program(`{ env; echo "ARGS $*"; } > '${told}'`) });
    const text = readFileSync(told, 'utf8');
    t.notMatch(text, /right|NODE|TAP/);
    t.match(text, /^TZ=UTC$/m);
    t.notMatch(/^ARGS (.*)$/m.exec(text)?.[1] ?? '', folder);
  });
}

function environOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}
