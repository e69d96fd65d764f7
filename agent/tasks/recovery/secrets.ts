import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { SourceError, type TakeField } from './source.ts';

const MAX_BYTES = 64 * 1024;

/** What of a repository's secrets the machine's file names: never a secret itself. */
export interface SecretNames {
  readonly passwordFile: string | undefined;
  readonly passwordCommand: string | undefined;
  readonly environmentFile: string | undefined;
}

export function readSecretNames(take: TakeField): SecretNames {
  return {
    passwordFile: take.path('passwordFile'),
    passwordCommand: take.text('passwordCommand'),
    environmentFile: take.path('environmentFile'),
  };
}

/**
 * The variables of a file as systemd's `EnvironmentFile` and shells have them: `NAME=value`, also quoted, also behind `export`.
 * Others than the tool's own are left out, such as what would make it load a library.
 * @param names how the tool's own variables begin
 * @throws SourceError not_permitted, misconfigured
 */
export function readEnvironmentFile(path: string | undefined, names: readonly string[]): Record<string, string> {
  if (path === undefined) return {};
  const environment: Record<string, string> = {};
  for (const line of readSecret(path, { mayHoldCommands: true }).split('\n')) {
    const parts = /^\s*(?:export\s+)?(?<name>[A-Z_][A-Z0-9_]*)=(?<value>.*?)\s*$/.exec(line)?.groups;
    if (parts?.name === undefined || !names.some((own) => parts.name?.startsWith(own))) continue;
    environment[parts.name] = unquote(parts.value ?? '');
  }
  return environment;
}

/** @throws SourceError if the file cannot be read by whoever asks */
export function requireReadable(path: string | undefined): void {
  if (path !== undefined) readSecret(path);
}

function readSecret(path: string, { mayHoldCommands = false } = {}): string {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = fstatSync(file);
      if (!found.isFile()) throw new SourceError('misconfigured', `${path} is no file.`);
      const isOurs = (found.uid === 0 || found.uid === process.geteuid?.()) && (found.mode & 0o022) === 0;
      // Such as RESTIC_PASSWORD_COMMAND: whoever writes it decides what runs.
      if (mayHoldCommands && !isOurs)
        throw new SourceError('misconfigured', `${path} does not belong to root, or others may write it.`);
      const bytes = Buffer.alloc(MAX_BYTES);
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, MAX_BYTES, 0));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    const fault = code === 'EACCES' || code === 'EPERM' ? 'not_permitted' : 'misconfigured';
    throw new SourceError(fault, `${path} cannot be read (${code}).`);
  }
}

function unquote(value: string): string {
  const quoted = /^(["'])(?<inner>.*)\1$/.exec(value)?.groups?.inner;
  return quoted ?? value;
}

/** Text of a tool for people: one line, without controls, and without the passwords of addresses. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/(:\/\/)[^\s/@]*@/g, '$1…@')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
}
