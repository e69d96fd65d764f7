import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { VigiaError } from '../../../protocol/error.ts';
import { isLoopbackHost } from '../../platform/net/loopback.ts';
import { isMailName } from '../../platform/net/mail-name.ts';
import { isRange } from '../../platform/net/trusted-proxies.ts';
import type { TlsChoice } from '../../platform/security/tls.ts';
import { parseDurationMs } from './duration.ts';
import { nearest } from './nearest.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The settings of a server, all checked. Paths are absolute. */
export interface Config {
  readonly dataDir: string;
  readonly agentDataDir: string;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Where people and agents reach the server, without a trailing slash; null if it is not set. */
  readonly publicUrl: string | null;
  readonly tls: TlsChoice;
  readonly logLevel: LogLevel;
  /** Hosts outside by which the server knows whether its own link is lost; none by default. */
  readonly anchors: readonly { readonly host: string; readonly port: number }[];
  /** What agents are asked for, by kind of device. */
  readonly reportIntervalMs: { readonly server: number; readonly workstation: number };
  /** Addresses and CIDR ranges whose `X-Forwarded-For` counts. */
  readonly trustedProxies: readonly string[];
  /** Messages may go to receivers on this machine and in private networks. */
  readonly notifyPrivate: boolean;
  /** How the server names itself to servers of mail; null: by the host of its public URL. */
  readonly mailName: string | null;
  /** Asked while the server does its work: a dead man's switch outside; null if there is none. */
  readonly heartbeatUrl: string | null;
  /** Who is told the head of the audit log; null: the server's log alone. */
  readonly auditUrl: string | null;
  /** IANA zone of the server's mornings, and of the times in its messages. */
  readonly timeZone: string;
  /** How long reports are kept as they came, summed up in five minutes, and in hours, ms. */
  readonly retention: { readonly raw: number; readonly fiveMinute: number; readonly hour: number };
}

export const variableNames = [
  'VIGIA_DATA_DIR',
  'VIGIA_AGENT_DATA_DIR',
  'VIGIA_HOST',
  'VIGIA_PORT',
  'VIGIA_PUBLIC_URL',
  'VIGIA_TLS_CERT',
  'VIGIA_TLS_KEY',
  'VIGIA_TLS_SELF_SIGNED',
  'VIGIA_LOG_LEVEL',
  'VIGIA_REPORT_INTERVAL',
  'VIGIA_ANCHORS',
  'VIGIA_TRUSTED_PROXIES',
  'VIGIA_NOTIFY_PRIVATE',
  'VIGIA_MAIL_NAME',
  'VIGIA_HEARTBEAT_URL',
  'VIGIA_AUDIT_URL',
  'VIGIA_TIME_ZONE',
  'VIGIA_RETENTION_RAW',
  'VIGIA_RETENTION_5MIN',
  'VIGIA_RETENTION_1H',
] as const;
export type VariableName = (typeof variableNames)[number];

const MAX_ANCHORS = 8;
const MAX_TRUSTED_PROXIES = 64;
const LOOPBACK = ['127.0.0.0/8', '::1'];
const MIN_REPORT_INTERVAL_MS = 200;
const MAX_REPORT_INTERVAL_MS = 3_600_000;

/**
 * The settings in the environment; `overrides` (from the command line) go before it. Relative paths start at `cwd`.
 * @throws VigiaError config_unknown_name, config_bad_value, plaintext_refused; its sentence names the variable
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  overrides: { readonly [N in VariableName]?: string | undefined } = {},
  cwd: string = process.cwd(),
): Config {
  for (const name of Object.keys(environment)) {
    if (name.startsWith('VIGIA_') && !variableNames.some((known) => known === name)) throw unknownName(name);
  }
  /** The value, or undefined if the variable is not set. */
  function read(name: VariableName): string | undefined {
    const value = overrides[name] ?? environment[name];
    if (value?.trim() === '') throw bad(name, value, 'give it a value or remove the variable');
    return value;
  }
  const dataDir = resolve(cwd, read('VIGIA_DATA_DIR') ?? 'data');
  const agentDataDir = read('VIGIA_AGENT_DATA_DIR');
  const tls = readTls(read, cwd);
  const publicUrl = readPublicUrl(read('VIGIA_PUBLIC_URL'), tls);
  return {
    dataDir,
    agentDataDir: agentDataDir === undefined ? join(dataDir, 'agent') : resolve(cwd, agentDataDir),
    host: readHost(read('VIGIA_HOST') ?? '127.0.0.1', tls),
    port: readPort(read('VIGIA_PORT') ?? '8420'),
    publicUrl,
    tls,
    logLevel: readLogLevel(read('VIGIA_LOG_LEVEL') ?? 'info'),
    anchors: readAnchors(read('VIGIA_ANCHORS')),
    trustedProxies: readTrustedProxies(read('VIGIA_TRUSTED_PROXIES'), publicUrl, tls),
    reportIntervalMs: readInterval(read('VIGIA_REPORT_INTERVAL')),
    notifyPrivate: readFlag('VIGIA_NOTIFY_PRIVATE', read('VIGIA_NOTIFY_PRIVATE') ?? '0'),
    mailName: readMailName(read('VIGIA_MAIL_NAME')),
    heartbeatUrl: readOutsideUrl('VIGIA_HEARTBEAT_URL', read, 'https://hc.example.com/ping/1234'),
    auditUrl: readOutsideUrl('VIGIA_AUDIT_URL', read, 'https://log.example.com/vigia'),
    timeZone: readTimeZone(read('VIGIA_TIME_ZONE')),
    retention: readRetention(read),
  };
}

function readHost(value: string, tls: TlsChoice): string {
  const host = value.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 0 && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host)) {
    throw bad('VIGIA_HOST', value, 'use an address or a host name, such as 127.0.0.1 or 0.0.0.0, without a port');
  }
  if (tls.kind === 'none' && !isLoopbackHost(host)) {
    throw new VigiaError(
      'plaintext_refused',
      `VIGIA_HOST is ${value}, which other machines can reach, but there is no TLS. Set VIGIA_TLS_SELF_SIGNED=1, ` +
        'or VIGIA_TLS_CERT and VIGIA_TLS_KEY, or keep VIGIA_HOST at 127.0.0.1 behind a TLS proxy.',
      { variable: 'VIGIA_HOST' },
    );
  }
  return host;
}

function readPort(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw bad('VIGIA_PORT', value, 'use a whole number from 0 to 65535, where 0 picks a free port');
}

function readPublicUrl(value: string | undefined, tls: TlsChoice): string | null {
  if (value === undefined) return null;
  const url = URL.parse(value);
  const isOrigin = url !== null && url.username === '' && `${url.origin}/` === url.href;
  if (!isOrigin || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw bad('VIGIA_PUBLIC_URL', value, 'use scheme, host and port alone, such as https://vigia.example.com');
  }
  if (url.protocol === 'http:' && (tls.kind !== 'none' || !isLoopbackHost(url.hostname))) {
    throw bad('VIGIA_PUBLIC_URL', value, 'start it with https://, as agents and logins need TLS off loopback');
  }
  return url.origin;
}

function readOutsideUrl(
  name: VariableName,
  read: (name: VariableName) => string | undefined,
  example: string,
): string | null {
  const value = read(name);
  if (value === undefined) return null;
  const url = URL.parse(value);
  if (url && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '') return url.href;
  // It may hold a secret, so it is not repeated.
  throw new VigiaError('config_bad_value', `${name} is not an address: use the whole one to ask, such as ${example}.`, {
    variable: name,
  });
}

function readTls(read: (name: VariableName) => string | undefined, cwd: string): TlsChoice {
  const cert = read('VIGIA_TLS_CERT');
  const key = read('VIGIA_TLS_KEY');
  const isSelfSigned = readFlag('VIGIA_TLS_SELF_SIGNED', read('VIGIA_TLS_SELF_SIGNED') ?? '0');
  if (cert === undefined && key === undefined) return { kind: isSelfSigned ? 'self-signed' : 'none' };
  if (cert === undefined) throw bad('VIGIA_TLS_CERT', cert, 'set it too, because VIGIA_TLS_KEY is set');
  if (key === undefined) throw bad('VIGIA_TLS_KEY', key, 'set it too, because VIGIA_TLS_CERT is set');
  if (isSelfSigned) {
    throw bad(
      'VIGIA_TLS_SELF_SIGNED',
      '1',
      'remove it, or remove VIGIA_TLS_CERT and VIGIA_TLS_KEY: there is one certificate',
    );
  }
  return { kind: 'files', certPath: resolve(cwd, cert), keyPath: resolve(cwd, key) };
}

function readFlag(name: VariableName, value: string): boolean {
  if (value === '1' || value === 'true') return true;
  if (value === '0' || value === 'false') return false;
  throw bad(name, value, 'use 1 or 0');
}

function readMailName(value: string | undefined): string | null {
  if (value === undefined || isMailName(value)) return value ?? null;
  throw bad('VIGIA_MAIL_NAME', value, 'use the full name of this server in the DNS, such as vigia.example.com');
}

function readLogLevel(value: string): LogLevel {
  const level = logLevels.find((known) => known === value);
  if (level === undefined) throw bad('VIGIA_LOG_LEVEL', value, `use one of ${logLevels.join(', ')}`);
  return level;
}

function readAnchors(value: string | undefined): Config['anchors'] {
  if (value === undefined) return [];
  const anchors = value.split(',').map((part) => {
    const { host = '', port = '' } =
      /^(?<host>\[[\da-f:.]+\]|[a-z\d.-]+):(?<port>\d{1,5})$/i.exec(part.trim())?.groups ?? {};
    return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
  });
  const areGood = anchors.every(({ host, port }) => host !== '' && port >= 1 && port <= 65_535);
  if (areGood && anchors.length <= MAX_ANCHORS) return anchors;
  throw bad('VIGIA_ANCHORS', value, `list up to ${MAX_ANCHORS} hosts with ports, such as 1.1.1.1:53,example.com:443`);
}

/** Behind a TLS proxy there is one on this machine: nothing else reaches a server without TLS. */
function readTrustedProxies(value: string | undefined, publicUrl: string | null, tls: TlsChoice): readonly string[] {
  if (value === undefined) return publicUrl?.startsWith('https:') && tls.kind === 'none' ? LOOPBACK : [];
  if (value.trim() === 'none') return [];
  const ranges = value.split(',').map((part) => part.trim());
  const isGood = ranges.every(isRange) && ranges.length <= MAX_TRUSTED_PROXIES;
  if (isGood) return ranges;
  const advice = `list up to ${MAX_TRUSTED_PROXIES} addresses or ranges of proxies, such as 127.0.0.1,10.1.0.0/16, or none`;
  throw bad('VIGIA_TRUSTED_PROXIES', value, advice);
}

function readInterval(value: string | undefined): Config['reportIntervalMs'] {
  if (value === undefined) return { server: 10_000, workstation: 60_000 };
  const intervalMs = parseDurationMs(value);
  if (intervalMs === null || intervalMs < MIN_REPORT_INTERVAL_MS || intervalMs > MAX_REPORT_INTERVAL_MS) {
    throw bad('VIGIA_REPORT_INTERVAL', value, 'use a time from 200ms to 60m, such as 10s, 500ms or 1m');
  }
  return { server: intervalMs, workstation: intervalMs };
}

function readTimeZone(value: string | undefined): string {
  if (value === undefined) return Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    throw bad('VIGIA_TIME_ZONE', value, 'use the name of a time zone, such as America/Costa_Rica or UTC');
  }
}

/** Two days leave a late roll-up its reports, and the answer for today stays whole. */
const MIN_RETENTION_DAYS = 2;
const MAX_RETENTION_DAYS = 36_500;

function readRetention(read: (name: VariableName) => string | undefined): Config['retention'] {
  const days = (name: VariableName, fallback: string): number => {
    const value = read(name) ?? fallback;
    const keptMs = parseDurationMs(value);
    const kept = keptMs === null ? Number.NaN : keptMs / 86_400_000;
    if (keptMs !== null && kept >= MIN_RETENTION_DAYS && kept <= MAX_RETENTION_DAYS) return keptMs;
    throw bad(name, value, `use a time from ${MIN_RETENTION_DAYS}d to ${MAX_RETENTION_DAYS}d, such as 14d`);
  };
  return {
    raw: days('VIGIA_RETENTION_RAW', '14d'),
    fiveMinute: days('VIGIA_RETENTION_5MIN', '396d'),
    hour: days('VIGIA_RETENTION_1H', '1826d'),
  };
}

function bad(variable: VariableName, given: string | undefined, advice: string): VigiaError {
  const state = given === undefined ? 'not set' : given.trim() === '' ? 'empty' : `"${given}"`;
  return new VigiaError('config_bad_value', `${variable} is ${state}: ${advice}.`, { variable });
}

function unknownName(name: string): VigiaError {
  const suggestion = nearest(name, variableNames);
  const hint = suggestion === null ? `The names are ${variableNames.join(', ')}.` : `Did you mean ${suggestion}?`;
  return new VigiaError('config_unknown_name', `${name} is not a setting of Vigia. ${hint}`, { variable: name });
}

/** Our own environment with some names added, for a child that a person runs through us. */
export function environmentWith(added: Readonly<Record<string, string>>): Record<string, string | undefined> {
  return { ...process.env, ...added };
}
