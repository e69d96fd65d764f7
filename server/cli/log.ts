import pino, { type Logger } from 'pino';
import { harmless, harmlessJson } from '../../protocol/bidi.ts';
import type { LogLevel } from '../app/config/config.ts';

const levelNames: Readonly<Record<number, string>> = { 40: 'warning: ', 50: 'error: ', 60: 'fatal: ' };

/**
 * The server's log on standard error: JSON lines, or short ones for a person at a terminal. Nothing that authenticates
 * anybody is written, and no name in it reorders a line or acts on a terminal.
 */
export function createLogger(level: LogLevel, isForPerson: boolean = process.stderr.isTTY): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['req.headers', 'request.headers', 'headers.cookie', 'headers.authorization', '*.password', '*.token'],
  };
  if (!isForPerson) {
    const destination = pino.destination({ dest: 2, sync: false });
    return pino(options, { write: (line) => void destination.write(harmlessJson(line)) });
  }
  return pino(options, { write: (line) => void process.stderr.write(`${forPerson(line)}\n`) });
}

function forPerson(line: string): string {
  const entry = JSON.parse(line) as {
    level: number;
    time: string;
    msg?: string;
    err?: { message?: string };
    part?: string;
  };
  const cause = entry.err?.message === undefined ? '' : ` (${entry.err.message})`;
  const part = entry.part === undefined ? '' : `${entry.part}: `;
  return harmless(`${entry.time.slice(11, 19)} ${levelNames[entry.level] ?? ''}${part}${entry.msg ?? ''}${cause}`);
}
