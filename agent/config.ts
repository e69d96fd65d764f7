import { join } from 'node:path';
import { VigiaError } from '../protocol/error.ts';
import { type LogLevel, logLevels } from './log/log.ts';

export interface AgentConfig {
  /** Holds the key, the enrolment and the spool. */
  readonly dataDir: string;
  /** Set only if this machine overrides what the server asks for. */
  readonly reportIntervalMs: number | undefined;
  readonly logLevel: LogLevel;
  /** The file that names where this machine's backups are. */
  readonly recoveryFile: string;
}

/** Names of the server, which may share its environment with an agent of the same machine. */
const serverNames = [
  'VIGIA_DATA_DIR',
  'VIGIA_HOST',
  'VIGIA_PORT',
  'VIGIA_PUBLIC_URL',
  'VIGIA_TLS_CERT',
  'VIGIA_TLS_KEY',
  'VIGIA_TLS_SELF_SIGNED',
  'VIGIA_ANCHORS',
  'VIGIA_TRUSTED_PROXIES',
  'VIGIA_NOTIFY_PRIVATE',
  'VIGIA_HEARTBEAT_URL',
  'VIGIA_TIME_ZONE',
  'VIGIA_RETENTION_RAW',
  'VIGIA_RETENTION_5MIN',
  'VIGIA_RETENTION_1H',
];
const agentNames = ['VIGIA_AGENT_DATA_DIR', 'VIGIA_LOG_LEVEL', 'VIGIA_REPORT_INTERVAL', 'VIGIA_RECOVERY_FILE'];
/** Of root; see docs/recovery.md. */
export const RECOVERY_FILE = '/etc/vigia-agent/recovery.json';
const MIN_INTERVAL_MS = 200;
const MAX_INTERVAL_MS = 3_600_000;

/**
 * The agent's settings. The folder is `--data-dir`, else VIGIA_AGENT_DATA_DIR, else the one that systemd made for the
 * service, else `./data/agent`.
 * @throws VigiaError `config_unknown_name`, `config_bad_value`
 */
export function readConfig(
  dataDirOption: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): AgentConfig {
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('VIGIA_') || agentNames.includes(name) || serverNames.includes(name)) continue;
    throw new VigiaError(
      'config_unknown_name',
      `${name} is no setting of Vigia. The agent's are ${agentNames.join(', ')}.`,
    );
  }
  const interval = environment.VIGIA_REPORT_INTERVAL;
  return {
    // systemd joins several folders with a colon; the first is the agent's.
    dataDir:
      dataDirOption ||
      environment.VIGIA_AGENT_DATA_DIR ||
      environment.STATE_DIRECTORY?.split(':')[0] ||
      join('data', 'agent'),
    reportIntervalMs: interval === undefined ? undefined : readInterval(interval),
    logLevel: readLogLevel(environment.VIGIA_LOG_LEVEL ?? 'info'),
    recoveryFile: recoveryFileOf(environment),
  };
}

/** Where the machine's own file of sources of backups is. */
export function recoveryFileOf(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.VIGIA_RECOVERY_FILE || RECOVERY_FILE;
}

function readInterval(text: string): number {
  const groups = /^(?<amount>\d+)(?<unit>ms|s|m)$/.exec(text)?.groups;
  const unitMs = { ms: 1, s: 1_000, m: 60_000 }[groups?.unit ?? ''];
  const intervalMs = Number(groups?.amount) * (unitMs ?? Number.NaN);
  if (intervalMs >= MIN_INTERVAL_MS && intervalMs <= MAX_INTERVAL_MS) return intervalMs;
  throw new VigiaError(
    'config_bad_value',
    `VIGIA_REPORT_INTERVAL is "${text}". Write a time from 200ms to 60m, such as 10s or 1m.`,
  );
}

function readLogLevel(text: string): LogLevel {
  const level = logLevels.find((one) => one === text);
  if (level !== undefined) return level;
  throw new VigiaError('config_bad_value', `VIGIA_LOG_LEVEL is "${text}". It is one of ${logLevels.join(', ')}.`);
}
