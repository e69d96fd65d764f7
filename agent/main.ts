import { readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { harmless, harmlessJson, isolated } from '../protocol/bidi.ts';
import { VigiaError } from '../protocol/error.ts';
import { freezePrototypes } from '../protocol/frozen-prototypes.ts';
import { startAgent } from './agent.ts';
import { createClocks, isMachineIdGuessed, readBootId, readMachineId } from './collect/clocks.ts';
import { createCollector } from './collect/create-collector.ts';
import { collectInventory } from './collect/inventory.ts';
import { type AgentConfig, readConfig } from './config.ts';
import { prepareDataDir, tryDataDir } from './files/file.ts';
import { findLockOwner, lockDataDir } from './files/lock.ts';
import { readMemory } from './files/memory.ts';
import { chooseGoodbye, readStopEvidence, UPGRADE_MARK } from './goodbye.ts';
import { loadOrCreateIdentity, readEnrolment, requireEnrolment } from './identity/identity.ts';
import { createLog, describeError, type Log } from './log/log.ts';
import { writePolicy } from './tasks/policy.ts';

const usage = `Usage:
  vigia-agent enroll --server URL --token-file FILE [--name NAME] [--allow ACTION,...] [--force] [--data-dir DIR] [--json]
  vigia-agent run [--data-dir DIR]
  vigia-agent status [--data-dir DIR] [--json]
  vigia-agent version
FILE holds the enrolment token; - is standard input. --token TOKEN gives it for all to see who may list processes.
`;
const { version } = manifest;
const INVENTORY_TIMEOUT_MS = 120_000;
/** Whoever stops the agent waits no longer. */
const STOP_DEADLINE_MS = 4_500;
const GRACE_MS = 300;

interface Options {
  readonly server?: string;
  readonly token?: string;
  readonly 'token-file'?: string;
  readonly name?: string;
  readonly allow?: string;
  readonly force?: boolean;
  readonly 'data-dir'?: string;
  readonly json?: boolean;
  readonly help?: boolean;
}

function parseCommandLine(args: readonly string[]): { command: string; options: Options } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        server: { type: 'string' },
        token: { type: 'string' },
        'token-file': { type: 'string' },
        name: { type: 'string' },
        allow: { type: 'string' },
        force: { type: 'boolean' },
        'data-dir': { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const [command = '', ...more] = positionals;
    if (more.length > 0) throw new VigiaError('usage', `What is "${more[0]}" for? ${command} takes options only.`);
    return { command: values.help ? 'help' : command, options: values };
  } catch (error) {
    throw new VigiaError('usage', error instanceof Error ? error.message : String(error));
  }
}

async function runCommand(command: string, options: Options): Promise<void> {
  switch (command) {
    case 'help':
      process.stdout.write(usage);
      break;
    case 'version':
      process.stdout.write(`${version}\n`);
      break;
    case 'enroll':
      await runEnroll(readConfig(options['data-dir']), options);
      break;
    case 'run':
      await runAgent(readConfig(options['data-dir']));
      break;
    case 'status':
      showStatus(readConfig(options['data-dir']), options);
      break;
    default:
      throw new VigiaError('usage', command ? `There is no command "${command}".` : 'A command is missing.');
  }
}

async function runEnroll(
  { dataDir }: AgentConfig,
  { server, token: givenToken, 'token-file': tokenFile, name, allow, force, json }: Options,
): Promise<void> {
  const token = tokenFile === undefined ? givenToken : readToken(tokenFile);
  if (!server || !token)
    throw new VigiaError('usage', 'enroll needs --server URL and --token TOKEN or --token-file FILE.');
  if (allow !== undefined) {
    prepareDataDir(dataDir);
    writePolicy(dataDir, allow.split(','));
  }
  // Once in the life of a machine; it takes Node's HTTP with it.
  const { enroll } = await import('./identity/enroll.ts');
  const {
    deviceId,
    clientName,
    siteName,
    kind,
    server: enrolledWith,
  } = await enroll({
    dataDir,
    server,
    token,
    name,
    force: force ?? false,
    machineId: readMachineId(),
    agentVersion: version,
  });
  const summary = { deviceId, clientName, siteName, kind, server: enrolledWith, dataDir };
  if (json) process.stdout.write(`${harmlessJson(JSON.stringify(summary))}\n`);
  else
    process.stdout.write(
      `Enrolled with ${enrolledWith} as a ${kind} of ${isolated(clientName)}, ${isolated(siteName)}.\n`,
    );
}

/** Its first line. */
function readToken(path: string): string {
  try {
    return (
      readFileSync(path === '-' ? 0 : path, 'utf8')
        .split('\n', 1)[0]
        ?.trim() ?? ''
    );
  } catch (error) {
    throw new VigiaError('usage', `The token cannot be read from ${path}: ${describeError(error).reason}`);
  }
}

async function runAgent(config: AgentConfig): Promise<void> {
  const { dataDir, recoveryFile, reportIntervalMs } = config;
  const log = createLog(config.logLevel);
  const refusal = tryDataDir(dataDir);
  const enrolment = requireEnrolment(dataDir);
  const identity = loadOrCreateIdentity(dataDir);
  if (refusal !== undefined) {
    log.warn('the data folder cannot be written; what is not delivered waits in memory', {
      path: dataDir,
      code: refusal,
    });
  }
  const unlock = lockDataDir(dataDir, { withoutWriting: refusal !== undefined });
  if (refusal === undefined) rmSync(join(dataDir, UPGRADE_MARK), { force: true });
  const { promise: failed, resolve: onFailure } = Promise.withResolvers<unknown>();
  const agent = await startAgent({
    dataDir,
    recoveryFile,
    enrolment,
    identity,
    reportIntervalMs,
    collector: createCollector(),
    takeInventory: async () => {
      return JSON.stringify(await collectInventory({ command: inventoryCommand(), timeoutMs: INVENTORY_TIMEOUT_MS }));
    },
    machineId: readMachineId(),
    isMachineIdGuessed: isMachineIdGuessed(),
    bootId: readBootId(readMemory(dataDir).bootId),
    agentVersion: version,
    clocks: createClocks(),
    random: Math.random,
    log,
    sweepMemory: globalThis.gc,
    onFailure,
  });
  const failure = await Promise.race([failed, nextStopSignal(log)]);
  endHardAfter(STOP_DEADLINE_MS);
  const evidence = await readStopEvidence(dataDir, Date.now());
  await agent.stop(chooseGoodbye(evidence));
  unlock();
  if (await isHeldUp()) {
    log.warn('something on this machine does not answer; ending without it', {
      ...(failure !== undefined && describeError(failure)),
    });
    endHard();
  }
  if (failure !== undefined) throw failure;
}

/** Whatever still hangs by then. A timer that is due while the process ends in time changes nothing. */
function endHardAfter(deadlineMs: number): void {
  setTimeout(endHard, deadlineMs).unref();
}

/** A call to a file system or a name server is still under way, though all that can be waited for was. */
async function isHeldUp(): Promise<boolean> {
  const isWaiting = () => process.getActiveResourcesInfo().some((one) => /^(FSReq|GetAddrInfo|GetNameInfo)/.test(one));
  // A sensor that is being read, or the last look at a name, is no matter of concern.
  const untilMs = performance.now() + GRACE_MS;
  while (isWaiting() && performance.now() < untilMs) await sleep(20);
  return isWaiting();
}

/** At its end Node waits for calls that hang in its threads; a signal waits for nobody. */
function endHard(): void {
  process.removeAllListeners('SIGTERM');
  process.kill(process.pid, 'SIGTERM');
}

/** Resolves with undefined when the process is asked to stop. */
function nextStopSignal(log: Log): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.debug('asked to stop', { signal });
      resolve(undefined);
    });
  }
  return promise;
}

/**
 * The child lies beside this file: bundled with the bundle, as a source with the sources. It runs with our own flags, because
 * the service unit forbids code that is made at run time.
 */
function inventoryCommand(): readonly string[] {
  const isBundle = basename(fileURLToPath(import.meta.url)).endsWith('.mjs');
  const child = new URL(isBundle ? 'inventory-child.mjs' : 'collect/inventory-child.ts', import.meta.url);
  return [process.execPath, ...process.execArgv, fileURLToPath(child), version];
}

function showStatus({ dataDir }: AgentConfig, { json }: Options): void {
  const enrolment = readEnrolment(dataDir);
  const pid = findLockOwner(dataDir);
  const spool = statSync(join(dataDir, 'spool'), { throwIfNoEntry: false });
  const status = {
    version,
    dataDir,
    enrolled: enrolment !== undefined,
    server: enrolment?.server ?? null,
    deviceId: enrolment?.deviceId ?? null,
    runningAs: pid ?? null,
    lastWriteAt: spool?.mtime.toISOString() ?? null,
  };
  const lines = Object.entries(status).map(([name, value]) => `${name}: ${value ?? '-'}`);
  process.stdout.write(json ? `${JSON.stringify(status)}\n` : `${lines.join('\n')}\n`);
}

async function main(args: readonly string[]): Promise<void> {
  try {
    const { command, options } = parseCommandLine(args);
    await runCommand(command, options);
  } catch (error) {
    const isOurs = error instanceof VigiaError;
    const { reason } = describeError(error);
    const code = isOurs ? error.code : 'internal';
    const details = isOurs ? error.details : undefined;
    process.exitCode = code === 'usage' ? 2 : 1;
    if (args.includes('--json'))
      process.stdout.write(`${harmlessJson(JSON.stringify({ error: { code, message: reason, details } }))}\n`);
    process.stderr.write(`vigia-agent: ${harmless(reason)} (${code})\n${code === 'usage' ? usage : ''}`);
  }
}

// Small buffers are not cut from shared blocks: such a block lives for a few reports, is then old garbage, and V8 hardly ever
// collects the old in a heap that does not grow. Each for itself dies young.
Buffer.poolSize = 0;
freezePrototypes();
await main(process.argv.slice(2));
// Nothing that a timer or a socket still waits for is wanted any more.
process.exit();
