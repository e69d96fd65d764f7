import { writeSync } from 'node:fs';
import { harmlessJson } from '../../protocol/bidi.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
type Fields = Readonly<Record<string, unknown>>;

/** Structured lines for whoever keeps them: one JSON object a line, nothing else. */
export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

function writeToStandardError(line: string): void {
  try {
    writeSync(2, line);
  } catch {
    // Whoever read the log is gone or stuck. The agent's work matters more than its log.
  }
}

/** A log from `level` on. (The server's logger would cost a fifth of the agent's own memory, so this is its shape only.) */
export function createLog(level: LogLevel, write: (line: string) => void = writeToStandardError): Log {
  const threshold = logLevels.indexOf(level);
  const writer = (name: LogLevel) => {
    const rank = logLevels.indexOf(name);
    return (message: string, fields?: Fields): void => {
      if (rank >= threshold)
        write(`${harmlessJson(JSON.stringify({ level: name, time: new Date(), msg: message, ...fields }))}\n`);
    };
  };
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
}

/** What to log of an error: its code and sentence, without a stack. */
export function describeError(error: unknown): { code?: string; reason: string } {
  if (!(error instanceof Error)) return { reason: String(error) };
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? { reason: error.message } : { code, reason: error.message };
}
