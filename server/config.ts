import type { TlsChoice } from './security/tls.ts';

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
  /** What agents are asked for, by kind of device. */
  readonly reportIntervalMs: { readonly server: number; readonly workstation: number };
}
