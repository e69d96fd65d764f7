import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VigiaError } from '../../protocol/error.ts';
import { refused } from '../../protocol/said/refused.ts';
import { said } from '../../protocol/said/said.ts';
import { type Config, readConfig } from '../app/config/config.ts';
import { withAdministration } from './administration.ts';
import type { Command } from './command.ts';
import type { ServerStatus } from './operations.ts';
import { agentBundle, installationDir } from './paths.ts';

const LOW_SPACE_BYTES = 1024 ** 3;
const AGENT_DEADLINE_MS = 10_000;

/** One thing that was looked at, and what is to be done about it. */
interface Finding {
  readonly subject: string;
  readonly verdict: 'ok' | 'warning' | 'failed';
  readonly sentence: string;
}

const ok = (subject: string, sentence: string): Finding => ({ subject, verdict: 'ok', sentence });
const warning = (subject: string, sentence: string): Finding => ({ subject, verdict: 'warning', sentence });
const failed = (subject: string, sentence: string): Finding => ({ subject, verdict: 'failed', sentence });

export const doctorCommand: Command = {
  name: 'doctor',
  usage: '',
  summary: 'look for what is wrong with this installation',
  options: {},
  async run({ output }) {
    const config = readConfig();
    const findings = [
      await checkDataFolder(config),
      ...(await checkServer(config)),
      checkFile('dashboard', join(installationDir, 'dist', 'dashboard', 'index.html')),
      checkFile('agent', agentBundle),
      await checkLocalAgent(config),
    ];
    const lines = findings.map(({ subject, verdict, sentence }) => `${verdict.padEnd(7)}  ${subject}: ${sentence}`);
    output.result({ findings }, lines.join('\n'));
    const broken = findings.filter(({ verdict }) => verdict === 'failed');
    if (broken.length > 0) {
      throw refused('conflict', said('refused.cli.unwell', { subjects: broken.map(({ subject }) => subject) }));
    }
  },
};

async function checkDataFolder({ dataDir }: Config): Promise<Finding> {
  const subject = 'data folder';
  const folder = await stat(dataDir).catch(() => null);
  if (folder === null) return ok(subject, `${dataDir} will be made at the first start.`);
  if (!folder.isDirectory()) return failed(subject, `${dataDir} is a file. Set VIGIA_DATA_DIR to a folder.`);
  if (process.platform !== 'win32' && (folder.mode & 0o077) !== 0) {
    return warning(subject, `Others may look into ${dataDir}. Run: chmod 700 ${dataDir}`);
  }
  const { bavail, bsize } = await statfs(dataDir);
  const freeBytes = bavail * bsize;
  const sentence = `${dataDir} has ${(freeBytes / 1024 ** 3).toFixed(1)} GB free`;
  return freeBytes < LOW_SPACE_BYTES ? warning(subject, `${sentence}: make room.`) : ok(subject, `${sentence}.`);
}

async function checkServer(config: Config): Promise<Finding[]> {
  try {
    // Without a running server this opens the store here, which checks it.
    const status = await withAdministration(config, (perform) => perform('status', {}));
    return [...runningFindings(status), accountFinding(status), auditFinding(status)];
  } catch (error) {
    if (error instanceof VigiaError) return [failed('server', error.message)];
    throw error;
  }
}

function runningFindings({ server }: ServerStatus): Finding[] {
  if (server === null) return [ok('server', 'No server runs on this data folder; the database opens and is whole.')];
  const { address, health } = server;
  return [
    ok('server', `Version ${health.version} listens at ${address}; ${health.agentsConnected} agents are connected.`),
    ...health.warnings.map((sentence) => warning('server', sentence)),
  ];
}

function accountFinding({ users }: ServerStatus): Finding {
  if (users > 0) return ok('accounts', `${users} ${users === 1 ? 'person' : 'people'} may log in.`);
  return warning(
    'accounts',
    'There is no account yet: open the one-time link that the server printed when it started.',
  );
}

function auditFinding({ auditIntact, auditFault }: ServerStatus): Finding {
  if (auditIntact) return ok('audit log', 'Its chain is unbroken.');
  return failed('audit log', `Its chain is broken. ${auditFault} Look at: vigia audit verify`);
}

function checkFile(subject: string, path: string): Finding {
  return existsSync(path)
    ? ok(subject, 'It is built.')
    : failed(subject, 'It is not built. Build it with: npm run build');
}

async function checkLocalAgent({ agentDataDir }: Config): Promise<Finding> {
  const subject = 'agent of this machine';
  if (!existsSync(agentBundle) || !existsSync(agentDataDir))
    return ok(subject, 'This machine is not watched from here.');
  const args = [agentBundle, 'status', '--json', '--data-dir', agentDataDir];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: AGENT_DEADLINE_MS });
  const { enrolled, server, runningAs } = JSON.parse(stdout) as {
    enrolled: boolean;
    server: string | null;
    runningAs: number | null;
  };
  if (!enrolled) return warning(subject, 'It is not enrolled. Run: vigia up');
  if (runningAs === null) return warning(subject, `It is enrolled with ${server} but does not run.`);
  return ok(subject, `It reports to ${server} (process ${runningAs}).`);
}
