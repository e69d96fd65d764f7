import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { harmless } from '../../../protocol/bidi.ts';
import { freezePrototypes } from '../../../protocol/frozen-prototypes.ts';
import { isSourceName } from '../../../protocol/wire/recovery-task.ts';
import { readClocks } from '../../collect/clocks.ts';
import { RECOVERY_FILE, recoveryFileOf } from '../../config.ts';
import type { ChildArgument } from './ask-child.ts';
import { askRoot } from './ask-root.ts';
import { type ConfiguredPlace, readConfig } from './config.ts';
import { discover } from './discover/discover.ts';
import { faulty, type Look, look, withRuns } from './look.ts';
import { createRunTool } from './run-tool.ts';
import { exitCodeOf, runWrapped } from './runs/wrapper.ts';
import { serveRoot } from './serve-root.ts';

/**
 * Everything about backups, in a process of its own. By the agent: with an order as JSON; it prints what it found, and ends when its
 * input does. By systemd as root: `serve-root`, which does what the agent asks for. By whoever makes a backup: `backup NAME -- COMMAND`.
 */

const nowMs = (): number => Date.now();
const bootMs = (): number => readClocks().bootMs;
const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();

async function list(order: ChildArgument & { readonly do: 'list' }, signal: AbortSignal): Promise<object> {
  const { source: name, filePath, dataDir, recoveryFile } = order;
  const config = readConfig(recoveryFile);
  const source = config.sources.get(name);
  const write = async ({ finding, listing }: Look): Promise<object> => {
    if (finding.state === 'ok') await writeFile(filePath, JSON.stringify(listing), { mode: 0o600 });
    return finding;
  };
  if (config.fault !== null) return faulty('misconfigured', config.fault, nowMs()).finding;
  if (source === undefined)
    return faulty('not_configured', `${recoveryFile} names no source ${name}.`, nowMs()).finding;
  const untilMs = performance.now() + source.timeoutMs;
  const found = source.needsRoot
    ? await askRoot(source, {
        requestsDir: join(dataDir, 'recovery-requests'),
        resultsDir: join(config.stateDir, 'results'),
        bootId: bootId(),
        bootMs,
        nowMs,
        // Root takes as long as it may, and starts a moment later.
        untilMs: untilMs + ROOT_GRACE_MS,
        signal,
      })
    : await lookNow(source, join(dataDir, 'recovery-cache'), signal);
  return write(await withRuns(found, source, config));
}

const ROOT_GRACE_MS = 30_000;

async function lookNow(source: ConfiguredPlace, cacheDir: string, signal: AbortSignal): Promise<Look> {
  const runTool = createRunTool({ untilMs: performance.now() + source.timeoutMs, signal });
  return look(source, { runTool, cacheDir }, nowMs);
}

async function serve(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, requests: { type: 'string' }, cache: { type: 'string' } },
  });
  const config = readConfig(values.config ?? RECOVERY_FILE);
  const cacheDir = values.cache ?? '/var/cache/vigia-recovery';
  const { signal } = new AbortController();
  await serveRoot({
    config,
    requestsDir: values.requests ?? '/var/lib/vigia-agent/recovery-requests',
    resultsDir: join(config.stateDir, 'results'),
    look: (source) => lookNow(source, cacheDir, signal),
    bootId: bootId(),
    bootMs,
    say: (sentence) => void process.stderr.write(`${sentence}\n`),
  });
}

async function backup(args: readonly string[]): Promise<void> {
  const [source = '', separator, program, ...more] = args;
  const warn = (sentence: string): void => void process.stderr.write(`vigia-agent: ${harmless(sentence)}\n`);
  if (!isSourceName(source) || separator !== '--' || program === undefined) {
    warn('Usage: vigia-agent backup NAME -- COMMAND [ARGUMENT ...]');
    process.exit(2);
  }
  const recoveryFile = recoveryFileOf();
  const config = readConfig(recoveryFile);
  const isKnown = config.sources.has(source);
  if (!isKnown) warn(config.fault ?? `${recoveryFile} names no source ${source}; its run is not written down.`);
  const stateDir = isKnown ? config.stateDir : null;
  const end = await runWrapped({ source, stateDir, command: [program, ...more], nowMs, warn });
  // Whoever waits for this sees the same end.
  if (typeof end === 'string') process.kill(process.pid, end);
  process.exit(exitCodeOf(end));
}

/** Aborts when whoever started this is gone, or wants no more. */
function untilInputEnds(): AbortSignal {
  const over = new AbortController();
  process.stdin.on('close', () => over.abort()).on('error', () => over.abort());
  process.stdin.resume();
  return over.signal;
}

async function main([first = '', ...more]: readonly string[]): Promise<void> {
  if (first === 'serve-root') return serve(more);
  if (first === 'backup') return backup(more);
  const order = JSON.parse(first) as ChildArgument;
  const signal = untilInputEnds();
  const found = order.do === 'list' ? await list(order, signal) : discover(readConfig(order.recoveryFile));
  await new Promise<void>((resolve) => process.stdout.write(JSON.stringify(found), () => resolve()));
}

freezePrototypes();
try {
  await main(process.argv.slice(2));
  // What hangs in the kernel is not waited for.
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
