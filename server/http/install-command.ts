import type { CertificateFacts } from './context.ts';

export interface InstallCommands {
  readonly installCommand: string;
  readonly removeCommand: string;
  readonly enrollCommand: string;
}

/**
 * The lines that a person pastes into a shell of the machine to be watched. `curl` checks the pin of a self-signed
 * certificate's key, so that nobody on the way can replace the script that then runs as root.
 */
export function installCommands(base: string, token: string, certificate: CertificateFacts | null): InstallCommands {
  const pin = certificate?.selfSigned ? ` -k --pinnedpubkey ${quote(certificate.spkiPin)}` : '';
  const pinArgument = certificate?.selfSigned ? ` --pin ${quote(certificate.spkiPin)}` : '';
  const script = `curl -fsSL${pin} ${quote(`${base}/install/agent.sh`)}`;
  return {
    installCommand: `${script} | sudo sh -s -- --server ${quote(base)} --token ${quote(token)}${pinArgument}`,
    removeCommand: `${script} | sudo sh -s -- --remove`,
    enrollCommand: `npx vigia agent enroll --server ${quote(base)} --token ${quote(token)}`,
  };
}

/** One word of a POSIX shell, whatever it holds. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
